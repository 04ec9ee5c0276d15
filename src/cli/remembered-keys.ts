import { SopsError } from '../errors.ts';
import { gitIn } from '../git/git.ts';
import { askDataKeys, askOrStart } from '../node/data-keys/client.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { dataKeyIds, type KnownDataKeys } from '../operations/known-data-keys.ts';
import type { Context } from '../ports.ts';

/** How long data keys are remembered where nobody says, in seconds. */
export const usualTime = 900;
/** A day. */
const longestTime = 86_400;
/** A file that took longer than this not to open is not tried again for a while, in milliseconds. */
const slow = 500;

/** The setting in Git and the variable that go for data keys in memory: seconds, or `off`. */
export const cacheSetting = 'sopsmith.cache';
export const cacheVariable = 'SOPSMITH_GIT_CACHE';

/** Data keys that a process of this user remembers; nothing where that is switched off. */
export interface RememberedKeys extends KnownDataKeys {
  /** Remembers that a file does not open, if that took long. @param since when it was begun with, in milliseconds */
  refused(metadata: Metadata, since: number): Promise<void>;
}

/** Data keys as the background process `git cache` remembers them, which is started when there is one to keep. */
export function rememberedKeys({ env, run, now }: Pick<Context, 'env' | 'run' | 'now'>): RememberedKeys {
  let read: Promise<number> | undefined;
  const seconds = async (): Promise<number> => (read ??= secondsToRemember({ env, run }));
  return {
    find: async (metadata) => {
      if ((await seconds()) === 0) return undefined;
      const { whole, single } = dataKeyIds(metadata);
      const answer = await askDataKeys({ verb: 'find', ids: [whole, ...single] }, env);
      if (answer?.found === 'refusal') throw new SopsError('DATA_KEY_UNRECOVERABLE', 'no master key here opened the file a moment ago');
      return answer?.found === 'key' ? answer.key : undefined;
    },
    keep: async (metadata, key) => {
      if ((await seconds()) === 0) return;
      const { whole, single } = dataKeyIds(metadata);
      await askOrStart({ verb: 'keep', ids: [whole, ...single], key }, await seconds(), env);
    },
    refused: async (metadata, since) => {
      if (now().getTime() - since < slow || (await seconds()) === 0) return;
      await askOrStart({ verb: 'refuse', ids: [dataKeyIds(metadata).whole] }, await seconds(), env);
    },
  };
}

/** 0: not at all. What the variable says goes before the setting. */
export async function secondsToRemember({ env, run }: Pick<Context, 'env' | 'run'>): Promise<number> {
  const setting = env[cacheVariable] || (await gitIn('.', { run }).ask(['config', '--get', cacheSetting]));
  const text = setting?.trim().toLowerCase() ?? '';
  if (/^(off|false|no|0+)$/.test(text)) return 0;
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), longestTime) : usualTime;
}
