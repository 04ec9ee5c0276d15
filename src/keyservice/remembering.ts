import { SopsError } from '../errors.ts';
import type { MasterKey, WrappedKey } from '../metadata/metadata.ts';
import type { KeyService } from './keyservice.ts';

/** A key service that unwraps nothing twice, for one run on many files. */
export interface RememberingKeyService extends KeyService {
  /** Overwrites all that it holds. */
  forget(): void;
}

/** So often in a row a master key may fail that never unwrapped anything. */
const patience = 3;

/** What is known of one master key. */
interface Experience {
  failures: number;
  unwrapped: boolean;
  last?: unknown;
}

/**
 * Remembers what was unwrapped, in memory, until told to forget. A master key that has failed three times and never unwrapped anything is not asked again, so that nobody has to
 * dismiss the same question for each of a thousand files: it fails as it did the last time.
 */
export function rememberingKeyService(service: KeyService): RememberingKeyService {
  const shares = new Map<string, Uint8Array>();
  const running = new Map<string, Promise<void>>();
  const experiences = new Map<string, Experience>();

  const experienceWith = (masterKey: MasterKey): Experience => {
    const name = JSON.stringify(masterKey);
    const known = experiences.get(name) ?? { failures: 0, unwrapped: false };
    experiences.set(name, known);
    return known;
  };

  const unwrap = async (wrapped: WrappedKey, signal: AbortSignal | undefined): Promise<Uint8Array> => {
    const experience = experienceWith(wrapped.masterKey);
    if (!experience.unwrapped && experience.failures >= patience) throw experience.last;
    try {
      const share = await service.unwrap(wrapped, signal);
      experience.unwrapped = true;
      return share;
    } catch (error) {
      if (signal?.aborted !== true && error instanceof SopsError)
        Object.assign(experience, { failures: experience.failures + 1, last: error });
      throw error;
    }
  };

  return {
    ...service,
    unwrap: async (wrapped, signal) => {
      const name = JSON.stringify([wrapped.masterKey, wrapped.wrapped]);
      // Who comes while another waits for the same waits with it, and asks if that came to nothing.
      for (let other = running.get(name); other !== undefined; other = running.get(name)) await other;
      const known = shares.get(name);
      if (known !== undefined) return Uint8Array.from(known);
      const task = unwrap(wrapped, signal);
      const ended = task.then(
        (share) => void shares.set(name, Uint8Array.from(share)),
        () => undefined,
      );
      running.set(
        name,
        ended.then(() => void running.delete(name)),
      );
      await ended;
      return task;
    },
    forget: () => {
      for (const share of shares.values()) share.fill(0);
      shares.clear();
    },
  };
}
