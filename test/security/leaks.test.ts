// No value shows in an error, a warning, a cause or a stack trace, whatever is wrong with the text that holds it.
import { describe, expect, it } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { SopsError } from '../../src/errors.ts';
import { defaultSelection, encrypt, keySources, localKeyService, set } from '../../src/index.ts';
import { formatNames } from './documents.ts';
import { formatOf } from '../interop/library.ts';
import { below, pick, type Random, seeded } from '../support/random.ts';
import { services } from '../interop/library.ts';
import { bytes, edit, open, seal } from './laboratory.ts';
import { jsonValue } from '../../src/cli/json-value.ts';

/** Stands in every value and comment, and in no key: any piece of it in what is said is a leak. */
const marker = 'zqxjvkzqxjvk';
const isLeak = (said: string): boolean => /zqx|qxj|xjv|jvk|vkz|kzq/.test(said);

const sources: Readonly<Record<FormatName, string>> = {
  yaml: `# ${marker}\na: ${marker} b\nb: "${marker}\\n ${marker}"\nc: '${marker}'\nd: |\n    ${marker}\n    ${marker}\ne:\n    - ${marker} # ${marker}\n    - {x: ${marker}, y: [${marker}]}\nf: &x ${marker}\ng: *x\nh: !!str ${marker}\n`,
  json: `{\n  "a": "${marker}",\n  "b": ["${marker}", {"c": "${marker}\\u00e9 ${marker}"}],\n  "d": 12\n}\n`,
  dotenv: `# ${marker}\nA=${marker}\nB='${marker}'\nC=${marker} # ${marker}\n`,
  ini: `; ${marker}\n[s]\na = ${marker}\nb = "${marker}"\nc = """${marker}\n${marker}"""\nd = ${marker} ; ${marker}\n`,
  binary: `${marker}\n`,
};

/** All that an error can say: itself, what it has, its causes. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const more = error instanceof SopsError ? JSON.stringify(error.details) : '';
  return [error.message, error.stack ?? '', more, error.cause === undefined ? '' : saidBy(error.cause)].join('\n');
}

const pieces = [
  '"',
  "'",
  ':',
  ': ',
  '\n',
  '\t',
  ' ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '#',
  '&',
  '*',
  '!',
  '|',
  '>',
  '%',
  '@',
  '`',
  '-',
  '- ',
  '\\',
  '=',
  '\0',
  '\uFEFF',
  '\uD800',
  '<<: ',
  '---\n',
  '\r',
  ';',
  '"""',
  '\\u12',
] as const;

/** A text with a few places damaged. */
function damaged(random: Random, text: string): string {
  let broken = text;
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const at = below(random, broken.length + 1);
    const removed = pick(random, [0, 0, 1, 1, 5, 40]);
    broken = broken.slice(0, at) + (removed < 5 ? pick(random, pieces) : '') + broken.slice(at + removed);
  }
  return broken;
}

async function complaint(attempt: () => Promise<{ readonly warnings?: readonly string[] } | string>): Promise<string> {
  try {
    const done = await attempt();
    return typeof done === 'string' ? '' : (done.warnings ?? []).join('\n');
  } catch (error) {
    return saidBy(error);
  }
}

