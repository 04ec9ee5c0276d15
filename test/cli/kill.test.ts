// Whenever the program is killed, a file is what it was or what it was to become.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, runProgram, startProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('kill');
const moments = 12;
const plain = `password: s3cret\n${Array.from({ length: 1500 }, (_, at) => `key${at}: value ${at}\n`).join('')}`;
const name = 'killed-edit.yaml';
const file = join(folder, name);
const env = { SOPS_AGE_KEY_FILE: 'identity.txt', EDITOR: 'sed -i s/s3cret/changed/' };
let sealed = '';
const outcomes = new Set<'old' | 'new'>();

/** The text of the file, as real sops decrypts it where it is encrypted. */
function opened(): string {
  const { status, stdout } = runProgram([needed('sops')], ['decrypt', name], { cwd: folder, env });
  return status === 0 ? stdout : readFileSync(file, 'utf8');
}

/** Starts the program again and again, and kills it later each time; answers what the file held after each. */
async function killAtManyMoments(argv: readonly string[], before: string): Promise<readonly string[]> {
  writeFileSync(file, before);
  const start = Date.now();
  runProgram(program, argv, { cwd: folder, env });
  const whole = Date.now() - start;
  const seen: string[] = [];
  for (let moment = 0; moment < moments; moment++) {
    writeFileSync(file, before);
    const { child, ended } = startProgram(program, argv, { cwd: folder, env });
    await sleep(whole * (0.3 + (0.8 * moment) / moments));
    child.kill('SIGKILL');
    await ended;
    const text = readFileSync(file, 'utf8');
    seen.push(text === before ? 'old' : opened());
  }
  return seen;
}

const memory = '/dev/shm';
function clearScratch(): void {
  for (const entry of readdirSync(memory).filter((one) => one.startsWith('sopsmith-')))
    if (readdirSync(join(memory, entry)).some((one) => one.includes(name))) rmSync(join(memory, entry), { recursive: true, force: true });
}

describe.skipIf(lacks('sops', 'age-keygen'))('kill -9', () => {
  beforeAll(() => {
    const [{ identity, recipient }, other] = [ageIdentity(), ageIdentity()];
    fill(folder, { 'identity.txt': identity, '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n`, [name]: plain });
    fill(folder, { 'more.yaml': `creation_rules:\n  - age: ${recipient},${other.recipient}\n` });
    runProgram([needed('sops')], ['encrypt', '-i', name], { cwd: folder, env });
    sealed = readFileSync(file, 'utf8');
  });
  afterAll(clearScratch);

  test.each<[string, readonly string[], 'plain' | 'sealed', string]>([
    ['encrypt', ['encrypt', '--in-place', name], 'plain', plain],
    ['decrypt', ['decrypt', '--in-place', name], 'sealed', plain],
    ['rotate', ['rotate', '--in-place', name], 'sealed', plain],
    ['edit', ['edit', name], 'sealed', plain.replace('s3cret', 'changed')],
    ['set', ['set', name, '["password"]', '"changed"'], 'sealed', plain.replace('s3cret', 'changed')],
    ['updatekeys', ['--config', 'more.yaml', 'updatekeys', '--yes', name], 'sealed', plain],
  ])('during %s', async (_, argv, before, after) => {
    const held = await killAtManyMoments(argv, before === 'plain' ? plain : sealed);
    expect(held.filter((one) => one !== 'old' && one !== after)).toEqual([]);
    for (const one of held) outcomes.add(one === 'old' ? 'old' : 'new');
  });

  test('came before a file was replaced as well as after', () => {
    expect([...outcomes].sort()).toEqual(['new', 'old']);
  });

  test('what it left beside is open to nobody the file itself is closed to', () => {
    const closed = ~statSync(file).mode & 0o777;
    const beside = readdirSync(folder).filter((one) => one.endsWith('.tmp'));
    expect(beside.filter((one) => !one.startsWith(`.${name}.`))).toEqual([]);
    expect(beside.filter((one) => (statSync(join(folder, one)).mode & closed) !== 0)).toEqual([]);
  });
});
