import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/node/subprocess.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a subprocess', () => {
  test('gets its input and gives its output, errors and status', async () => {
    const { status, stdout, stderr } = await runCommand(['sh', '-c', 'cat; echo bad >&2; exit 3'], {
      input: new TextEncoder().encode('hello'),
    });
    expect([status, text(stdout), stderr]).toEqual([3, 'hello', 'bad\n']);
  });

  test('has no shell between: words reach it as they are', async () => {
    const { stdout } = await runCommand(['printf', '%s|', '$HOME', 'a b', '*', `'"`]);
    expect(text(stdout)).toBe(`$HOME|a b|*|'"|`);
  });

  test('has an empty input where none is given', async () => {
    expect(text((await runCommand(['cat'])).stdout)).toBe('');
  });

  test('sees variables added to those of this process', async () => {
    const { stdout } = await runCommand(['sh', '-c', 'echo "$ADDED ${PATH:+path}"'], { env: { ADDED: 'yes' } });
    expect(text(stdout)).toBe('yes path\n');
  });

  test('that does not exist has status 127 and says why', async () => {
    const { status, stderr } = await runCommand(['no-such-program-anywhere']);
    expect(status).toBe(127);
    expect(stderr).toContain('ENOENT');
  });

  test('may end before it has read its input', async () => {
    expect((await runCommand(['true'], { input: new Uint8Array(1_000_000) })).status).toBe(0);
  });

  test('that a signal ended has the status of shells', async () => {
    expect((await runCommand(['sh', '-c', 'kill -TERM $$'])).status).toBe(143);
  });

  test.each(['sleep 60', "trap '' TERM; sleep 60 & while :; do sleep 1; done"])(
    'ends when its time is over or it is not wanted: %s',
    async (script) => {
      const start = performance.now();
      const abort = new AbortController();
      setTimeout(() => {
        abort.abort();
      }, 100);
      const runs = [{ timeout: 100 }, { signal: abort.signal }].map(async (options) => runCommand(['sh', '-c', script], options));
      const results = await Promise.all([...runs, runCommand(['sh', '-c', script], {}, abort.signal)]);
      expect(results.map(({ status }) => status)).toEqual(Array(3).fill(script.includes('trap') ? 137 : 143));
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );

  test('takes much output whole', async () => {
    expect((await runCommand(['sh', '-c', 'head -c 3000000 /dev/zero'])).stdout).toHaveLength(3_000_000);
  });
});
