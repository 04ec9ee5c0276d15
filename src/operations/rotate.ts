import { wipe } from '../crypto/bytes.ts';
import type { KeyGroup, MasterKey } from '../metadata/metadata.ts';
import { completeGroups } from './complete-key.ts';
import { effectiveThreshold, makeDataKey, type WantedKeys } from './data-key.ts';
import { nameOf } from './master-key-name.ts';
import { CiphertextMemory } from './memory.ts';
import { type OpenedFile, openFile } from './open-file.ts';
import type { Formats, Outcome, Services } from './operation.ts';
import { contentOf, plainDocument, rewrite, type Rewriting } from './rewrite.ts';

/** Whom to add and take away on the way. */
export interface RotateOptions extends Pick<Rewriting, 'layout'> {
  /** For the first key group, as in sops. */
  readonly add: readonly MasterKey[];
  /** From every key group. */
  readonly remove: readonly MasterKey[];
  readonly ignoreMac: boolean;
}

/** Encrypts all values under a new data key (`cmd/sops/rotate.go`), with master keys added and removed. Throws `NO_MASTER_KEY` where a key group would be left without any. */
export async function rotate(
  source: Uint8Array,
  formats: Pick<Formats, 'input' | 'print'> & Partial<Pick<Formats, 'output'>>,
  options: RotateOptions,
  services: Services,
): Promise<Outcome> {
  const file = await openFile(source, formats.input, options, services);
  try {
    const { metadata } = file;
    const [add = [], remove = []] = await completeGroups([options.add, options.remove], services);
    const wanted = {
      keyGroups: changedGroups(metadata.keyGroups, { add, remove }, services),
      shamirThreshold: effectiveThreshold(metadata.shamirThreshold, metadata.keyGroups.length),
    };
    return await encryptAnew(file, wanted, { ...formats, layout: options.layout }, services);
  } finally {
    wipe(file.dataKey);
  }
}

/** Encrypts all values of an opened file under a new data key, for these master keys. Throws `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`. */
export async function encryptAnew(file: OpenedFile, wanted: WantedKeys, rewriting: Rewriting, services: Services): Promise<Outcome> {
  const { dataKey, keyGroups, shamirThreshold } = await makeDataKey(wanted, services);
  try {
    const successor = { ...file, dataKey, memory: new CiphertextMemory(), metadata: { ...file.metadata, keyGroups, shamirThreshold } };
    return { content: contentOf(rewrite(successor, plainDocument(file), rewriting, services)), warnings: file.warnings };
  } finally {
    wipe(dataKey);
  }
}

function changedGroups(
  groups: readonly KeyGroup[],
  { add, remove }: Pick<RotateOptions, 'add' | 'remove'>,
  { keySources }: Services,
): readonly (readonly MasterKey[])[] {
  const name = (masterKey: MasterKey): string => nameOf(masterKey, keySources);
  const removed = new Set(remove.map(name));
  return groups.map((group, at) => {
    const present = group.map(({ masterKey }) => masterKey);
    const names = new Set(present.map(name));
    const added = at === 0 ? add.filter((masterKey) => !names.has(name(masterKey))) : [];
    return [...present, ...added].filter((masterKey) => !removed.has(name(masterKey)));
  });
}
