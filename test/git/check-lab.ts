import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { ageIdentity, type Ran, runProgram } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import type { Told } from './leaks.ts';
import { type Lab, gitLab } from './lab.ts';

/** What `check --format json` prints. */
export interface Report extends Told {
  readonly files: number;
  readonly errors: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly file: string;
    readonly line: number;
    readonly path?: string;
    readonly message: string;
    readonly commit?: { readonly id: string; readonly date: string };
  }[];
}

/** Repositories to be checked, with the key of one of two people. */
export interface CheckLab extends Lab {
  readonly alice: ReturnType<typeof ageIdentity>;
  readonly bob: ReturnType<typeof ageIdentity>;
  /** Runs our program. */
  readonly ours: (folder: string, ...words: readonly string[]) => Ran;
  readonly report: (folder: string, ...words: readonly string[]) => Report;
  readonly write: (folder: string, files: Readonly<Record<string, string | Uint8Array>>) => void;
  /** Encrypts files where they lie. */
  readonly seal: (folder: string, ...words: readonly string[]) => void;
  /** A `.sops.yaml` with one rule, for Alice: what is in `secrets` is to be encrypted. */
  readonly rules: string;
}

/** What was found, as `rule file:line path`. */
export const lines = ({ findings }: Report): readonly string[] =>
  findings.map(({ rule, file, line, path }) => `${rule} ${file}:${line}${path === undefined ? '' : ` ${path}`}`);

/** Makes a lab. @param more variables for git and the programs that it runs */
export function checkLab(more: Readonly<Record<string, string>> = {}): CheckLab {
  const lab = gitLab(more);
  const missing = lacks('age-keygen');
  const alice = missing ? { identity: '', recipient: '' } : ageIdentity();
  const bob = missing ? alice : ageIdentity();
  const ours: CheckLab['ours'] = (folder, ...words) =>
    runProgram(program, words, { cwd: folder, env: { ...lab.env, SOPS_AGE_KEY: alice.identity } });
  return {
    ...lab,
    alice,
    bob,
    ours,
    report: (folder, ...words) => {
      const { stdout, stderr } = ours(folder, 'check', '--format', 'json', ...words);
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    },
    write: (folder, files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
    },
    seal: (folder, ...words) => {
      expect(ours(folder, 'encrypt', '--in-place', ...words)).toMatchObject({ status: 0 });
    },
    rules: `creation_rules:\n  - path_regex: ^secrets/\n    age: ${alice.recipient}\n`,
  };
}
