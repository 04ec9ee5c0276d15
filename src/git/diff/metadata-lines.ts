import { printable } from '../../errors.ts';
import { effectiveThreshold } from '../../operations/data-key.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import type { Services } from '../../operations/operation.ts';
import { defaultSelection, type Metadata, type Selection } from '../../metadata/metadata.ts';
import { fingerprint } from './fingerprint.ts';

/** How lines of ours begin, so that nobody takes them for the file's. */
export const metadataMark = '# sops:';

/** What else the lines need to know. */
export interface Naming extends Pick<Services, 'keySources'> {
  /** What people call a master key, by its name. */
  readonly called: (name: string) => string | undefined;
  /** Where it is known: its fingerprint shows that it was rotated. */
  readonly dataKey?: Uint8Array;
}

/** What a reader of a diff wants to know of the metadata: for whom the file is encrypted, and what of it; a line each, sorted. No MAC and no time, which change with every value. */
export function metadataLines(metadata: Metadata, naming: Naming): readonly string[] {
  const { macOnlyEncrypted, selection } = metadata;
  return [
    ...keyLines(metadata, naming),
    ...(isDefault(selection) ? [] : [`${selection.by}: ${printable('suffix' in selection ? selection.suffix : selection.pattern)}`]),
    ...(macOnlyEncrypted ? ['mac_only_encrypted'] : []),
    ...(naming.dataKey === undefined ? [] : [`data key ${fingerprint(naming.dataKey)}`]),
  ].map((line) => `${metadataMark} ${line}`);
}

const isDefault = (selection: Selection): boolean =>
  selection.by === defaultSelection.by && 'suffix' in selection && selection.suffix === '_unencrypted';

function keyLines({ keyGroups, shamirThreshold }: Metadata, { keySources, called }: Naming): readonly string[] {
  const several = keyGroups.length > 1;
  const needed = effectiveThreshold(shamirThreshold, keyGroups.length);
  return [
    ...(several ? [`${needed} of ${keyGroups.length} key groups needed`] : []),
    ...keyGroups.flatMap((group, at) =>
      group
        .map(({ masterKey }) => {
          const name = nameOf(masterKey, keySources);
          const person = called(name);
          const [place, who] = [several ? `group ${at} ` : '', person === undefined ? '' : ` (${printable(person)})`];
          return `${place}${masterKey.kind} ${printable(name)}${who}`;
        })
        .toSorted((one, other) => (one < other ? -1 : 1)),
    ),
  ];
}
