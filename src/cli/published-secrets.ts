import type { DestinationRule } from '../config/config.ts';
import type { Listed } from '../destinations/destination.ts';
import { oneLine } from '../errors.ts';
import type { Change } from '../operations/compare-secrets.ts';
import { destinationOf, type PublishedFile } from '../operations/publish.ts';
import { forgottenSecrets, type SecretsPublication } from '../operations/publish-secrets.ts';
import type { Context } from '../ports.ts';
import type { Invocation } from './invocation.ts';
import { print } from './report.ts';
import { isAnsweredYes } from './yes-or-no.ts';

/** A file that becomes secrets, and how it is told of. */
export interface Told extends PublishedFile {
  readonly address: string;
  readonly shown: string;
  readonly env: Context['env'];
}

const order: readonly Change[] = ['added', 'changed', 'removed', 'unchanged'];

/** Says by key what would become of a file's secrets; never a value. */
export async function showComparison(publication: SecretsPublication, told: Told, prunes: boolean): Promise<void> {
  const { changes, beside } = await publication.compare();
  const keys = new Map(order.map((change) => [change, changes.filter((each) => each.change === change).map(({ key }) => key)]));
  const lines = [...keys].flatMap(([change, names]) => (names.length === 0 ? [] : [`${change}: ${names.map(oneLine).join(', ')}`]));
  const leftovers = prunes ? await publication.leftovers() : [];
  print(
    [
      `${oneLine(told.shown)} would be published to ${oneLine(told.address)} (decrypted)`,
      ...lines,
      ...(beside ? ['tags or description: changed'] : []),
      ...(leftovers.length === 0 ? [] : [`pruned: ${addressesOf(leftovers, told).join(', ')}`]),
      '',
    ].join('\n'),
  );
}

/** Removes what was published of a file before and is no longer, after asking; answers whether anything was removed. */
export async function prune(publication: SecretsPublication, told: Told, yes: boolean): Promise<boolean> {
  const leftovers = await publication.leftovers();
  if (leftovers.length === 0 || !isConfirmed(addressesOf(leftovers, told), yes)) return false;
  await publication.remove(leftovers);
  return true;
}

const addressesOf = (leftovers: readonly Listed[], { rule, env }: Told): readonly string[] => {
  const { destination, place } = destinationOf(rule);
  return leftovers.map(({ name }) => destination.describe(place, name, env));
};

/** Removes, after asking, what rules published from files that are not there any more, of those that would have been published by this call. */
export async function pruneForgotten(rules: readonly DestinationRule[], { invocation, isGone }: Forgotten): Promise<void> {
  const { flags, context } = invocation;
  for (const rule of rules) {
    const { destination, place } = destinationOf(rule);
    if (destination.takes !== 'secrets') continue;
    const { leftovers, remove } = await forgottenSecrets({ destination, place, settings: rule.secrets }, isGone, context);
    const addresses = leftovers.map(({ name }) => destination.describe(place, name, context.env));
    if (leftovers.length === 0) continue;
    if (flags.isOn('dry-run')) print(`pruned: ${addresses.map(oneLine).join(', ')}\n`);
    else if (isConfirmed(addresses, flags.isOn('yes'))) await remove();
  }
}

/** A call with `--prune`. */
interface Forgotten {
  readonly invocation: Invocation;
  /** Whether a file, by its path from the folder of the config file, is gone. */
  readonly isGone: (file: string) => boolean;
}

const isConfirmed = (addresses: readonly string[], yes: boolean): boolean =>
  yes || isAnsweredYes(`removing ${addresses.map(oneLine).join(', ')} ? (y/n): `, 'remove');
