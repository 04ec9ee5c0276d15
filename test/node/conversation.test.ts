import { describe, expect, test } from 'vitest';
import { converse } from '../../src/node/conversation.ts';
import type { Conversation } from '../../src/ports.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function started(script: string, signal?: AbortSignal): Promise<Conversation> {
  const conversation = await converse(['sh', '-c', script], { env: { SAID: 'hello' } }, signal);
  if (conversation === undefined) throw new Error('there is a shell');
  return conversation;
}

async function textOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of output) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Milliseconds until something is done. */
async function lasting(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('a conversation', () => {
  test('goes to and fro', async () => {
    const { output, write, close } = await started('while read -r line; do echo "$SAID $line $(pwd)"; done');
    const heard: string[] = [];
    await write(bytes('one\n'));
    for await (const part of output) {
      heard.push(Buffer.from(part).toString());
      if (heard.length === 1) await write(bytes('two\n'));
      else break;
    }
    expect(heard).toEqual(['hello one /\n', 'hello two /\n']);
    expect((await close()).status).toBe(0);
  });

  test('is not started with a program that does not exist', async () => {
    expect(await converse(['no-such-program-anywhere'])).toBeUndefined();
  });

  test('with a program that may not be run ends at once and says why', async () => {
    const conversation = await converse(['/etc/passwd']);
    expect(await textOf(conversation?.output ?? (async function* none() {})())).toBe('');
    await conversation?.write(bytes('hello'));
    expect(await conversation?.close()).toMatchObject({ status: 127, stderr: expect.stringContaining('EACCES') });
  });

  test('with a program that fails gives its status and its last words', async () => {
    const { output, write, close } = await started('echo dying >&2; exit 7');
    expect(await textOf(output)).toBe('');
    await write(new Uint8Array(1_000_000));
    expect(await close()).toMatchObject({ status: 7, stderr: 'dying\n' });
  });

  test('ends a program that does not want to', async () => {
    const { output, close } = await started("trap '' INT TERM; echo ready; while :; do sleep 1; done");
    for await (const _ of output) break;
    const closing = close();
    expect(await lasting(closing)).toBeLessThan(4000);
    expect((await closing).status).toBe(137);
  });

  test('is over once the signal is aborted, whatever the program does', async () => {
    const abort = new AbortController();
    const { output, write, close } = await started("trap '' INT TERM; while :; do sleep 1; done", abort.signal);
    setTimeout(() => {
      abort.abort();
    }, 100);
    const talking = Promise.all([textOf(output), write(new Uint8Array(10_000_000))]);
    expect(await lasting(talking)).toBeLessThan(3000);
    expect(await lasting(close())).toBeLessThan(3000);
  });

  test('leaves no listener behind, however many there are', async () => {
    const abort = new AbortController();
    const before = process.listenerCount('SIGINT');
    const warnings: Error[] = [];
    const heard = (warning: Error): void => void warnings.push(warning);
    process.on('warning', heard);
    const many = await Promise.all(Array.from({ length: 15 }, async () => started('cat', abort.signal)));
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    await Promise.all(many.map(async ({ close }) => close()));
    expect(process.listenerCount('SIGINT')).toBe(before);
    process.off('warning', heard);
    expect(warnings).toEqual([]);
  });

  test('reads no faster than it is heard', async () => {
    const { output, close } = await started('head -c 50000000 /dev/zero && echo done >&2');
    for await (const _ of output) break;
    await new Promise((resolve) => void setTimeout(resolve, 300));
    const { stderr } = await close();
    expect(stderr).not.toContain('done');
  });
});
