import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of real repositories. */
export interface Lab {
  readonly folder: string;
  /** What git is run with: no settings of the user or the machine. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes an empty repository with the branch `main`. */
  repository(name: string): string;
  /** What git writes to standard output. Throws where it fails. */
  git(folder: string, ...words: readonly string[]): string;
  /** Writes files and commits all that has changed. */
  commit(folder: string, files: Readonly<Record<string, string | Uint8Array>>, message: string): void;
  remove(): void;
}

/** Makes a lab. @param more variables for git and the programs that it runs */
export function gitLab(more: Readonly<Record<string, string>> = {}): Lab {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-lab-')));
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(folder, '.gitconfig'),
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    GIT_EDITOR: 'true',
    GIT_TERMINAL_PROMPT: '0',
    ...more,
  };
  const git = (at: string, ...words: readonly string[]): string =>
    execFileSync('git', ['-C', at, ...words], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
  return {
    folder,
    env,
    git,
    repository: (name) => {
      const top = join(folder, name);
      mkdirSync(top, { recursive: true });
      git(top, 'init', '-q', '-b', 'main');
      return top;
    },
    commit: (at, files, message) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(at, path)), { recursive: true });
        writeFileSync(join(at, path), content);
      }
      git(at, 'add', '--all');
      git(at, 'commit', '-qm', message);
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
