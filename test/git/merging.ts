// Repositories in which Git merges encrypted files with our driver.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect } from 'vitest';
import { mergeDriverLine } from '../../src/git/drivers/merge-line.ts';
import { edit, seal } from '../operations/bench.ts';
import { fill, type Files, runProgram, textOf } from '../support/cli.ts';
import { needed } from '../support/peers.ts';
import { type EquippedLab, equippedLab } from './equipped.ts';

const identityFile = fileURLToPath(new URL('../../fixtures/keys/age.txt', import.meta.url));

/** In the plaintext of encrypted files alone. */
export const word = 'planted-merge-word';

/** What `fixtures/keys/age.txt` opens. */
export interface MergingLab extends EquippedLab {
  /** A repository with the driver and these plaintexts, encrypted and committed. */
  readonly begin: (name: string, files: Files) => Promise<string>;
  /** Changes the plaintext of files and commits them. */
  readonly change: (top: string, changes: Readonly<Record<string, (plain: string) => string>>, message?: string) => Promise<void>;
  /** Real sops decrypts a file: the MAC fits. */
  readonly opened: (top: string, file: string) => string;
  /** An editor that does what a shell script says with its file, `$1`. */
  readonly editor: (script: string) => Readonly<Record<string, string>>;
}

const formatOfFile = (file: string): Parameters<typeof seal>[0] => {
  const ending = /\.(\w+)$/.exec(file)?.[1];
  return ending === 'yaml' || ending === 'json' || ending === 'ini' ? ending : ending === 'env' ? 'dotenv' : 'binary';
};

/** A lab with the driver; after each test nothing decrypted may be anywhere. */
export function mergingLab(): MergingLab {
  const lab = equippedLab();
  writeFileSync(join(lab.folder, 'key.txt'), readFileSync(identityFile));
  writeFileSync(
    join(lab.folder, '.gitconfig'),
    `[protocol "file"]\nallow = always\n[merge "sopsmith"]\nname = SOPS\ndriver = "${mergeDriverLine('sopsmith')}"\n`,
  );
  afterEach(() => {
    lab.searchAll(word);
    if (!existsSync('/dev/shm')) return;
    for (const entry of readdirSync('/dev/shm', { withFileTypes: true, recursive: true }))
      if (entry.isFile() && entry.parentPath.includes('sopsmith-'))
        expect(readFileSync(join(entry.parentPath, entry.name)).includes(word)).toBe(false);
  });
  let editors = 0;
  return {
    ...lab,
    begin: async (name, files) => {
      const top = lab.repository(name);
      const sealed: Record<string, string> = {
        '.gitattributes':
          '*.yaml merge=sopsmith\n*.json merge=sopsmith\n*.env merge=sopsmith\n*.ini merge=sopsmith\n*.bin merge=sopsmith\n',
      };
      for (const [file, plain] of Object.entries(files)) sealed[file] = await seal(formatOfFile(file), plain);
      lab.commit(top, sealed, 'base');
      return top;
    },
    change: async (top, changes, message = 'change') => {
      const changed: Record<string, string> = {};
      for (const [file, how] of Object.entries(changes)) changed[file] = await edit(formatOfFile(file), textOf(top, file), how);
      fill(top, changed);
      lab.git(top, 'add', '--', ...Object.keys(changed));
      lab.git(top, 'commit', '-qm', message);
    },
    opened: (top, file) => {
      const { status, stdout, stderr } = runProgram([needed('sops')], ['decrypt', file], { cwd: top, env: lab.env });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      return stdout;
    },
    editor: (script) => {
      const file = join(lab.folder, `editor-${++editors}`);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
      return { EDITOR: file, SOPS_EDITOR: '' };
    },
  };
}
