import { utf8, wipe } from '../crypto/bytes.ts';
import type { Document, Entry, Mapping } from '../document/tree.ts';
import type { DestinationRule } from '../config/config.ts';
import type { Destination, Place, Published, SecretsDestination } from '../destinations/destination.ts';
import { SopsError } from '../errors.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { defaultSelection, type Selection } from '../metadata/metadata.ts';
import { completeGroups } from './complete-key.ts';
import { makeDataKey } from './data-key.ts';
import { layoutFor, sopsVersion } from './encrypt.ts';
import { compareGroups, type GroupChange } from './group-changes.ts';
import { CiphertextMemory } from './memory.ts';
import { openFile, plainBranches, readSealed } from './open-file.ts';
import type { Services } from './operation.ts';
import { publishSecrets, type SecretsPublication } from './publish-secrets.ts';
import { plainDocument } from './rewrite.ts';
import { type SecretName, secretNames, secretsOf, type SecretsTarget } from './secrets-of-file.ts';
import { selectorOf } from './selector.ts';
import { writeEncrypted } from './write-encrypted.ts';

/** An encrypted file to publish, and what is known of it. */
export interface PublishedFile {
  readonly source: Uint8Array;
  readonly format: Format;
  readonly rule: DestinationRule;
  /** What it shall be called at the destination. */
  readonly name: string;
  /** How values are printed for destinations that take them. */
  readonly json: Format;
  readonly print: PrintOptions;
  readonly layout: 'auto' | 'never';
  /** Its path, relative to the folder of the config file; `/` between folders. */
  readonly origin: string;
  readonly secrets: {
    /** One secret a key, also where the rule does not say so. */
    readonly perKey: boolean;
    /** Who published it is kept beside it, also where the destination would not. */
    readonly marked: boolean;
    /** What somebody else published, or made by hand, is taken over. */
    readonly adopt: boolean;
  };
}

/** What will be done with a file: it is sent as it is, encrypted anew, or in clear to a store that guards it. */
export type Plan =
  | { readonly how: 'as it is' }
  | { readonly how: 'encrypted anew'; readonly groups: readonly GroupChange[] }
  | { readonly how: 'in clear'; readonly keys: readonly string[]; readonly names: readonly SecretName[] };

/** A file ready to be sent. */
export interface Publication {
  readonly plan: Plan;
  readonly warnings: readonly string[];
  /** Throws `PUBLICATION_FAILED`. */
  readonly send: () => Promise<Published>;
  /** Where the file becomes secrets. */
  readonly secrets?: SecretsPublication;
}

/** Says what would be done with a file, without any key. Throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`, `NO_MATCHING_RULE`. */
export async function planPublication(file: PublishedFile, services: Services): Promise<Plan> {
  const { metadata, branches } = readSealed(file.source, file.format, services);
  const { destination, place } = destinationOf(file.rule);
  if (destination.takes === 'secrets') {
    const entries = entriesOf(branches);
    const names = secretNames([...entries.values()], file.format, targetOf(file, { destination, place }));
    return { how: 'in clear', keys: [...entries.keys()], names };
  }
  if (!isReencrypted(file.rule)) return { how: 'as it is' };
  const keyGroups = await completeGroups(file.rule.recreationRule.keyGroups, services);
  return { how: 'encrypted anew', groups: compareGroups(metadata.keyGroups, keyGroups, services.keySources) };
}

/**
 * Makes a file ready to be sent (`cmd/sops/subcommand/publish`): as it is, or encrypted anew where the rule says for whom; decrypted for a destination that takes secrets.
 * Throws what decryption and encryption throw, and `NO_MATCHING_RULE` where the rule names no destination.
 */
export async function preparePublication(file: PublishedFile, services: Services): Promise<Publication> {
  const { destination, place } = destinationOf(file.rule);
  const plan = await planPublication(file, services);
  if (destination.takes === 'secrets') {
    const { warnings, secrets } = await decrypted(file, targetOf(file, { destination, place }), services);
    return { plan, warnings, secrets, send: async () => secrets.send() };
  }
  const target = { place, name: file.name };
  const { content, warnings } = plan.how === 'as it is' ? { content: file.source, warnings: [] } : await encryptedAnew(file, services);
  const send = async (): Promise<Published> => (await destination.load()).put(content, target, services.context, services.context.signal);
  return { plan, warnings, send };
}

