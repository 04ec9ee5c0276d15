import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { age as source } from '../../../src/keysources/age/index.ts';
import { ageKey } from '../../../src/keysources/age/recipient.ts';
import { agePlugin, pluginPairs, type PluginStep } from '../../peers/age-plugin.ts';
import { run } from '../../peers/run.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext, type World } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 3);
const [pair, stranger] = pluginPairs;
const masterKey = ageKey(pair.recipient);
const folder = temporaryFolder('plugin');
const plain = agePlugin(folder);

/** A world with the plugin on the path and its identity at hand. */
const world = (steps: readonly PluginStep[] = [], more: World = {}): World => ({
  ...more,
  env: { ...agePlugin(folder, steps), SOPS_AGE_KEY: pair.identity, ...more.env },
});

const wrapped = await client.wrap(dataKey, masterKey, testContext(world()));
const unwrap = async (given: World, signal?: AbortSignal): Promise<Uint8Array> =>
  new Uint8Array(await client.unwrap({ masterKey, wrapped }, testContext(given), signal));
const said = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => String(error),
  );

describe('an age plugin', () => {
  it('unwraps what it wraps', async () => {
    expect(await unwrap(world())).toEqual(dataKey);
  });

  it('of another recipient is tried, and others after it', async () => {
    expect(await said(unwrap(world([], { env: { SOPS_AGE_KEY: stranger.identity } })))).toContain(
      'SOPS_AGE_KEY holds an identity of age-plugin-test, which is not the recipient',
    );
    expect(await unwrap(world([], { env: { SOPS_AGE_KEY: `${stranger.identity} ${pair.identity}` } }))).toEqual(dataKey);
  });

  it('that is not installed is named', async () => {
    const recipient = 'age1nobodyhasit1qqqqqqqxmuuwg';
    const message = 'age-plugin-nobodyhasit: the plugin is not installed: no program of that name is on the path';
    await expect(client.wrap(dataKey, ageKey(recipient), testContext())).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE', message });
    const env = { SOPS_AGE_KEY: 'AGE-PLUGIN-NOBODYHASIT-1QQQQQQQVLRQ5G' };
    expect(await said(unwrap({ env }))).toContain(`SOPS_AGE_KEY names a plugin that failed: ${message}`);
  });

  it.each(['age1a/b1qqqqqqq9gplg6', 'AGE-PLUGIN-../X-1QQQQQQQMDALTM'])('whose name is a path is not run: %s', async (text) => {
    const work = text.startsWith('age1')
      ? client.wrap(dataKey, { kind: 'age', recipient: text }, testContext())
      : unwrap({ env: { SOPS_AGE_KEY: text } });
    expect(await said(work)).toContain('the name of its plugin is not possible');
  });
});

describe('what a plugin says', () => {
  it('reaches the person, and the answers reach the plugin', async () => {
    const questions: string[] = [];
    const told: string[] = [];
    const steps: readonly PluginStep[] = [
      ['ask', 'msg', 'please touch', 'ok'],
      ['ask', 'request-secret', 'PIN?', 'ok 1234'],
      ['ask', 'request-public', 'Name?', 'ok 1'],
      ['ask', 'confirm', 'Sure?', 'ok yes', 'Of course', 'No way'],
      ['ask', 'confirm', 'Ready?', 'ok yes', 'Yes'],
      ['ask', 'something-new', '', 'unsupported'],
    ];
    expect(await unwrap(world(steps, { passphrase: '1234', line: '1', questions, told }))).toEqual(dataKey);
    expect(told).toEqual(['age-plugin-test: please touch']);
    expect(questions).toEqual([
      'age-plugin-test: PIN? ',
      'age-plugin-test: Name? ',
      "age-plugin-test: Sure? (type 1 for 'Of course' or 2 for 'No way') ",
      "age-plugin-test: Ready? (press Enter for 'Yes') ",
    ]);
    const no: PluginStep = ['ask', 'confirm', 'Sure?', 'ok no', 'Yes', 'No'];
    expect(await unwrap(world([no], { line: '2' }))).toEqual(dataKey);
    await expect(client.wrap(dataKey, masterKey, testContext(world(steps, { passphrase: '1234', line: '1' })))).resolves.toContain(
      'BEGIN AGE',
    );
  });

  it('is failed where there is nobody to answer', async () => {
    for (const type of ['request-secret', 'request-public']) expect(await unwrap(world([['ask', type, 'Who?', 'fail']]))).toEqual(dataKey);
    expect(await unwrap(world([['ask', 'confirm', 'Sure?', 'fail', 'Yes', 'No']]))).toEqual(dataKey);
    const context = testContext(world([['ask', 'msg', 'hello', 'fail']]));
    const silent = { ...context, prompt: { secret: async () => undefined, confirm: async () => false } };
    expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, silent))).toEqual(dataKey);
  });

  it('does not steer the terminal', async () => {
    const evil = '\u001B]0;title\u0007\u009B2J\rfake\nAge: \u202Ereversed\u0000';
    const questions: string[] = [];
    const told: string[] = [];
    const steps: readonly PluginStep[] = [
      ['ask', 'msg', evil],
      ['ask', 'request-secret', evil, 'ok x'],
      ['ask', 'confirm', evil, 'ok yes', evil],
      ['error', evil],
    ];
    const error = await said(unwrap(world(steps, { passphrase: 'x', line: '', questions, told })));
    const shown = [...questions, ...told, error];
    expect(shown).toHaveLength(4);
    for (const text of shown) {
      expect(text).toContain(String.raw`\u001b]0;title\u0007\u009b2J\u000dfake Age: \u202ereversed\u0000`);
      expect(text).not.toMatch(/[\p{Cc}\u202E]/u);
    }
  });
});

