import { fromUtf8, utf8, wipe } from '../crypto/bytes.ts';
import { looksSealed } from '../crypto/envelope.ts';
import { Nonces } from '../crypto/nonces.ts';
import { openPayload, sealPayload } from '../crypto/value.ts';
import { additionalData } from '../document/path.ts';
import { splice } from '../document/splice.ts';
import type { Comment, Leaf } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { writeMetadata } from '../metadata/codec.ts';
import type { Selector } from '../metadata/selection.ts';
import { shapeRecord } from '../metadata/shape.ts';
import { layoutAdditionalData } from './layout.ts';
import { leavesOf, type PlacedLeaf } from './leaf-paths.ts';
import { readSealed, type SealedFile } from './open-file.ts';
import { openValues } from './open-values.ts';
import type { Services } from './operation.ts';
import { recoverDataKey } from './recover-data-key.ts';
import { selectorOf } from './selector.ts';

/** A file whose MAC can be made anew. */
export interface Resigning {
  /** Whether its MAC is right as it is. */
  readonly fits: boolean;
  /** Whether another version of the file has the same data key and a MAC that fits. */
  fitsIn(version: SealedFile): Promise<boolean>;
  /** The file with a new MAC and time, and not a byte of it changed otherwise. */
  apply(): Promise<Uint8Array>;
  /** Forgets the data key. */
  close(): void;
}

/**
 * Opens every value of a file whatever its MAC says, to take a new one. What does not open on its own is refused: no MAC would make that right.
 * Throws `VALUE_UNOPENABLE` naming all such paths, `MAC_MISMATCH` for a layout entry that does not authenticate, and as `openFile`.
 * @param sealed the file; @param places where its values may have stood once: the paths of an earlier version
 */
export async function startResigning(sealed: SealedFile, places: ReadonlyMap<string, PlacedLeaf>, services: Services): Promise<Resigning> {
  const selects = await selectorOf(sealed.metadata.selection, 'read');
  const dataKey = await recoverDataKey(sealed.metadata, services);
  try {
    refuseUnopenable(sealed, selects, { dataKey, places });
    refuseLayout(sealed, dataKey);
    const mac = macOf(sealed, selects, dataKey);
    return {
      fits: storedMac(sealed, dataKey) === mac,
      fitsIn: async (version) => fits(version, await selectorOf(version.metadata.selection, 'read'), dataKey),
      apply: async () => resigned(sealed, mac, dataKey, services),
      close: () => wipe(dataKey),
    };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

function storedMac({ metadata }: SealedFile, dataKey: Uint8Array): string | undefined {
  const opening = openPayload(dataKey, metadata.mac, metadata.lastModified);
  return 'payload' in opening ? fromUtf8(opening.payload.bytes) : undefined;
}

function macOf({ branches, metadata }: SealedFile, selects: Selector, dataKey: Uint8Array): string {
  const { macOnlyEncrypted } = metadata;
  return openValues(branches, { selects, macOnlyEncrypted, open: (ciphertext, under) => openPayload(dataKey, ciphertext, under) }).mac;
}

function fits(version: SealedFile, selects: Selector, dataKey: Uint8Array): boolean {
  const stored = storedMac(version, dataKey);
  if (stored === undefined) return false;
  try {
    return stored === macOf(version, selects, dataKey);
  } catch (error) {
    if (error instanceof SopsError) return false;
    throw error;
  }
}

async function resigned(sealed: SealedFile, mac: string, dataKey: Uint8Array, { keySources, context }: Services): Promise<Uint8Array> {
  const { document, format, metadata } = sealed;
  const lastModified = `${context.now().toISOString().slice(0, 19)}Z`;
  const nonce = new Nonces(context.random).next();
  const signed = { ...metadata, lastModified, mac: sealPayload(dataKey, nonce, { type: 'str', bytes: utf8(mac) }, lastModified) };
  const record = shapeRecord(writeMetadata(signed, keySources), format.shape);
  const content = utf8(splice(document.source, format.amend(document, record)));
  await confirm(content, format, dataKey, keySources);
  return content;
}

/** What will be written must read back with a MAC that fits. */
async function confirm(content: Uint8Array, format: Format, dataKey: Uint8Array, keySources: Services['keySources']): Promise<void> {
  const again = readSealed(content, format, { keySources });
  if (fits(again, await selectorOf(again.metadata.selection, 'read'), dataKey)) return;
  throw new SopsError('VALUE_UNSEALABLE', 'the file would not read back with the new MAC: nothing was written');
}

function refuseLayout({ metadata: { layout } }: SealedFile, dataKey: Uint8Array): void {
  if (layout === undefined || 'payload' in openPayload(dataKey, layout, layoutAdditionalData)) return;
  throw new SopsError('MAC_MISMATCH', 'the layout entry of the metadata was changed, or is of another file: it does not authenticate', {
    path: 'sops.layout',
    hint: 'restore it from version control, or remove it: the file then decrypts to the spelling that real sops prints',
  });
}

/** What it takes to say where a value belongs. */
interface Known {
  readonly dataKey: Uint8Array;
  readonly places: ReadonlyMap<string, PlacedLeaf>;
}

function refuseUnopenable({ branches }: SealedFile, selects: Selector, { dataKey, places }: Known): void {
  const own = leavesOf(branches);
  const names = new Map<Leaf | Comment, string>([...own].map(([path, { leaf }]) => [leaf, path]));
  const homes = new Map([...places, ...own].map(([path, { keys }]) => [additionalData(keys), path] as const));
  const flaws: (readonly [path: string, flaw: string])[] = [];
  for (const branch of branches) {
    walk(branch, (item, keys, comments) => {
      if (item.kind !== 'leaf' || !selects(keys, comments, false) || (item.type === 'str' && item.text === '')) return;
      const flaw = item.type === 'str' ? flawOf(item.text, additionalData(keys), dataKey, homes) : 'is in clear';
      if (flaw !== undefined) flaws.push([names.get(item) ?? keys.join('.'), flaw]);
    });
  }
  const [first] = flaws;
  if (!first) return;
  throw new SopsError('VALUE_UNOPENABLE', `no MAC would make this right: ${flaws.map(([path, flaw]) => `${path} ${flaw}`).join('; ')}`, {
    path: first[0],
    hint: 'put it back as it was; to move or rename a value, use `move` or `edit`',
  });
}

/** Why a value does not open; undefined where it does. */
function flawOf(text: string, under: string, dataKey: Uint8Array, homes: ReadonlyMap<string, string>): string | undefined {
  const opening = openPayload(dataKey, text, under);
  if ('payload' in opening) return undefined;
  if (opening.failure === 'not sealed') return looksSealed(text) ? 'is broken ciphertext' : 'is in clear';
  for (const [home, path] of homes) if ('payload' in openPayload(dataKey, text, home)) return `holds the ciphertext of ${path}`;
  return 'holds ciphertext that is of another file or was changed';
}
