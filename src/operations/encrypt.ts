import { utf8, wipe } from '../crypto/bytes.ts';
import type { Document, Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { hasRecord } from '../metadata/shape.ts';
import type { Selection } from '../metadata/metadata.ts';
import { makeDataKey } from './data-key.ts';
import { CiphertextMemory } from './memory.ts';
import type { EncryptionSettings, Formats, Outcome, Services } from './operation.ts';
import { selectorOf } from './selector.ts';
import { decodeText } from './text.ts';
import { type Written, writeEncrypted } from './write-encrypted.ts';

/** The sops release whose files ours are like: it stands in the metadata of every file we encrypt. */
export const sopsVersion = '3.13.3';

/** Files keep the version of the newest sops that wrote them. */
export function laterVersion(version: string): string {
  const ours = sopsVersion.split('.').map(Number);
  const theirs = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [at, part] of ours.entries()) {
    const other = theirs[at] ?? 0;
    if (Number.isNaN(other) || part > other) return sopsVersion;
    if (part < other) return version;
  }
  return version;
}

/** Encrypts a file afresh. Throws `MALFORMED_DOCUMENT`, `EMPTY_DOCUMENT`, `ALREADY_ENCRYPTED`, `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`, `STRICT`. */
export async function encrypt(source: Uint8Array, formats: Formats, settings: EncryptionSettings, services: Services): Promise<Outcome> {
  const document = readPlain(source, formats.input, formats.output);
  const selects = await selectorOf(settings.selection, 'new');
  const { dataKey, keyGroups, shamirThreshold } = await makeDataKey(settings, services);
  try {
    const written = writeEncrypted(
      {
        document,
        formats,
        metadata: {
          version: sopsVersion,
          macOnlyEncrypted: settings.macOnlyEncrypted,
          selection: settings.selection,
          shamirThreshold,
          keyGroups,
        },
        selects,
        dataKey,
        memory: new CiphertextMemory(),
        layout: layoutFor(document, settings.layout),
      },
      services,
    );
    return { content: utf8(written.text), warnings: warningsOf(document, written, settings) };
  } finally {
    wipe(dataKey);
  }
}

/** Parses plaintext and refuses what cannot be encrypted (`cmd/sops/encrypt.go`, validateFileForEncryption). */
export function readPlain(source: Uint8Array, input: Format, output: Format): Document {
  const document = input.raw ? input.raw.parse(source) : parseText(decodeText(source), input);
  if (document.branches.length === 0) {
    throw new SopsError('EMPTY_DOCUMENT', 'the file cannot be completely empty, it must contain at least one document', {
      hint: 'write a value into it first',
    });
  }
  if (hasRecord(document.branches, output.shape)) {
    const what = output.shape === 'prefixed' ? 'entries that start with `sops_`' : 'a top-level entry called `sops`';
    throw new SopsError('ALREADY_ENCRYPTED', `the file has ${what}, which is where metadata goes: it is already encrypted`, {
      hint: 'to change it use `edit`, `set` or `rotate`; if it is not encrypted, rename the entry',
    });
  }
  return document;
}

/** To real sops a text that is not empty and holds no document is malformed. */
function parseText(text: string, format: Format): Document {
  try {
    return format.parse(text);
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'EMPTY_DOCUMENT') throw error;
    throw new SopsError('MALFORMED_DOCUMENT', error.message, { ...error.details, hint: 'write a value into it first' });
  }
}

/** Kinds whose schema knows no entry of ours in `sops`; real controllers refuse the whole object. */
const strictKinds: ReadonlySet<string> = new Set(['SopsSecret']);

/** Whether the layout entry may be written. */
export function layoutFor(document: Document, wanted: 'auto' | 'never'): 'auto' | 'never' {
  return document.branches.some((branch) => strictKinds.has(kindOf(branch))) ? 'never' : wanted;
}

function kindOf(branch: Mapping): string {
  for (const item of branch.items) if (item.kind === 'entry' && item.key === 'kind' && item.value.kind === 'leaf') return item.value.text;
  return '';
}

/** What to tell of a new encryption: notes of the parser, and a selection that took nothing (an error with `strict`). */
export function warningsOf(
  document: Document,
  written: Written,
  { selection, strict }: Pick<EncryptionSettings, 'selection' | 'strict'>,
): readonly string[] {
  const warnings = document.notes.map(({ span, message }) => `line ${lineAt(document.source, span.start)}: ${message}`);
  if (written.values > 0 && written.sealedValues === 0)
    warnings.push(`${describeSelection(selection)} selects none of the ${written.values} values: the file is all in clear`);
  if (strict && warnings.length > 0)
    throw new SopsError('STRICT', warnings.join('; '), { hint: 'leave out --strict to let it pass with a warning' });
  return warnings;
}

const describeSelection = (selection: Selection): string =>
  `${selection.by} \`${'suffix' in selection ? selection.suffix : selection.pattern}\``;

function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line++;
  return line;
}
