// `updatekeys` where a recipient leaves: what stays, and the new data key.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed, peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { hasTerminal } from '../support/sealed-folder.ts';
import { lineDifference } from '../operations/lines.ts';

const missing = lacks('sops', 'age-keygen');
const nobody = { identity: '', recipient: '' };
const [ada, bob, eve] = missing ? [nobody, nobody, nobody] : [ageIdentity(), ageIdentity(), ageIdentity()];
const rule = (...groups: readonly (readonly string[])[]): string =>
  JSON.stringify({
    creation_rules: [groups.length > 1 ? { key_groups: groups.map((age) => ({ age })), shamir_threshold: 2 } : { age: groups[0] }],
  });
const wrappedIn = (text: string): readonly string[] => [...text.matchAll(/-----BEGIN AGE[^]*?-----END/g)].map(([wrapped]) => wrapped);
const valueIn = (text: string): string => /^password: (.*)$/m.exec(text)?.[1] ?? '';
const plain = 'password: s3cret\nport: 0x1F\n';

describe.skipIf(missing)('updatekeys', () => {
  const folder = temporaryFolder('leaving');
  const env = { SOPS_AGE_KEY: ada.identity };
  const ours = (argv: readonly string[], input = ''): Ran => runProgram(program, argv, { cwd: folder, env, input });
  let before = '';
  beforeAll(() => {
    fill(folder, { '.sops.yaml': rule([ada.recipient, bob.recipient]), 'plain.yaml': plain });
    before = ours(['encrypt', 'plain.yaml']).stdout;
  });
  /** The file after Bob left. */
  const left = (argv: readonly string[], input = ''): Ran & { readonly text: string } => {
    fill(folder, { '.sops.yaml': rule([ada.recipient]), 'app.yaml': before });
    const ran = ours(['updatekeys', ...argv, 'app.yaml'], input);
    return { ...ran, text: textOf(folder, 'app.yaml') };
  };
  const warning = `Warning: app.yaml: ${bob.recipient} may have kept the data key, which stays: \`sopsmith rotate -i app.yaml\` makes a new one, as --rotate does`;

  test.each([
    ['--yes, and warns', ['--yes'], '', true],
    ['an answer that is piped, and warns', [], 'y\n', true],
    ['--yes --no-rotate, and does not warn', ['--yes', '--no-rotate'], '', false],
  ])('keeps the data key and the entries of who stays with %s', (_, argv, input, warns) => {
    const { status, stderr, text } = left(argv, input);
    expect([status, stderr.includes(warning), text.includes(bob.recipient)]).toEqual([0, warns, false]);
    expect(lineDifference(before, text).added).toEqual([]);
    expect(wrappedIn(before)).toHaveLength(2);
    expect(wrappedIn(text)).toEqual(wrappedIn(before).slice(0, 1));
    expect(valueIn(text)).toBe(valueIn(before));
  });

  test('makes a new data key with --rotate, for those who stay', () => {
    const { status, stderr, text } = left(['--yes', '--rotate']);
    expect([status, stderr.includes('Warning')]).toEqual([0, false]);
    expect([text.includes(bob.recipient), valueIn(text) === valueIn(before), wrappedIn(text)[0] === wrappedIn(before)[0]]).toEqual([
      false,
      false,
      false,
    ]);
    expect(ours(['decrypt', 'app.yaml']).stdout).toBe(plain);
    expect(runProgram([needed('sops')], ['decrypt', 'app.yaml'], { cwd: folder, env }).stdout).toContain('password: s3cret');
  });

  test('neither asks, warns nor rotates where somebody only comes', () => {
    fill(folder, { '.sops.yaml': rule([ada.recipient, bob.recipient, eve.recipient]), 'app.yaml': before });
    expect(ours(['updatekeys', '--yes', '--rotate', 'app.yaml']).stderr).not.toContain('Warning');
    const text = textOf(folder, 'app.yaml');
    expect(lineDifference(before, text).removed).toEqual([]);
    expect([valueIn(text), wrappedIn(text).slice(0, 2)]).toEqual([valueIn(before), wrappedIn(before)]);
  });

  test('leaves the entries of key groups in which nobody leaves, and shares a new data key anew', () => {
    fill(folder, { '.sops.yaml': rule([ada.recipient], [bob.recipient, ada.recipient]) });
    const shared = ours(['encrypt', 'plain.yaml']).stdout;
    fill(folder, { '.sops.yaml': rule([ada.recipient, eve.recipient], [bob.recipient, ada.recipient]), 'app.yaml': shared });
    expect(ours(['updatekeys', '--yes', 'app.yaml']).stderr).not.toContain('Warning');
    const more = textOf(folder, 'app.yaml');
    expect(wrappedIn(shared).filter((one) => !more.includes(one))).toEqual([]);
    fill(folder, { '.sops.yaml': rule([ada.recipient, eve.recipient], [ada.recipient]) });
    expect(ours(['updatekeys', '--yes', '--rotate', 'app.yaml']).status).toBe(0);
    const anew = textOf(folder, 'app.yaml');
    expect([
      valueIn(anew) === valueIn(shared),
      wrappedIn(anew).some((one) => more.includes(one)),
      anew.includes('shamir_threshold: 2'),
    ]).toEqual([false, false, true]);
    expect(ours(['decrypt', 'app.yaml']).stdout).toBe(plain);
  });

  test('refuses to do both, and to rotate what does not open', () => {
    expect(left(['--rotate', '--no-rotate'])).toMatchObject({
      text: before,
      stderr: expect.stringContaining('there is --rotate and --no-rotate'),
    });
    fill(folder, { '.sops.yaml': rule([ada.recipient]), 'app.yaml': before.replace('password: ', 'passwort: ') });
    const ran = ours(['updatekeys', '--yes', '--rotate', 'app.yaml']);
    expect([ran.status === 0, textOf(folder, 'app.yaml').includes(bob.recipient)]).toEqual([false, true]);
  });

  test.skipIf(!hasTerminal).each([
    ['y', false],
    ['n', true],
  ])('asks at a terminal whether to make a new data key: %s', (answer, keeps) => {
    fill(folder, { '.sops.yaml': rule([ada.recipient]), 'app.yaml': before });
    const line = [...program, 'updatekeys', 'app.yaml'].map((word) => `'${word}'`).join(' ');
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      env: { ...peerEnvironment(), HOME: folder, ...env },
      input: `y\n${answer}\n`,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(stdout).toContain('Encrypt all values with a new one? (y/n):');
    const text = textOf(folder, 'app.yaml');
    expect([text.includes(bob.recipient), valueIn(text) === valueIn(before), stdout.includes('Warning')]).toEqual([false, keeps, false]);
  });
});
