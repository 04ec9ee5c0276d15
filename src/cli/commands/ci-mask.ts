import { fromUtf8, wipe } from '../../crypto/bytes.ts';
import { looksSealed } from '../../crypto/envelope.ts';
import { plainScalar } from '../../document/plain-scalar.ts';
import { SopsError } from '../../errors.ts';
import { base64Forms, formsOf, maskCommands } from '../../export/masks.ts';
import { leavesOf } from '../../operations/leaf-paths.ts';
import { openFile, type OpenedFile, plainBranches } from '../../operations/open-file.ts';
import { sealedFilesNamed } from '../encrypted-files.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith ci mask file…`: has GitHub's runner mask every encrypted value of files, before anything can print one. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags, context } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  // Anywhere else the commands would be the very leak that they are to prevent.
  if (context.env['GITHUB_ACTIONS'] !== 'true')
    throw new SopsError('USAGE', 'no runner of GitHub Actions reads the masks here, and they hold every value', {
      hint: 'it sets GITHUB_ACTIONS=true, as those of Gitea and Forgejo do',
    });
  const services = servicesOf(invocation);
  for (const input of await sealedFilesNamed(words, invocation)) {
    const format = sealedFormatFor(flags.text('input-type'), input);
    const forms = await inSealedFile({ input, format, context }, async () => {
      const file = await openFile(readInput(input), format, { ignoreMac: flags.isOn('ignore-mac'), readOnly: true }, services);
      wipe(file.dataKey);
      return secretForms(file);
    });
    print(maskCommands(forms));
  }
}

/** Of what was encrypted: what stands in clear is in the repository for all to read. */
function secretForms(file: OpenedFile): readonly string[] {
  const sealed = leavesOf(file.branches);
  return [...leavesOf(plainBranches(file))].flatMap(([path, { leaf }]) => {
    if (!looksSealed(sealed.get(path)?.leaf.text ?? '')) return [];
    if (leaf.bytes === undefined) return formsOf(plainScalar(leaf));
    const text = fromUtf8(leaf.bytes);
    return text === undefined ? base64Forms(leaf.bytes) : formsOf(text);
  });
}
