// Histories of encrypted files in real repositories, made by real sops and by ours.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { ageIdentity, type Ran, runProgram } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import type { Lab } from './lab.ts';

/** Somebody whom files are encrypted for. */
export interface Person {
  readonly identity: string;
  readonly recipient: string;
}

const nobody: Person = { identity: '', recipient: '' };
const person = (): Person => (lacks('age-keygen') ? nobody : ageIdentity());

/** Who reads the files of these tests. */
export const ada: Person = person();
export const bob: Person = person();

/** A repository with a history. */
export interface Past {
  readonly top: string;
  readonly git: (...words: readonly string[]) => string;
  readonly write: (name: string, text: string) => void;
  readonly read: (name: string) => string;
  /** Commits all there is, on a day of January. Answers the ID. */
  readonly commit: (day: number, message: string, author?: string) => string;
  readonly ours: (...argv: readonly string[]) => Ran;
  /** Runs one that must do its work. */
  readonly sops: (...argv: readonly string[]) => string;
  /** What ours prints, where it has nothing to say beside that. */
  readonly told: (...argv: readonly string[]) => string;
  /** Names the recipients in `.sops.yaml`, each with a comment. */
  readonly rule: (people: Readonly<Record<string, Person>>) => void;
}

/** Makes an empty repository. Its programs hold the identity of Ada. */
export function pastIn(lab: Lab, name: string): Past {
  const top = lab.repository(name);
  const env = { ...lab.env, SOPS_AGE_KEY: ada.identity, SOPS_DISABLE_VERSION_CHECK: '1' };
  const run = (command: readonly string[], argv: readonly string[]): Ran => runProgram(command, argv, { cwd: top, env });
  const git = (...words: readonly string[]): string => lab.git(top, ...words);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  };
  return {
    top,
    git,
    write,
    read: (file) => readFileSync(join(top, file), 'utf8'),
    commit: (day, message, author = 'Ada <ada@example.org>') => {
      git('add', '--all');
      git('commit', '-qm', message, '--author', author, '--date', `2026-01-${String(day).padStart(2, '0')}T10:00:00Z`);
      return git('rev-parse', 'HEAD').trim();
    },
    ours: (...argv) => run(program, argv),
    sops: (...argv) => {
      const { status, stdout, stderr } = run([needed('sops')], argv);
      expect(stderr.replaceAll(/^(Syncing|File|The following|Group|\s|\+\+\+|---|\d{4}\/).*\n/gm, ''), argv.join(' ')).toBe('');
      expect(status).toBe(0);
      return stdout;
    },
    told: (...argv) => {
      const { stdout, stderr } = run(program, argv);
      expect(stderr).toBe('');
      return stdout;
    },
    rule: (people) => {
      const lines = Object.entries(people).map(([called, { recipient }]) => `          - ${recipient} # ${called}\n`);
      write('.sops.yaml', `creation_rules:\n  - key_groups:\n      - age:\n${lines.join('')}`);
    },
  };
}
