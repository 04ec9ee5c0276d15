import type { Held, Listed, Parts, Published, Store } from '../destinations/destination.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import type { Context } from '../ports.ts';
import { type Compared, compareSecret, type KeyChange } from './compare-secrets.ts';
import { settleAll } from './lanes.ts';
import { type MadeSecret, markOf, type SecretsTarget } from './secrets-of-file.ts';

/** The secrets of one file on their way to a store. */
export interface SecretsPublication {
  /** What would be written, by key. Asks the store. */
  compare(): Promise<{ readonly changes: readonly KeyChange[]; readonly beside: boolean }>;
  /** Writes what differs. Throws `PUBLICATION_FAILED`; what was written stays, and another run goes on from there. */
  send(): Promise<Published>;
  /** What the rule published of this file before and does not any more. */
  leftovers(): Promise<readonly Listed[]>;
  remove(leftovers: readonly Listed[]): Promise<void>;
}

/** How they are sent. */
export interface SecretsSettings {
  readonly json: Format;
  /** Takes over what somebody else published, or made by hand. */
  readonly adopt: boolean;
}

/** Requests on their way at once, so that a service is not pressed. */
const sideBySide = 4;

export function publishSecrets(
  made: readonly MadeSecret[],
  target: SecretsTarget,
  { json, adopt }: SecretsSettings,
  context: Context,
): SecretsPublication {
  const { destination, place, marked } = target;
  const open = async (): Promise<Store> => (await destination.load()).open(place, marked, context);
  const looked = async (store: Store): Promise<readonly Compared[]> => {
    return inLanes(made, async (each) => {
      const held = await store.read(each.name);
      if (held !== undefined && !adopt) refuseForeign(each, held, { target, env: context.env });
      return compareSecret(each, held, json);
    });
  };
  return {
    compare: async () => {
      const compared = await looked(await open());
      return {
        changes: compared.flatMap(({ changes }) => changes),
        beside: compared.some(({ parts, held }) => held !== undefined && !parts.content && parts.beside && marked),
      };
    },
    send: async () => {
      const store = await open();
      return write(await looked(store), target, store, context);
    },
    leftovers: async () => {
      const names = new Set(made.map(({ name }) => same(name, target)));
      const mark = markOf(target);
      const listed = await (await open()).list(mark.rule);
      return listed.filter((each) => each.mark.rule === mark.rule && each.mark.file === mark.file && !names.has(same(each.name, target)));
    },
    remove: async (leftovers) => removeLeftovers(leftovers, await open()),
  };
}

const same = (name: string, { destination }: SecretsTarget): string => destination.sameName?.(name) ?? name;

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  let failed = false;
  const results = await settleAll(
    items.map((item) => async () => {
      if (failed) return undefined;
      try {
        return { result: await work(item) };
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
    sideBySide,
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' && result.value !== undefined ? [result.value.result] : []));
}

/** What is there already and was not published by the same rule from the same file is not written over. */
function refuseForeign(
  { name }: MadeSecret,
  { mark }: Held,
  { target, env }: { readonly target: SecretsTarget; readonly env: Context['env'] },
): void {
  const own = markOf(target);
  const address = target.destination.describe(target.place, name, env);
  if (mark === undefined ? target.destination.marks(target.place) !== 'always' : mark.rule === own.rule && mark.file === own.file) return;
  const whose =
    mark === undefined
      ? 'was not published by sopsmith'
      : mark.rule === own.rule
        ? `was published from ${mark.file}`
        : `was published by another rule ('${mark.rule}')`;
  throw new SopsError('PUBLICATION_FAILED', `${address} is there already and ${whose}`, {
    hint: '--adopt takes it over and writes over its value',
  });
}

async function write(compared: readonly Compared[], target: SecretsTarget, store: Store, context: Context): Promise<Published> {
  const due = compared.filter((each) => isDue(each.parts, target));
  for (const { made } of compared.filter((each) => !due.includes(each)))
    context.log({ level: 'info', message: `Secret in ${shown(made.name, target)} is already up-to-date.` });
  let written = 0;
  try {
    await inLanes(due, async ({ made, held, parts }) => {
      await store.write(made.secret, held, parts);
      written += 1;
    });
  } catch (error) {
    if (!(error instanceof SopsError) || due.length < 2) throw error;
    throw new SopsError(error.code, error.message, {
      ...error.details,
      hint: `${written} of ${due.length} secrets are written: run it again to write the others`,
    });
  }
  return due.length === 0 ? 'unchanged' : 'written';
}

const isDue = ({ content, beside }: Parts, { marked }: SecretsTarget): boolean => content || (beside && marked);

/** As real sops says it of Vault: without the address. */
const shown = (name: string, { destination, place }: SecretsTarget): string =>
  destination.describe(place, name, {}).replace(/^\w+:\/\/.*?\/v1\//, '');

/** Where a rule publishes to. */
type RuleTarget = Pick<SecretsTarget, 'destination' | 'place' | 'settings'>;

/** What a rule published from files of which there is nothing left. */
export async function forgottenSecrets(
  target: RuleTarget,
  isGone: (file: string) => boolean,
  context: Context,
): Promise<{ readonly leftovers: readonly Listed[]; readonly remove: () => Promise<void> }> {
  const { rule } = markOf({ ...target, origin: '' });
  const store = await (await target.destination.load()).open(target.place, true, context);
  const leftovers = (await store.list(rule)).filter(({ mark }) => mark.rule === rule && isGone(mark.file));
  return { leftovers, remove: async () => removeLeftovers(leftovers, store) };
}

/** Removes what is still marked as it was. */
async function removeLeftovers(leftovers: readonly Listed[], store: Store): Promise<void> {
  await inLanes(leftovers, async ({ name, mark }) => {
    const now = (await store.read(name))?.mark;
    if (now?.rule === mark.rule && now.file === mark.file) await store.remove(name);
  });
}
