import type { KeySource } from '../keysources/keysource.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { parseTime } from '../metadata/time.ts';
import { nameOf } from './master-key-name.ts';

/** The earliest moment that something is known to have been there, and what says so. It may be older. */
export interface KnownSince {
  readonly date: Date;
  readonly from: 'lastmodified' | 'created_at' | 'commit';
}

/** Since when the data key of a file is there, and since when it is encrypted for each of its master keys. */
export interface KeyAges {
  readonly dataKey: KnownSince | undefined;
  /** By the names of master keys; those of which nothing is known are not in it. */
  readonly recipients: ReadonlyMap<string, KnownSince>;
}

/** The earlier of two. */
export const earlier = (one: KnownSince | undefined, other: KnownSince | undefined): KnownSince | undefined =>
  one === undefined || (other !== undefined && other.date < one.date) ? other : one;

/**
 * What a file itself says. Its data key was there when its MAC was made (`lastmodified`), and when it was wrapped for any master key (`created_at`, which age has not): it is no younger than the
 * earliest of these. For a master key, the one thing that counts is when the data key was wrapped for it.
 */
export function agesInFile(
  { keyGroups, lastModified }: Pick<Metadata, 'keyGroups' | 'lastModified'>,
  keySources: readonly KeySource[],
): KeyAges {
  const modified = parseTime(lastModified)?.date;
  let dataKey: KnownSince | undefined = modified && { date: modified, from: 'lastmodified' };
  const recipients = new Map<string, KnownSince>();
  for (const { masterKey, createdAt } of keyGroups.flat()) {
    // Go's zero time stands for none.
    if (createdAt === undefined || createdAt.getTime() <= 0) continue;
    const wrapped: KnownSince = { date: createdAt, from: 'created_at' };
    dataKey = earlier(dataKey, wrapped);
    const name = nameOf(masterKey, keySources);
    recipients.set(name, earlier(recipients.get(name), wrapped) ?? wrapped);
  }
  return { dataKey, recipients };
}