/** Throws `NO_MATCHING_RULE`. */
export function destinationOf({ to, line }: DestinationRule): { readonly destination: Destination; readonly place: Place } {
  if (to !== undefined) return to;
  throw new SopsError('NO_MATCHING_RULE', 'no destination configured for this file', {
    hint: `the rule in line ${line} of the config file names no destination, such as s3_bucket`,
  });
}

/** Only the first group counts, as in sops. */
const isReencrypted = ({ recreationRule }: DestinationRule): boolean => (recreationRule.keyGroups[0] ?? []).length > 0;

type Encrypted = { readonly content: Uint8Array; readonly warnings: readonly string[] };

/** Everything of the metadata is new: data key, master keys, selection. */
async function encryptedAnew(file: PublishedFile, services: Services): Promise<Encrypted> {
  const { source, format, rule, print, layout } = file;
  const opened = await openFile(source, format, { ignoreMac: false }, services);
  try {
    const { recreationRule } = rule;
    const wanted = { ...recreationRule, keyGroups: await completeGroups(recreationRule.keyGroups, services) };
    const { dataKey, keyGroups, shamirThreshold } = await makeDataKey(wanted, services);
    try {
      const selection = selectionOf(rule, format);
      const document: Document = plainDocument(opened);
      const written = writeEncrypted(
        {
          document,
          formats: { input: format, output: format, print },
          metadata: { version: sopsVersion, macOnlyEncrypted: false, selection, shamirThreshold, keyGroups },
          selects: await selectorOf(selection, 'new'),
          dataKey,
          memory: new CiphertextMemory(),
          layout: layoutFor(document, layout),
        },
        services,
      );
      return { content: utf8(written.text), warnings: opened.warnings };
    } finally {
      wipe(dataKey);
    }
  } finally {
    wipe(opened.dataKey);
  }
}

/**
 * Real sops takes nothing but suffixes from a recreation rule. Where there is none it encrypts all values and says of it nothing in the metadata, so that values under keys
 * with the usual ending `_unencrypted` cannot be read again: these stay in clear, as the metadata says.
 */
function selectionOf({ recreationRule: { selection } }: DestinationRule, format: Format): Selection {
  if (selection !== undefined && 'suffix' in selection) return selection;
  return format.raw === undefined ? defaultSelection : { by: 'unencrypted_suffix', suffix: '' };
}

/** How a file becomes secrets of a destination. Throws `UNSUPPORTED` where who published them is to be kept and cannot be. */
function targetOf(
  file: PublishedFile,
  { destination, place }: { readonly destination: SecretsDestination; readonly place: Place },
): SecretsTarget {
  const { name, origin, rule, secrets } = file;
  const perKey = rule.secrets.perKey || secrets.perKey;
  const { tags, owner } = rule.secrets;
  const marks = destination.marks(place);
  if (marks === 'never' && secrets.marked)
    throw new SopsError('UNSUPPORTED', 'this destination keeps nothing by which a secret of ours is known, so that none is removed');
  const asked = perKey || secrets.marked || owner !== '' || Object.keys(tags).length > 0;
  const marked = marks === 'always' || (marks === 'on demand' && asked);
  return { destination, place, name, origin, settings: { ...rule.secrets, perKey }, marked };
}

type Decrypted = { readonly warnings: readonly string[]; readonly secrets: SecretsPublication };

async function decrypted(file: PublishedFile, target: SecretsTarget, services: Services): Promise<Decrypted> {
  const { source, format, json, secrets } = file;
  const opened = await openFile(source, format, { ignoreMac: false, readOnly: true }, services);
  try {
    const made = secretsOf([...entriesOf(plainBranches(opened)).values()], { format, json }, target);
    return { warnings: opened.warnings, secrets: publishSecrets(made, target, { json, adopt: secrets.adopt }, services.context) };
  } finally {
    wipe(opened.dataKey);
  }
}

/** The entries of all documents; of two with one key the last counts (`sops.go`, EmitAsMap). */
const entriesOf = (branches: readonly Mapping[]): ReadonlyMap<string, Entry> =>
  new Map(branches.flatMap(({ items }) => items.flatMap((item) => (item.kind === 'entry' ? [[item.key, item] as const] : []))));
