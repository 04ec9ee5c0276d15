import { utimesSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { refresh } from '../../git/filter/refresh.ts';
import { asSealed } from '../../git/filter/sealed.ts';
import { openRepository } from '../../git/repository.ts';
import { keySources } from '../../keysources/index.ts';
import { readFile, statFile } from '../../node/files.ts';
import type { Invocation } from '../invocation.ts';
import { print, warn } from '../report.ts';

/** `sopsmith git refresh [file…]`: has Git write files of the filter anew, in clear or encrypted. */
export async function run({ words, flags, context }: Invocation): Promise<void> {
  const { git, top, bare } = await openRepository('.', context);
  if (bare) throw new SopsError('NO_REPOSITORY', 'this is a bare repository: it has no work tree');
  const wanted = flags.isOn('encrypted') ? 'encrypted' : 'in clear';
  const { written, changed } = await refresh(
    git,
    wanted,
    words.map((word) => belowTop(top, word)),
    {
      // oxlint-disable-next-line typescript/require-await -- the port is asynchronous
      isEncrypted: async (path) => {
        const file = join(top, path);
        const content = statFile(file)?.isFile() === true ? readFile(file) : undefined;
        return content === undefined ? undefined : asSealed(path, content, { keySources }) !== undefined;
      },
      touch: (path) => {
        const before = statFile(join(top, path))?.mtimeMs ?? 0;
        utimesSync(join(top, path), new Date(), new Date(before - 2000));
      },
    },
  );
  for (const path of changed) warn(`${path} was changed since it was added, and is left as it is`);
  const still = wanted === 'in clear' ? written.filter((path) => isSealedStill(top, path)).length : 0;
  print(`${written.length - still} ${written.length - still === 1 ? 'file' : 'files'} written ${wanted}.\n`);
}

function belowTop(top: string, word: string): string {
  const path = relative(top, resolve(word)).replaceAll('\\', '/');
  if (path === '..' || path.startsWith('../')) throw new SopsError('USAGE', `${word} is not in this repository`);
  return path === '' ? '.' : path;
}

function isSealedStill(top: string, path: string): boolean {
  const content = readFile(join(top, path));
  return content !== undefined && asSealed(path, content, { keySources }) !== undefined;
}
