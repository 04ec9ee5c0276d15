import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { ageIdentity, fill, type Files, type Ran, runProgram } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { gitLab, type Lab } from './lab.ts';

type Variables = Readonly<Record<string, string>>;

/** A word that is in the plaintext of encrypted files alone; base64 has no dash. */
export const planted = 'planted-word';

/** A lab of one person: with keys, with the program on the path, and with folders for temporary files and sockets that can be looked through. */
export interface EquippedLab extends Lab {
  readonly recipient: string;
  /** Somebody else's; the private key is in no environment. */
  readonly otherRecipient: string;
  readonly otherKey: string;
  /** Variables with which the person has no key, and nothing is remembered. */
  readonly keyless: Variables;
  /** A file that has a line each time that the key is asked for. */
  readonly calls: () => number;
  readonly ours: (folder: string, argv: readonly string[], env?: Variables) => Ran;
  /** Runs git, whatever comes of it. */
  readonly tryGit: (folder: string, words: readonly string[], env?: Variables) => SpawnSyncReturns<string>;
  /** Writes files and encrypts them. */
  readonly seal: (folder: string, files: Files, recipients?: string) => void;
  /** Nothing decrypted is in any repository, nor among temporary files, nor are there any of these. @param words plaintext */
  readonly searchAll: (...words: readonly string[]) => void;
}

/** Makes such a lab, which goes when the test file is done; the name of the folder of the program has a blank and a quote in it. */
export function equippedLab(more: Variables = {}): EquippedLab {
  const none = { identity: '', recipient: '' };
  const [mine, other] = lacks('age-keygen') ? [none, none] : [ageIdentity(), ageIdentity()];
  const base = gitLab();
  const path = (name: string): string => join(base.folder, name);
  for (const name of ['tmp', 'run', "a user's bin"]) mkdirSync(path(name), { mode: 0o700 });
  const shim = `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`;
  writeFileSync(join(path("a user's bin"), 'sopsmith'), shim, { mode: 0o755 });
  writeFileSync(path('key.txt'), mine.identity, { mode: 0o600 });
  writeFileSync(path('key-command'), `#!/bin/sh\necho >> '${path('calls')}'\ncat '${path('key.txt')}'\n`, { mode: 0o755 });
  writeFileSync(path('calls'), '');
  const env: Variables = {
    ...base.env,
    PATH: `${path("a user's bin")}:${base.env['PATH'] ?? ''}`,
    TMPDIR: path('tmp'),
    XDG_RUNTIME_DIR: path('run'),
    SOPS_AGE_KEY_CMD: path('key-command'),
    ...more,
  };
  writeFileSync(path('.gitconfig'), '[protocol "file"]\nallow = always\n');
  const ours: EquippedLab['ours'] = (cwd, argv, variables = {}) => runProgram(program, argv, { cwd, env: { ...env, ...variables } });
  const tryGit: EquippedLab['tryGit'] = (at, words, variables = {}) =>
    spawnSync('git', ['-C', at, ...words], {
      env: { ...env, ...variables },
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
      maxBuffer: 2 ** 28,
    });
  const git: Lab['git'] = (at, ...words) => {
    const { status, stdout, stderr } = tryGit(at, words);
    if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  afterAll(() => {
    ours(base.folder, ['git', 'cache', '--stop']);
    base.remove();
  });
  return {
    ...base,
    env,
    git,
    ours,
    tryGit,
    recipient: mine.recipient,
    otherRecipient: other.recipient,
    otherKey: other.identity,
    keyless: { SOPS_AGE_KEY_CMD: '', SOPSMITH_GIT_CACHE: 'off' },
    calls: () => readFileSync(path('calls'), 'utf8').length,
    commit: (at, files, message) => {
      fill(at, Object.fromEntries(Object.entries(files).map(([name, content]) => [name, content.toString()])));
      git(at, 'add', '--all');
      git(at, 'commit', '-qm', message);
    },
    seal: (at, files, recipients = mine.recipient) => {
      fill(at, files);
      expect(ours(at, ['encrypt', '--in-place', '--age', recipients, '--config', '/dev/null', ...Object.keys(files)])).toMatchObject({
        status: 0,
      });
    },
    searchAll: (...words) => {
      expect(readdirSync(path('tmp')), 'temporary files').toEqual([]);
      search(base.folder, words, env);
    },
  };
}

function search(folder: string, words: readonly string[], env: Variables): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) mustLack(readFileSync(file), words, file);
    if (entry.name !== '.git' || !entry.isDirectory()) continue;
    const objects = ['-C', entry.parentPath, 'cat-file', '--batch-all-objects', '--batch'];
    mustLack(execFileSync('git', objects, { env, maxBuffer: 2 ** 29 }), words, `objects of ${entry.parentPath}`);
  }
}

function mustLack(content: Buffer, words: readonly string[], where: string): void {
  for (const word of words) expect(content.includes(word), `plaintext in ${where}`).toBe(false);
}
