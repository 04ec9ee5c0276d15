import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';
import { filterAttributes, filterSettings } from '../../src/git/filter/settings.ts';
import { ageIdentity } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { gitLab } from './lab.ts';

/** What plaintext has in it, and nothing else: base64 has no dash. */
export const planted = 'planted-word';

/** A file with the word in a value and in a comment. */
export const secrets = (value: string): string => `user: app # ${planted} in a comment\npassword: ${planted} ${value}\nport: 1\n`;

/** How the filter is called in the settings of Git. */
export const filterCommand: string = program.map((word) => `'${word}'`).join(' ');

type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A folder of repositories whose files go through the filter. After each test no plaintext may be left where it does not belong. */
export interface FilteredLab {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly recipient: string;
  readonly otherRecipient: string;
  /** A private key that is not in the environment. */
  readonly otherKey: string;
  /** A repository whose folder `secrets` goes through the filter. */
  readonly filtered: (name: string, attributes?: string) => string;
  readonly repository: (name: string) => string;
  /** What git writes to standard output. Throws where it fails. */
  readonly git: (folder: string, ...words: readonly string[]) => string;
  /** Runs git, whatever comes of it. */
  readonly tryGit: (
    folder: string,
    words: readonly string[],
    more?: { readonly env?: Readonly<Record<string, string>>; readonly input?: string },
  ) => SpawnSyncReturns<string>;
  readonly status: (folder: string) => string;
  readonly commit: (folder: string, files: Contents, message: string) => void;
  readonly blob: (folder: string, name: string) => string;
}

/** Makes such a folder. */
export function filteredLab(): FilteredLab {
  const none = { identity: '', recipient: '' };
  const [mine, other] = lacks('age-keygen') ? [none, none] : [ageIdentity(), ageIdentity()];
  const base = gitLab({ SOPS_AGE_KEY: mine.identity });
  const { folder, env: clean } = base;
  const repository = (name: string): string => base.repository(name);
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const env = { ...clean, TMPDIR: temporary };
  const settings = Object.entries(filterSettings(filterCommand)).map(
    ([name, value]) => `${name.replace('filter.sopsmith.', '')} = "${value}"`,
  );
  writeFileSync(join(folder, '.gitconfig'), ['[filter "sopsmith"]', ...settings, '[protocol "file"]', 'allow = always', ''].join('\n'));

  const tryGit: FilteredLab['tryGit'] = (at, words, { env: more = {}, input = '' } = {}) =>
    spawnSync('git', ['-C', at, ...words], { env: { ...env, ...more }, encoding: 'utf8', input, timeout: 60_000, maxBuffer: 2 ** 28 });
  const git: FilteredLab['git'] = (at, ...words) => {
    const { status, stdout, stderr } = tryGit(at, words);
    if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  const commit: FilteredLab['commit'] = (at, files, message) => {
    write(at, files);
    git(at, 'add', '--all');
    git(at, 'commit', '-qm', message);
  };

  afterEach(() => {
    search(folder, false, env);
    search(temporary, true, env);
    // What was searched need not be searched again.
    for (const entry of readdirSync(folder))
      if (entry !== 'tmp' && entry !== '.gitconfig') rmSync(join(folder, entry), { recursive: true });
  });
  afterAll(() => {
    base.remove();
  });

  return {
    folder,
    env,
    recipient: mine.recipient,
    otherRecipient: other.recipient,
    otherKey: other.identity,
    repository,
    filtered: (name, attributes = filterAttributes) => {
      const top = repository(name);
      const rules = `creation_rules:\n  - path_regex: (^|/)secrets/\n    age: ${mine.recipient}\n`;
      commit(top, { '.sops.yaml': rules, '.gitattributes': `secrets/** ${attributes}\n` }, 'start');
      return top;
    },
    git,
    tryGit,
    status: (at) => git(at, 'status', '--short'),
    commit,
    blob: (at, name) => git(at, 'cat-file', 'blob', name),
  };
}

/** Nothing decrypted in any repository, object or not, nor in the folder for temporary files. */
function search(folder: string, forbidden: boolean, env: Readonly<Record<string, string>>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) search(path, forbidden || entry.name === '.git', env);
    else if (forbidden && entry.isFile()) mustLack(readFileSync(path), path);
    if (entry.name === '.git')
      mustLack(
        execFileSync('git', ['-C', folder, 'cat-file', '--batch-all-objects', '--batch'], { env, maxBuffer: 2 ** 29 }),
        `objects of ${folder}`,
      );
  }
}

function mustLack(content: Buffer, where: string): void {
  expect(content.includes(planted), `plaintext in ${where}`).toBe(false);
}

/** Writes files. */
export function write(folder: string, files: Contents): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export const text = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

let times = 0;

/** As if files had been written anew: Git then compares what is in them. */
export function touch(folder: string, ...paths: readonly string[]): void {
  times += 1;
  for (const path of paths) utimesSync(join(folder, path), new Date(), new Date(1_700_000_000_000 + times * 60_000));
}
