import { spawnSync } from 'node:child_process';
import { beforeAll, expect } from 'vitest';
import { ageIdentity, fill, type Files, type Ran, runProgram, temporaryFolder, textOf } from './cli.ts';
import { lacks, needed } from './peers.ts';
import { program } from './program.ts';

/** A folder of encrypted files, and both programs that can open them. */
export interface SealedFolder {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ours: (...argv: readonly string[]) => Ran;
  readonly theirs: (...argv: readonly string[]) => Ran;
  /** What both programs, which must agree on values, decrypt a file to: ours as text, theirs as JSON. */
  readonly opened: (name: string) => { readonly text: string; readonly json: unknown };
  /** Writes files and encrypts them with ours. */
  readonly seal: (files: Files) => void;
  /** The ciphertexts of a file but for those of its metadata, in order. */
  readonly ciphertexts: (name: string) => readonly string[];
}

/** Makes a folder for a test file; its files are encrypted before the first test. */
export function sealedFolder(name: string, files: Files = {}): SealedFolder {
  const path = temporaryFolder(name);
  const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
  const env = { SOPS_AGE_KEY: identity, SOPS_AGE_RECIPIENTS: recipient };
  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: path, env });
  const theirs = (...argv: readonly string[]): Ran => runProgram([needed('sops')], argv, { cwd: path, env });
  const opened: SealedFolder['opened'] = (file) => {
    const [mine, real] = [ours('decrypt', file), theirs('decrypt', '--output-type', 'json', file)];
    expect(`${mine.stderr}${real.stderr}`).toBe('');
    const json: unknown = JSON.parse(real.stdout);
    expect(JSON.parse(ours('decrypt', '--output-type', 'json', file).stdout)).toEqual(json);
    return { text: mine.stdout, json };
  };
  const seal = (some: Files): void => {
    fill(path, some);
    for (const file of Object.keys(some)) expect(ours('encrypt', '--in-place', file)).toMatchObject({ status: 0 });
  };
  const ciphertexts = (file: string): readonly string[] =>
    textOf(path, file)
      .split(/^(?:sops:|\s*"sops":|\[sops\]|sops_)/m)[0]
      ?.match(/ENC\[AES256_GCM,data:[^\]]*type:(?:str|int|float|bool|comment)\]/g) ?? [];
  beforeAll(() => {
    seal(files);
  });
  return { path, env, ours, theirs, opened, seal, ciphertexts };
}

/** Whether `script` (util-linux) is there, which gives a program a terminal. */
export const hasTerminal: boolean = spawnSync('sh', ['-c', 'script --version'], { encoding: 'utf8' }).stdout.includes('util-linux');
