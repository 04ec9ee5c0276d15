import { basename } from 'node:path';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { editorCommand, runEditor } from '../../node/editor.ts';
import { stopWaiting, waitForEnter } from '../../node/key-press.ts';
import { openScratch, type Scratch } from '../../node/scratch.ts';
import { statFile } from '../../node/files.ts';
import { type Signals, watchSignals } from '../../node/signals.ts';
import { type EditSession, startEdit, startNew } from '../../operations/edit.ts';
import type { Outcome } from '../../operations/operation.ts';
import { formatsOf } from '../format-choice.ts';
import { findFile, type Input, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { layoutOption, printOptions } from '../print-options.ts';
import { errorText, log, say } from '../report.ts';
import { encryptionSettings } from '../rule.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

const pressEnter = 'Press enter to return to the editor, or Ctrl+C to exit.';

/** What is wrong with the text and can be put right in the editor. */
const inTheText: ReadonlySet<SopsErrorCode> = new Set<SopsErrorCode>([
  'MALFORMED_DOCUMENT',
  'EMPTY_DOCUMENT',
  'ALREADY_ENCRYPTED',
  'MALFORMED_METADATA',
  'METADATA_NOT_FOUND',
  'UNPRINTABLE_DOCUMENT',
  'VALUE_UNSEALABLE',
  'NO_MASTER_KEY',
  'STRICT',
]);

/** `sopsmith edit file`. */
export async function run(invocation: Invocation): Promise<void> {
  const input = findFile(invocation);
  const { input: format, output } = formatsOf(invocation, input);
  if (format !== output)
    throw new SopsError('UNSUPPORTED', 'a file cannot change its format while it is edited', {
      hint: 'decrypt it with --output-type and encrypt it anew',
    });
  const command = editorCommand(invocation.context.env);
  const session = await inSealedFile({ input, format, context: invocation.context }, () => openSession(invocation, input, format));
  const signals = watchSignals();
  try {
    const outcome = await editWith(command, session, { input, signals, env: invocation.context.env });
    tellWarnings(invocation, input, outcome.warnings);
    await invocation.context.files.replace(input.path, outcome.content);
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
  const print = printOptions(invocation, format);
  if (statFile(input.path) === undefined) {
    const formats = { input: format, output: format };
    return startNew({ ...formats, print }, await encryptionSettings(invocation, input, formats), services);
  }
  const options = {
    ignoreMac: flags.isOn('ignore-mac'),
    strict: flags.isOn('strict'),
    showMasterKeys: flags.isOn('show-master-keys'),
    print,
    layout: layoutOption(invocation, format),
  };
  return startEdit(readInput(input), format, options, services);
}

interface Desk {
  readonly input: Input & { readonly path: string };
  readonly signals: Signals;
  readonly env: Readonly<Record<string, string | undefined>>;
}

async function editWith(command: readonly string[], session: EditSession, { input, signals, env }: Desk): Promise<Outcome> {
  const scratch = openScratch(basename(input.path), session.plaintext, env);
  try {
    return await Promise.race([untilAccepted(command, session, scratch, { input, signals }), signals.cancelled]);
  } finally {
    scratch.wipe();
  }
}

async function untilAccepted(
  command: readonly string[],
  session: EditSession,
  scratch: Scratch,
  { input, signals }: Omit<Desk, 'env'>,
): Promise<Outcome> {
  for (;;) {
    await runEditor(command, scratch.file, (editor) => {
      signals.passTo(editor);
    });
    const edited = scratch.read();
    if (same(edited, session.plaintext)) throw new SopsError('FILE_NOT_MODIFIED', 'File has not changed, exiting.');
    try {
      return await inFile(input.shown, () => session.finish(edited));
    } catch (error) {
      if (!(error instanceof SopsError) || !inTheText.has(error.code)) throw error;
      say(`${errorText(error)}\n${pressEnter}`);
      if (!(await waitForEnter()))
        throw new SopsError('CANCELLED', 'nobody is there to correct the text: the file is left as it was', { file: input.shown });
    }
  }
}

const same = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);
