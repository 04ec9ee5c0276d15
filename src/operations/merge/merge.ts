import { sameBytes, utf8, wipe } from '../../crypto/bytes.ts';
import { showPath, type TreePath } from '../../document/path.ts';
import type { Document } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, PrintOptions } from '../../formats/format.ts';
import { writeMetadata } from '../../metadata/codec.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { laterVersion, layoutFor, readPlain, warningsOf } from '../encrypt.ts';
import { movesComments, type OpenedFile, plainBranches } from '../open-file.ts';
import type { Outcome, Services } from '../operation.ts';
import { selectorOf } from '../selector.ts';
import { writeEncrypted } from '../write-encrypted.ts';
import { exposedIn, type Selected } from './exposed.ts';
import { markedText, markerLine, markerSizeFor } from './marked-text.ts';
import { mergeDocuments, type MergedDocuments } from './merge-documents.ts';
import { mergeKeys } from './merge-keys.ts';
import { type MergedMetadata, type MergedRules, mergeMetadata } from './merge-metadata.ts';
import { nodeText } from './node-text.ts';
import { eachOf, type Three } from './three.ts';
import { isSealed, openVersions, type PlainVersion, type SealedVersion, type Sources, type Versions } from './versions.ts';

/** One of the two sides. */
export type Side = 'ours' | 'theirs';

/** How to merge. */
export interface MergeOptions {
  readonly ignoreMac: boolean;
  readonly print: PrintOptions;
  readonly layout: 'auto' | 'never';
}

/** Three versions of a file, opened and put together as far as they can be. */
export interface Merge {
  /** Places that both sides changed in different ways, to be read: `db.password: changed on both sides`. */
  readonly conflicts: readonly string[];
  /** The same of metadata: master keys and rules. */
  readonly ruleConflicts: readonly string[];
  /** Writes the merged file, one side's version in the place of conflicts. Throws `MERGE_CONFLICT` also where values would stand in clear that were encrypted. */
  settled(side: Side): Promise<MergedFile>;
  /** The plaintext with conflict markers around the places in conflict. Throws `UNSUPPORTED` where that is no text. */
  marked(labels: Three<string>): MarkedText;
  /** A side as it may be shown to anybody: encrypted as the merged file will be, if it is not. */
  concealed(side: Side): Promise<Uint8Array>;
  /** Encrypts what was made of that. Throws what `encrypt` throws, and `MERGE_CONFLICT` as `settled` does. @param rules whose rules stand where both changed them */
  finish(edited: Uint8Array, rules: Side): Promise<MergedFile>;
  /** Forgets the data keys. */
  close(): void;
}

/** A plaintext with conflict markers. */
export interface MarkedText {
  readonly content: Uint8Array;
  /** How long the markers are: longer than usual where the text has lines that look like some. */
  readonly markerSize: number;
}

/** A merged file, and what was decided on the way. */
export interface MergedFile extends Outcome {
  readonly notes: readonly string[];
}

/**
 * Puts three versions of a file together of which a side is encrypted; undefined where none is.
 * Throws `MERGE_CONFLICT`, and what hinders reading a side: `DATA_KEY_UNRECOVERABLE`, `MAC_MISMATCH`, `VALUE_UNOPENABLE`, `MALFORMED_DOCUMENT`.
 */
export async function startMerge(sources: Sources, format: Format, options: MergeOptions, services: Services): Promise<Merge | undefined> {
  if (isSealed(sources.ours, format) !== true && isSealed(sources.theirs, format) !== true) return undefined;
  const versions = await openVersions(sources, format, options.ignoreMac, services);
  try {
    const documents = mergeDocuments(versions, { format, print: options.print });
    return new Merging(versions, documents, { ...options, format }, services);
  } catch (error) {
    close(versions);
    throw error;
  }
}

function close({ base, ours, theirs }: Versions): void {
  for (const version of [base, ours, theirs]) if (version.kind === 'sealed') wipe(version.file.dataKey);
}

const unshown = (): SopsError =>
  new SopsError('UNSUPPORTED', 'the conflicts cannot be shown in a text', { hint: 'settle them with --ours or --theirs' });

/** Texts with markers where they differ, and whether there are any. */
function marked(texts: Three<string>, labels: Three<string>): MarkedText & { readonly marks: boolean } {
  const markerSize = markerSizeFor(Object.values(texts));
  const text = markedText(texts, { size: markerSize, labels });
  return { content: utf8(text), markerSize, marks: markerLine(text, markerSize) !== undefined };
}

