import { join, resolve } from 'node:path';
import type { Answer } from '../../deploy/flux/answer.ts';
import { decryptManifests } from '../../deploy/flux/decrypt-manifests.ts';
import type { TreeOptions } from '../../deploy/flux/decrypt-source.ts';
import { decryptTree } from '../../deploy/flux/decrypt-tree.ts';
import { SopsError } from '../../errors.ts';
import { readStandardInput } from '../../node/standard-input.ts';
import { audit } from '../audit.ts';
import { exitCodes, generic, success } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { folderFiles } from '../kustomize/folder-files.ts';
import { keyringOf } from '../kustomize/given-keys.ts';
import { answersAsJson, showAnswers } from '../kustomize/show-answers.ts';
import { treePlace } from '../kustomize/tree-place.ts';
import { errorText, print, say, warn } from '../report.ts';

/** `sopsmith kustomize decrypt folder|-`. Nothing is written or printed where anything failed. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  const [word, second] = words;
  if (word === undefined || second !== undefined)
    throw new SopsError('USAGE', 'one folder with a kustomization is wanted, or - for a stream of manifests');
  refuseConflicts(word, invocation);
  const keyring = keyringOf(invocation);
  try {
    const options = { keyring, checkMac: flags.isOn('check-mac') };
    return word === '-' ? await decryptStream(readStandardInput(), invocation, options) : await decryptFolder(word, invocation, options);
  } finally {
    keyring.forget();
  }
}

/** Where the decrypted goes: one place only, and a stream goes to standard output. */
function refuseConflicts(word: string, { flags }: Invocation): void {
  const places = [flags.text('output') !== undefined, flags.isOn('build'), flags.isOn('explain')].filter(Boolean).length;
  if (places > 1) throw new SopsError('CONFLICTING_FLAGS', 'only one of --output, --build and --explain can be given');
  if (flags.isOn('json') && !flags.isOn('explain')) throw new SopsError('USAGE', '--json goes with --explain');
  if (word === '-') refuseForStream(flags);
  else if (places === 0)
    throw new SopsError('USAGE', 'where shall the decrypted tree go?', {
      hint: 'name a folder with --output, have it built with --build, or look at --explain',
    });
}

function refuseForStream(flags: Invocation['flags']): void {
  if (flags.text('output') !== undefined || flags.isOn('build'))
    throw new SopsError('USAGE', 'a stream goes to standard output: leave out --output and --build');
}

async function decryptFolder(word: string, invocation: Invocation, options: TreeOptions): Promise<number> {
  const { flags, context } = invocation;
  const { root, folder } = treePlace(word, invocation);
  const files = folderFiles(root);
  const tree = await decryptTree(files, folder, options, !flags.isOn('build'));
  if (flags.isOn('explain')) return explain(tree.answers, invocation, options);
  const status = tellFailures(tree.answers);
  if (status !== success) return status;
  tellLeft(tree.answers);
  await record(tree.answers, root);
  const mirrored = { files, folder, ...tree };
  const output = flags.text('output');
  if (output === undefined) {
    const { builtStream } = await import('../kustomize/build.ts');
    return decryptStream(await builtStream(mirrored, context), invocation, options);
  }
  const { writeMirror } = await import('../kustomize/mirror.ts');
  writeMirror(resolve(output), mirrored);
  say(`${tree.contents.size} decrypted, written with all else that the kustomization names to ${output}`);
  return success;
}

/** Each file once, however much of it was decrypted. */
async function record(answers: readonly Answer[], root: string): Promise<void> {
  const decrypted = answers.filter(({ outcome }) => outcome === 'decrypted').map(({ file }) => file);
  for (const file of new Set(decrypted)) await audit(['decrypt'], join(root, file));
}

async function decryptStream(stream: Uint8Array, invocation: Invocation, options: TreeOptions): Promise<number> {
  const { answers, content } = await decryptManifests(stream, { file: '-', named: 'the stream of manifests' }, options);
  if (invocation.flags.isOn('explain')) return explain(answers, invocation, options);
  const status = tellFailures(answers);
  if (status !== success) return status;
  tellLeft(answers);
  if (answers.some(({ outcome }) => outcome === 'decrypted')) await audit(['decrypt'], undefined);
  print(content ?? stream);
  return success;
}

function explain(answers: readonly Answer[], { flags }: Invocation, { keyring, checkMac }: TreeOptions): number {
  print((flags.isOn('json') ? answersAsJson : showAnswers)(answers, keyring.entries, checkMac));
  return answers.some(({ outcome }) => outcome === 'failed') ? generic : success;
}

/** Says what failed, each by itself; answers the exit status. */
function tellFailures(answers: readonly Answer[]): number {
  const failed = answers.filter(({ outcome }) => outcome === 'failed');
  for (const { file, part, message, hint, reason } of failed)
    say(
      errorText(
        new SopsError(
          reason === 'no-key' ? 'DATA_KEY_UNRECOVERABLE' : 'VALUE_UNOPENABLE',
          part === undefined ? message : `${part}: ${message}`,
          { file, ...(hint === undefined ? {} : { hint }) },
        ),
      ),
    );
  if (failed.length === 0) return success;
  return failed.every(({ reason }) => reason === 'no-key') ? exitCodes.DATA_KEY_UNRECOVERABLE : generic;
}

/** What stays ciphertext though it is some. */
function tellLeft(answers: readonly Answer[]): void {
  for (const { file, part, message, reason } of answers) if (reason === 'comment-rule') warn(`${file}: ${part ?? ''}: ${message}`);
}
