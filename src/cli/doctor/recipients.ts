import type { CreationRule } from '../../config/config.ts';
import { recipientNames, type RecipientNames } from '../../config/recipient-names.ts';
import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import type { Holder, KeyPlace } from '../../keysources/keysource.ts';
import type { MasterKey } from '../../metadata/metadata.ts';
import { readFile } from '../../node/files.ts';
import { messageOf, nameOf } from '../../operations/master-key-name.ts';
import type { Context } from '../../ports.ts';

/** A recipient, and whether the reader holds its private half. */
export interface Recipient {
  readonly kind: string;
  readonly key: string;
  /** What `.sops.yaml` calls it beside. */
  readonly name?: string;
  readonly opens: 'yes' | 'no' | 'unknown';
  /** Where its private half is. */
  readonly place?: string;
  /** What to do where something looks as if it should open, and does not. */
  readonly advice?: string;
  /** What was said when it was tried. */
  readonly error?: string;
}

/** Whether a group of recipients, or groups of them, can be opened. */
export type Opens = Recipient['opens'];

/** The names of recipients in a config file; none where there is no such file. */
export function namesIn(path: string | undefined): RecipientNames {
  const content = path === undefined ? undefined : readFile(path);
  return recipientNames(new TextDecoder().decode(content ?? new Uint8Array()));
}

/** The places where private keys of a kind are looked for. */
export async function placesOf(kind: string, context: Context): Promise<readonly KeyPlace[]> {
  const client = await keySources.find((source) => source.kind === kind)?.load();
  return (await client?.held?.(context)) ?? [];
}

/** Whether the reader holds a master key: by comparing, since there is nothing to unwrap. */
export async function recipientOf(masterKey: MasterKey, names: RecipientNames, context: Context): Promise<Recipient> {
  const key = nameOf(masterKey, keySources);
  const name = names.nameOf(key);
  const holder = await holderOf(masterKey, context);
  return { kind: masterKey.kind, key, ...(name === undefined ? {} : { name }), ...verdict(holder) };
}

function verdict(holder: Holder | undefined): Pick<Recipient, 'opens' | 'place' | 'advice'> {
  if (holder === undefined) return { opens: 'unknown' };
  if ('place' in holder) return { opens: 'yes', place: holder.place };
  return { opens: 'no', ...(holder.advice === undefined ? {} : { advice: holder.advice }) };
}

async function holderOf(masterKey: MasterKey, context: Context): Promise<Holder | undefined> {
  const client = await keySources.find(({ kind }) => kind === masterKey.kind)?.load();
  return client?.holder?.(masterKey, context);
}

/** What more there is to say of a master key that did not open a file, named as in messages. */
export async function adviceFor(kind: string, key: string, context: Context): Promise<string | undefined> {
  try {
    const [masterKey] = keySources.find((source) => source.kind === kind)?.parse(key, {}) ?? [];
    const holder = masterKey && (await holderOf(masterKey, context));
    return holder && 'advice' in holder ? holder.advice : undefined;
  } catch (error) {
    if (error instanceof SopsError) return messageOf(error);
    throw error;
  }
}

/** Whether enough groups open. */
export function opensGroups(groups: readonly (readonly Recipient[])[], { shamirThreshold }: Pick<CreationRule, 'shamirThreshold'>): Opens {
  const needed = groups.length === 1 ? 1 : shamirThreshold || groups.length;
  const count = (...wanted: readonly Opens[]): number => groups.filter((group) => group.some(({ opens }) => wanted.includes(opens))).length;
  if (count('yes') >= needed) return 'yes';
  return count('yes', 'unknown') >= needed ? 'unknown' : 'no';
}