class Merging implements Merge {
  readonly conflicts: readonly string[];
  readonly ruleConflicts: readonly string[];
  readonly #versions: Versions;
  readonly #documents: MergedDocuments;
  readonly #options: MergeOptions & { readonly format: Format };
  readonly #services: Services;

  constructor(versions: Versions, documents: MergedDocuments, options: MergeOptions & { readonly format: Format }, services: Services) {
    this.#versions = versions;
    this.#documents = documents;
    this.#options = options;
    this.#services = services;
    const several = Math.max(versions.ours.document.branches.length, versions.theirs.document.branches.length) > 1;
    this.conflicts = documents.conflicts.map(({ path, what }) => `${shownPath(path, several)}: ${what}`);
    this.ruleConflicts = this.#metadata('ours').conflicts.map((name) => `${name}: changed on both sides`);
  }

  async settled(side: Side): Promise<MergedFile> {
    const document = this.#documents.picking(side);
    if (document === undefined) throw new SopsError('MERGE_CONFLICT', 'no text was found that holds this: nothing was written');
    return this.#write(document, side);
  }

  marked(labels: Three<string>): MarkedText {
    const { format } = this.#options;
    const texts = (['base', 'ours', 'theirs'] as const).map((pick) => {
      const document = this.#documents.picking(pick);
      if (document === undefined) return pick === 'base' ? '' : undefined;
      return format.raw ? textIn(document, format.raw) : document.source;
    });
    const [base, ours, theirs] = texts;
    if (base === undefined || ours === undefined || theirs === undefined) throw unshown();
    const shown = marked({ base, ours, theirs }, labels);
    const ofTheWhole = this.#documents.conflicts.some(({ path }) => path.length === 0);
    if ((shown.marks && !ofTheWhole) || this.conflicts.length === 0) return shown;
    // A conflict that no marker shows, of comments say, would be settled by whoever saves the text as it is: then all that differs is in conflict.
    const { raw } = format;
    const whole = marked(
      eachOf(this.#versions, (version) => {
        if (!('document' in version)) return '';
        return (raw ? textIn(version.document, raw) : version.document.source) ?? '';
      }),
      labels,
    );
    if (!whole.marks) throw unshown();
    return whole;
  }

  async concealed(side: Side): Promise<Uint8Array> {
    const version = this.#versions[side];
    if (version.kind === 'sealed') return version.source;
    return (await this.#write(version.document, side)).content;
  }

  async finish(edited: Uint8Array, rules: Side): Promise<MergedFile> {
    const { format } = this.#options;
    return this.#write(readPlain(edited, format, format), rules);
  }

  close(): void {
    close(this.#versions);
  }

  #metadata(side: Side): MergedMetadata {
    const { base, ours, theirs } = this.#versions;
    if (ours.kind === 'sealed' && theirs.kind === 'sealed')
      return mergeMetadata(
        { base: metadataOf(base), ours: ours.file.metadata, theirs: theirs.file.metadata },
        side,
        this.#services.keySources,
      );
    const [whose, metadata] = ours.kind === 'sealed' ? ['their', ours.file.metadata] : ['our', metadataOf(theirs)];
    if (metadata === undefined) throw new TypeError('no version is encrypted');
    return { rules: rulesOf(metadata), conflicts: [], notes: [`${whose} version is not encrypted: the merged file is`] };
  }

  async #write(document: Document, side: Side): Promise<MergedFile> {
    const { rules, notes: ruleNotes } = this.#metadata(side);
    const selects = await selectorOf(rules.selection, 'read');
    this.#refuseExposed({ branches: document.branches, selects });
    const keys = await mergeKeys(this.#files, rules, this.#services);
    const notes = [...this.#documents.notes, ...ruleNotes, ...keys.notes];
    try {
      const { keyGroups, shamirThreshold } = keys;
      const metadata = this.#recordOf(rules, { keyGroups, shamirThreshold });
      const same = this.#sides.find((version) => this.#isVersion(version, document, metadata, keys.dataKey));
      if (same !== undefined) return { content: same.source, warnings: [], notes };
      const { format, print, layout } = this.#options;
      const { dataKey, memory, previous, predecessor } = keys;
      const written = writeEncrypted(
        {
          document,
          formats: { input: format, output: format, print },
          metadata,
          selects,
          dataKey,
          memory,
          ...(previous && { previous }),
          ...(predecessor && { movesComments: () => !format.raw && movesComments(predecessor) }),
          layout: layoutFor(document, layout),
        },
        this.#services,
      );
      return { content: utf8(written.text), warnings: warningsOf(document, written, { selection: rules.selection, strict: false }), notes };
    } finally {
      if (keys.fresh) wipe(keys.dataKey);
    }
  }

  #recordOf(
    rules: MergedRules,
    wrapped: Pick<Metadata, 'keyGroups' | 'shamirThreshold'>,
  ): Omit<Metadata, 'mac' | 'lastModified' | 'layout'> {
    const { selection, macOnlyEncrypted, unknown } = rules;
    const versions = this.#sides.map(({ file }) => file.metadata.version);
    const version = versions.reduce((later, one) => (newer(one, later) ? one : later), versions[0] ?? '');
    return { version: laterVersion(version), selection, macOnlyEncrypted, ...wrapped, ...(unknown.length > 0 && { unknown }) };
  }

  get #sides(): readonly SealedVersion[] {
    return [this.#versions.ours, this.#versions.theirs].filter((version) => version.kind === 'sealed');
  }

  get #files(): Parameters<typeof mergeKeys>[0] {
    const { base, ours, theirs } = this.#versions;
    const file = (version: PlainVersion | SealedVersion): OpenedFile | undefined => (version.kind === 'sealed' ? version.file : undefined);
    const metadata = metadataOf(base);
    return {
      base: metadata && { metadata, ...(base.kind === 'sealed' && { dataKey: base.file.dataKey }) },
      ours: file(ours),
      theirs: file(theirs),
    };
  }

  /** Whether a side is the merged file as it is: its plaintext and all of its metadata. */
  #isVersion(
    { document: own, file }: SealedVersion,
    document: Document,
    metadata: Omit<Metadata, 'mac' | 'lastModified' | 'layout'>,
    dataKey: Uint8Array,
  ): boolean {
    const { keySources } = this.#services;
    const text = (rules: Omit<Metadata, 'mac' | 'lastModified' | 'layout'>): string =>
      nodeText(writeMetadata({ ...rules, version: '', lastModified: '', mac: '' }, keySources), false);
    const { layout: _, ...rest } = file.metadata;
    if (!sameBytes(dataKey, file.dataKey) || text(rest) !== text(metadata)) return false;
    const { raw } = this.#options.format;
    return raw ? sameBytes(raw.print(own.branches), raw.print(document.branches)) : own.source === document.source;
  }

  #refuseExposed(merged: Selected): void {
    const sides = [this.#versions.ours, this.#versions.theirs].map((version): Selected =>
      version.kind === 'sealed'
        ? { branches: plainBranches(version.file), selects: version.file.selects }
        : { branches: version.document.branches, selects: undefined },
    );
    const exposed = exposedIn(merged, sides);
    if (exposed.length === 0) return;
    throw new SopsError(
      'MERGE_CONFLICT',
      `${exposed.join(', ')} would stand in clear: a side has it encrypted, by another rule or comment`,
      {
        hint: 'settle first what is to be encrypted, on one of the sides, or take the value out while you resolve the conflict',
      },
    );
  }
}

const shownPath = (path: TreePath, several: boolean): string => {
  const [first, ...below] = path;
  if (several && typeof first === 'number') return `document ${first + 1}${below.length > 0 ? `, ${showPath(below)}` : ''}`;
  return path.length === 0 ? 'the whole file' : showPath(path);
};

const metadataOf = (version: Versions['base']): Metadata | undefined => {
  if (version.kind === 'sealed') return version.file.metadata;
  return version.kind === 'unreadable' ? version.metadata : undefined;
};

const rulesOf = ({ selection, macOnlyEncrypted, shamirThreshold, keyGroups, unknown = [] }: Metadata): MergedRules => ({
  selection,
  macOnlyEncrypted,
  shamirThreshold,
  keyGroups: keyGroups.map((group) => group.map(({ masterKey }) => masterKey)),
  unknown,
});

/** Whether one version of sops is newer than another. */
const newer = (one: string, other: string): boolean => one.localeCompare(other, 'en', { numeric: true }) > 0;

/** What a binary document holds, if that is text. */
function textIn(document: Document, raw: NonNullable<Format['raw']>): string | undefined {
  const bytes = document.branches.length === 0 ? new Uint8Array() : raw.print(document.branches);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