const settings = {
  keyGroups: [[{ kind: 'age', recipient: 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u' }]],
  shamirThreshold: 0,
  selection: defaultSelection,
  macOnlyEncrypted: false,
  layout: 'auto',
  strict: false,
} as const;

describe.each(formatNames.map((format) => ({ format, source: sources[format] })))('a broken $format text', ({ format, source }) => {
  const one = formatOf(format);

  it('shows no value in clear when it is encrypted, in any output format, or comes back from the editor', async () => {
    const random = seeded(20_261_124);
    const sealed = await seal(format, source, undefined, 'auto');
    const leaks: string[] = [];
    let complaints = 0;
    for (let count = 0; count < 400; count++) {
      const text = damaged(random, source);
      const output = count % 3 === 0 ? formatOf(pick(random, ['yaml', 'json', 'dotenv', 'ini', 'binary'])) : one;
      const said =
        count % 2 === 0
          ? await complaint(() => encrypt(bytes(text), { input: one, output, print: {} }, settings, services))
          : await complaint(() => edit(format, sealed, () => text));
      if (said !== '') complaints++;
      if (isLeak(said)) leaks.push(`${JSON.stringify(text)}\n${said}`);
    }
    expect(leaks.slice(0, 3)).toEqual([]);
    expect(complaints).toBeGreaterThan(format === 'binary' ? -1 : 20);
  });

  it('shows no value when a damaged encrypted text is opened', async () => {
    const random = seeded(7);
    const sealed = await seal(format, source, {
      name: '',
      selection: { by: 'encrypted_regex', pattern: '^(a|A|data)$' },
      macOnlyEncrypted: false,
    });
    const leaks: string[] = [];
    for (let count = 0; count < 200; count++) {
      const attempt = await open(format, damaged(random, sealed), count % 2 === 0);
      if ('error' in attempt && isLeak(saidBy(attempt.error))) leaks.push(saidBy(attempt.error));
    }
    expect(leaks.slice(0, 3)).toEqual([]);
  });

  it('shows no value where a changed file cannot be written', async () => {
    if (format === 'binary') return;
    const sealed = bytes(await seal(format, source, undefined));
    const options = { ignoreMac: false, print: {}, layout: 'auto' } as const;
    const value = jsonValue(JSON.stringify({ x: [marker, { y: `${marker}\n\0` }] }));
    for (const path of [['a'], ['a', 'b'], ['s', 'a', 'c'], ['e', 0], ['e', 'x'], ['b', 1, 'c', 0], []]) {
      const said = await complaint(() => set(sealed, one, { path, value, options }, services));
      expect(isLeak(said), said).toBe(false);
    }
  });
});

it('a value for set that is no JSON is not shown', () => {
  for (const text of [
    marker,
    `"${marker}`,
    `{"a": ${marker}}`,
    `"${marker}\n"`,
    `["${marker}",]`,
    `"${marker}" x`,
    `{"a": "${marker}", "a": }`,
    `1e999${marker}`,
  ]) {
    let said = '';
    try {
      jsonValue(text);
    } catch (error) {
      said = saidBy(error);
    }
    expect(said).not.toBe('');
    expect(isLeak(said), said).toBe(false);
  }
});

describe('identities', () => {
  const identity = `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(8)}`;
  const secret = /QPZRY9X8|qpzry9x8/;
  const withEnv = (env: Readonly<Record<string, string>>, ran: string[][] = []): typeof services => {
    const context = {
      ...services.context,
      env,
      files: { ...services.context.files, read: () => Promise.resolve(undefined) },
      run: (command: readonly string[]) => {
        ran.push([...command]);
        return Promise.resolve({ status: 1, stdout: new Uint8Array(), stderr: 'failed' });
      },
    };
    return { keys: localKeyService(keySources, context), keySources, context };
  };

  it.each([
    ['a broken identity', { SOPS_AGE_KEY: identity }],
    ['a broken identity among comments', { SOPS_AGE_KEY: `# ${identity}\n${identity}\n${identity.toLowerCase()}x` }],
    ['an SSH key', { SOPS_AGE_KEY: `-----BEGIN OPENSSH PRIVATE KEY-----\n${identity}\n-----END OPENSSH PRIVATE KEY-----` }],
    ['a plugin identity', { SOPS_AGE_KEY: `AGE-PLUGIN-YUBIKEY-1${'QPZRY9X8'.repeat(4)}` }],
    ['an identity for a recipient', { SOPS_AGE_KEY_CMD: 'false', SOPS_AGE_KEY: identity }],
  ])('%s is in no error and in no command line', async (_, env) => {
    const ran: string[][] = [];
    const world = withEnv(env, ran);
    const sealed = (await seal('yaml', 'a: b\n', undefined)).replace(
      /enc: .*/,
      `enc: |\n            -----BEGIN AGE ENCRYPTED FILE-----\n            YWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n            -----END AGE ENCRYPTED FILE-----`,
    );
    const { decrypt } = await import('../../src/index.ts');
    const yaml = formatOf('yaml');
    const said = await complaint(() => decrypt(bytes(sealed), { input: yaml, output: yaml, print: {} }, { ignoreMac: false }, world));
    expect(said).toContain('failed to get the data key');
    expect(secret.test(said), said).toBe(false);
    expect(secret.test(JSON.stringify(ran))).toBe(false);
  });

  it('an identity given where a recipient belongs is not shown', async () => {
    const age = keySources.find(({ kind }) => kind === 'age');
    for (const text of [identity, `-----BEGIN PRIVATE KEY-----\n${identity}\n-----END PRIVATE KEY-----`, ` ${identity.toLowerCase()}`])
      expect(secret.test(await complaint(async () => `${await Promise.resolve(age?.parse(text, {}).length)}`))).toBe(false);
    const yaml = formatOf('yaml');
    const wrong = { ...settings, keyGroups: [[{ kind: 'age', recipient: identity }]] };
    const said = await complaint(() => encrypt(bytes('a: b\n'), { input: yaml, output: yaml, print: {} }, wrong, withEnv({})));
    expect(said).not.toBe('');
    expect(secret.test(said), said).toBe(false);
  });
});
