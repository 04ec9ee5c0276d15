import { wipe } from '../crypto/bytes.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import { makeDataKey, nameOf } from './data-key.ts';
import { CiphertextMemory } from './memory.ts';
import { openFile } from './open-file.ts';
import type { Formats, Outcome, Services } from './operation.ts';
import { contentOf, plainDocument, rewrite, type Rewriting } from './rewrite.ts';

/** Whom to add and take away on the way. */
export interface RotateOptions extends Pick<Rewriting, 'layout'> {
  readonly add: readonly MasterKey[];
  readonly remove: readonly MasterKey[];
  readonly ignoreMac: boolean;
}

/** Encrypts all values under a new data key (`cmd/sops/rotate.go`), with master keys added to and removed from every group. */
export async function rotate(
  source: Uint8Array,
  formats: Pick<Formats, 'input' | 'print'>,
  options: RotateOptions,
  services: Services,
): Promise<Outcome> {
  const file = await openFile(source, formats.input, options, services);
  try {
    const name = (masterKey: MasterKey): string => nameOf(masterKey, services.keySources);
    const removed = new Set(options.remove.map(name));
    const groups = file.metadata.keyGroups.map((group) => {
      const present = group.map(({ masterKey }) => masterKey);
      const names = new Set(present.map(name));
      return [...present, ...options.add.filter((masterKey) => !names.has(name(masterKey)))].filter(
        (masterKey) => !removed.has(name(masterKey)),
      );
    });
    const { dataKey, keyGroups } = await makeDataKey(groups, services);
    try {
      const successor = { ...file, dataKey, memory: new CiphertextMemory(), metadata: { ...file.metadata, keyGroups } };
      const written = rewrite(successor, plainDocument(file), { print: formats.print, layout: options.layout }, services);
      return { content: contentOf(written), warnings: file.warnings };
    } finally {
      wipe(dataKey);
    }
  } finally {
    wipe(file.dataKey);
  }
}
