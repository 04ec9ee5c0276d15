import { basename } from 'node:path';
import { sameBytes } from '../../crypto/bytes.ts';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { editorCommand, runEditor } from '../../node/editor.ts';
import { stopWaiting, waitForEnter } from '../../node/key-press.ts';
import { openScratch, type Scratch } from '../../node/scratch.ts';
import { statFile } from '../../node/files.ts';
import { type Signals, watchSignals } from '../../node/signals.ts';
import { type EditSession, startEdit, startNew } from '../../operations/edit.ts';
import { audit } from '../audit.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { formatKept } from '../format-choice.ts';
import { type Input, mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { onInputs } from '../many-files.ts';
import { tellWarnings } from '../output.ts';
import { printOptions, rewritingOptions } from '../print-options.ts';
import { errorText, log, say } from '../report.ts';
import { encryptionSettings } from '../rule.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

const pressEnter = 'Press enter to return to the editor, or Ctrl+C to exit.';

/** What can be put right, in the editor or beside it, so that what was typed is not lost. */
const canBeMended: ReadonlySet<SopsErrorCode> = new Set<SopsErrorCode>([
  'MALFORMED_DOCUMENT',
  'EMPTY_DOCUMENT',
  'ALREADY_ENCRYPTED',
  'MALFORMED_METADATA',
  'METADATA_NOT_FOUND',
  'UNPRINTABLE_DOCUMENT',
  'VALUE_UNSEALABLE',
  'NO_MASTER_KEY',
  'STRICT',
  'DATA_KEY_UNWRAPPABLE',
  'OUTPUT_UNWRITABLE',
]);

/** `sopsmith edit file…`: one after the other. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const wanted = (path: string): boolean => isEncrypted(path, invocation.flags.text('input-type'));
  return onInputs(invocation, { wanted, done: 'edited', together: false, step: (input) => editFile(invocation, mustBeFile(input)) });
}

/** Has a file edited. @param command the editor's, which gets the file of plaintext as its last word. Throws `FILE_NOT_MODIFIED` and all that opening and encrypting throw. */
export async function editFile(
  invocation: Invocation,
  input: Input & { readonly path: string },
  command: readonly string[] = editorCommand(invocation.context.env),
): Promise<void> {
  const format = formatKept(invocation, input);
  const opens = statFile(input.path) === undefined ? [] : (['decrypt'] as const);
  const session = await inSealedFile({ input, format, context: invocation.context }, () => openSession(invocation, input, format), opens);
  const signals = watchSignals();
  try {
    await editWith(command, session, { input, signals, invocation });
    log({ level: 'info', message: 'File written successfully' });
  } finally {
    session.close();
    stopWaiting();
    signals.stop();
  }
}

async function openSession(invocation: Invocation, input: Input & { readonly path: string }, format: Format): Promise<EditSession> {
  const { flags } = invocation;
  const services = servicesOf(invocation);
  if (statFile(input.path) === undefined) {
    const formats = { input: format, output: format };
    return startNew(
      { ...formats, print: printOptions(invocation, format) },
      await encryptionSettings(invocation, input, formats),
      services,
    );
  }
  const options = {
    ...rewritingOptions(invocation, format),
    strict: flags.isOn('strict'),
    showMasterKeys: flags.isOn('show-master-keys'),
  };
  return startEdit(readInput(input), format, options, services);
}

interface Desk {
  readonly input: Input & { readonly path: string };
  readonly signals: Signals;
  readonly invocation: Invocation;
}

async function editWith(command: readonly string[], session: EditSession, desk: Desk): Promise<void> {
  const scratch = openScratch(basename(desk.input.path), session.plaintext, desk.invocation.context.env);
  try {
    await Promise.race([untilWritten(command, session, scratch, desk), desk.signals.cancelled]);
  } finally {
    scratch.wipe();
  }
}

async function untilWritten(command: readonly string[], session: EditSession, scratch: Scratch, desk: Desk): Promise<void> {
  for (;;) {
    await runEditor(command, scratch.file, (editor) => {
      desk.signals.passTo(editor);
    });
    const edited = scratch.read();
    if (sameBytes(edited, session.plaintext)) throw new SopsError('FILE_NOT_MODIFIED', 'File has not changed, exiting.');
    const error = await write(session, edited, desk);
    if (error === undefined) return;
    say(`${errorText(error)}\n${pressEnter}`);
    if (!(await waitForEnter()))
      throw new SopsError(error.code, 'nobody is there to put it right: the file is left as it was', { file: desk.input.shown });
  }
}

/** Writes the file, or answers what hinders it and can be mended. */
async function write(session: EditSession, edited: Uint8Array, { input, invocation, signals }: Desk): Promise<SopsError | undefined> {
  try {
    const outcome = await inFile(input.shown, () => session.finish(edited));
    tellWarnings(invocation, input, outcome.warnings);
    await audit(['encrypt'], input.path);
    if (!signals.received()) await invocation.context.files.replace(input.path, outcome.content);
    return undefined;
  } catch (error) {
    if (error instanceof SopsError && canBeMended.has(error.code)) return error;
    throw error;
  }
}
