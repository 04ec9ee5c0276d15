import { join } from 'node:path';
import { printable, SopsError } from '../../errors.ts';
import { openScratchFolder } from '../../node/scratch.ts';
import { watchSignals } from '../../node/signals.ts';
import { notStarted } from '../../node/subprocess.ts';
import type { Context } from '../../ports.ts';
import { type Mirrored, writeMirror } from './mirror.ts';

/** Has the real Kustomize build a decrypted tree, in a folder that nobody else may look into and that goes at once. Throws `COMMAND_UNSTARTABLE`, `MALFORMED_DOCUMENT` where it refuses. */
export async function builtStream(mirrored: Mirrored, context: Context): Promise<Uint8Array> {
  const scratch = openScratchFolder(context.env);
  const signals = watchSignals();
  try {
    const tree = join(scratch.path, 'tree');
    writeMirror(tree, mirrored);
    const stop = new AbortController();
    const running = context.run(['kustomize', 'build', join(tree, mirrored.folder)], { signal: stop.signal });
    const { status, stdout, stderr } = await Promise.race([running, signals.cancelled]).finally(() => {
      stop.abort();
    });
    if (status === notStarted)
      throw new SopsError('COMMAND_UNSTARTABLE', 'kustomize cannot be started', {
        hint: 'install it, or write the tree with --output and build that',
      });
    if (status !== 0)
      throw new SopsError(
        'MALFORMED_DOCUMENT',
        `kustomize build failed: ${printable(withoutPlaintext(stderr.replaceAll(tree, '.'), mirrored))}`,
      );
    return stdout;
  } finally {
    scratch.wipe();
    signals.stop();
  }
}

/** Kustomize quotes what it cannot read: every word that only the plaintext of a file has is left out. */
function withoutPlaintext(message: string, { files, contents }: Mirrored): string {
  let shown = message;
  for (const [file, content] of contents) {
    const sealed = new TextDecoder().decode(files.read(file));
    const words = new Set(
      new TextDecoder()
        .decode(content)
        .split(/[\s"'=:,{}[\]\\]+/)
        .filter((word) => word.length > 2 && !sealed.includes(word)),
    );
    for (const word of words) shown = shown.replaceAll(word, '…');
  }
  return shown;
}