describe('a plugin that misbehaves', () => {
  it.each<[string, readonly PluginStep[], string]>([
    ['says an error', [['error', 'no key in the slot']], 'age-plugin-test: no key in the slot'],
    ['says an error without words', [['error', '']], 'it failed without a reason'],
    ['crashes', [['exit', '3', 'Traceback:\nboom\n']], 'it ended with status 3 before it was done: boom'],
    ['is killed', [['kill']], 'it ended with status 137 before it was done'],
    ['hangs up', [['exit', '0', '']], 'it ended with status 0 before it was done'],
    [
      'hangs up in the middle',
      [
        ['say', '-> msg\nAAA'],
        ['exit', '0', ''],
      ],
      'it ended with status 0 before it was done',
    ],
    ['speaks no stanzas', [['say', 'hello world\n\n']], 'it does not speak the protocol of age plugins'],
    ['speaks broken base64', [['say', '-> msg\nA*A\n']], 'it does not speak the protocol of age plugins'],
    ['does not end a line', [['flood']], 'it does not come to an end'],
    ['does not stop talking', [['chatter']], 'it does not come to an end'],
  ])('and %s is told of', async (_, steps, why) => {
    expect(await said(unwrap(world(steps)))).toContain(why);
    const error = await client.wrap(dataKey, masterKey, testContext(world(steps))).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE', message: expect.stringContaining(why) });
  });

  it('with a file key that is none, or is not asked for', async () => {
    for (const args of [['1'], ['0', 'x'], ['0'], []]) {
      expect(await said(unwrap(world([['stanza', 'file-key', ...args]])))).toContain('it answered something that was not asked for');
    }
    for (const args of [['1', 'x'], ['0'], []]) {
      const work = client.wrap(dataKey, masterKey, testContext(world([['stanza', 'recipient-stanza', ...args]])));
      expect(await said(work)).toContain('it answered something that was not asked for');
    }
    expect(await said(client.wrap(dataKey, masterKey, testContext(world([['say', '-> done\n\n']]))))).toContain(
      'it did not wrap the data key',
    );
  });

  it('with a wrong file key cannot pass something off as the data key', async () => {
    const key = Buffer.alloc(16, 1).toString('base64').replaceAll('=', '');
    await expect(unwrap(world([['say', `-> file-key 0\n${key}\n-> done\n\n`]]))).rejects.toMatchObject({ code: 'MALFORMED_METADATA' });
  });

  it.each([['hang'], ['flood'], ['chatter']])('and that does not end (%s) is over with the signal', async (step) => {
    const abort = new AbortController();
    const start = performance.now();
    setTimeout(() => {
      abort.abort();
    }, 300);
    const error = await unwrap(world([[step]]), abort.signal).catch((caught: unknown) => caught);
    expect(['CANCELLED', 'DATA_KEY_UNRECOVERABLE']).toContain(error instanceof Error && 'code' in error ? error.code : error);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe.skipIf(lacks('age', 'sops'))('the plugin for tests', () => {
  const env = { ...plain, SOPS_AGE_KEY: pair.identity };

  it('works with real age, both ways', async () => {
    const identity = join(folder, 'identity.txt');
    await writeFile(identity, pair.identity);
    const opened = await run([needed('age'), '-d', '-i', identity], { input: Buffer.from(wrapped), env });
    expect([opened.status, opened.stderr]).toEqual([0, '']);
    expect(new Uint8Array(opened.stdout)).toEqual(dataKey);
    const sealed = await run([needed('age'), '-a', '-r', pair.recipient], { input: dataKey, env });
    const theirs = Buffer.from(sealed.stdout).toString();
    expect(new Uint8Array(await client.unwrap({ masterKey, wrapped: theirs }, testContext(world())))).toEqual(dataKey);
  });

  it('works with real sops, both ways', async () => {
    const file = await encryptWithSops('age', ['--age', pair.recipient], env);
    expect(await interchanges(source, file, testContext({ env }))).toBe(true);
  });
});

describe.skipIf(lacks('age', 'age-plugin-batchpass'))('age-plugin-batchpass', () => {
  const identity = 'AGE-PLUGIN-BATCHPASS-1JCS0Q9';
  const env = {
    PATH: `${dirname(lacks('age-plugin-batchpass') ? '' : needed('age-plugin-batchpass'))}:${process.env['PATH']}`,
    AGE_PASSPHRASE_WORK_FACTOR: '10',
  };
  const sealed = async (): Promise<string> => {
    const { stdout } = await run([needed('age'), '-a', '-e', '-j', 'batchpass'], {
      input: dataKey,
      env: { ...env, AGE_PASSPHRASE: 'open' },
    });
    return Buffer.from(stdout).toString();
  };
  const opened = async (passphrase: Readonly<Record<string, string>>): Promise<Uint8Array> =>
    new Uint8Array(
      await client.unwrap({ masterKey, wrapped: await sealed() }, testContext({ env: { ...env, ...passphrase, SOPS_AGE_KEY: identity } })),
    );

  it('unwraps, and says why where it does not', async () => {
    expect(await opened({ AGE_PASSPHRASE: 'open' })).toEqual(dataKey);
    expect(await said(opened({ AGE_PASSPHRASE: 'shut' }))).toContain('age-plugin-batchpass: incorrect passphrase');
    expect(await said(opened({}))).toContain('age-plugin-batchpass: either AGE_PASSPHRASE or AGE_PASSPHRASE_FD must be set');
  });

  it('does not wrap for recipients, and says so', async () => {
    const work = client.wrap(dataKey, ageKey('age1batchpass1s48w5f'), testContext({ env: { ...env, AGE_PASSPHRASE: 'open' } }));
    expect(await said(work)).toContain('age-plugin-batchpass: recipient encodings not supported');
  });
});
