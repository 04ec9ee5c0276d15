import { failuresOf, SopsError } from '../../errors.ts';
import type { KeyService } from '../../keyservice/keyservice.ts';
import { localKeyService } from '../../keyservice/local.ts';
import { type RememberingKeyService, rememberingKeyService } from '../../keyservice/remembering.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import type { MasterKey } from '../../metadata/metadata.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import type { Services } from '../../operations/operation.ts';
import type { Context } from '../../ports.ts';
import type { OpenedBy } from './answer.ts';
import { entryContext } from './entry-context.ts';
import { entryNameFor, type KeyData, kindOfEntry } from './key-entries.ts';

/** Whatever unwraps for a run on a tree. */
export interface Keyring {
  /** What operations work with; each master key that unwraps something is told to `note`. */
  services(note: (opened: OpenedBy) => void): Services;
  /** The entries that are keys, and those that the controller passes over; undefined where the person's own keys are used. */
  readonly entries?: readonly { readonly name: string; readonly kind: string | undefined }[];
  /** Overwrites what was unwrapped. */
  forget(): void;
}

/** The keys of the person, as every other command uses them. */
export function ownKeyring(services: Services): Keyring {
  const keys = rememberingKeyService(services.keys);
  return {
    services: (note) => ({
      ...services,
      keys: told(keys, async (wrapped, signal) => keys.unwrap(wrapped, signal), services.keySources, note),
    }),
    forget: () => {
      keys.forget();
    },
  };
}

/** The keys that a controller is given, and nothing else. Throws `MALFORMED_KEY`. */
export function entryKeyring(data: KeyData, keySources: readonly KeySource[], context: Context): Keyring {
  const entries = Array.from(data, ([name, content]) => ({ name, kind: kindOfEntry(name), content })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const holders = entries.flatMap(({ name, kind, content }): readonly Holder[] =>
    kind === undefined
      ? []
      : [{ name, kind, keys: rememberingKeyService(localKeyService(keySources, entryContext(name, kind, content, context))) }],
  );
  return {
    entries,
    services: (note) => ({ keys: entryService(holders, keySources, note), keySources, context }),
    forget: () => {
      for (const { keys } of holders) keys.forget();
    },
  };
}

interface Holder {
  readonly name: string;
  readonly kind: string;
  readonly keys: RememberingKeyService;
}

function entryService(holders: readonly Holder[], keySources: readonly KeySource[], note: (opened: OpenedBy) => void): KeyService {
  const never = async (): Promise<never> => Promise.reject(new SopsError('UNSUPPORTED', 'a controller only decrypts'));
  return {
    wrap: never,
    unwrap: async (wrapped, signal) => {
      const { masterKey } = wrapped;
      const candidates = holders.filter(({ kind }) => kind === masterKey.kind);
      if (candidates.length === 0) throw new SopsError('NO_MASTER_KEY', lacking(masterKey, keySources));
      const failures: string[] = [];
      for (const { name, keys } of candidates) {
        try {
          const share = await keys.unwrap(wrapped, signal);
          note({ masterKey: nameOf(masterKey, keySources), entry: name });
          return share;
        } catch (error) {
          if (signal?.aborted === true) throw error;
          failures.push(...failuresOf(error).map((failure) => `${name}: ${ofEntry(failure, name)}`));
        }
      }
      throw new SopsError('DATA_KEY_UNRECOVERABLE', failures.join('; '), { failures });
    },
  };
}

/** Clients tell of every place that they look into, of which there is one here: a variable with the content of the entry. */
const ofEntry = (failure: string, name: string): string => (failure.split('; ')[0] ?? '').replaceAll(/\bSOPS_(AGE|PGP)_KEY\b/g, name);

function lacking({ kind }: MasterKey, keySources: readonly KeySource[]): string {
  const entry = entryNameFor(kind);
  const what = keySources.find((source) => source.kind === kind)?.flag.name ?? kind;
  return entry === undefined ? `Flux takes no keys of ${what}` : `the keys have no entry ${entry}`;
}

// oxlint-disable-next-line max-params
const told = (
  service: KeyService,
  unwrap: KeyService['unwrap'],
  keySources: readonly KeySource[],
  note: (opened: OpenedBy) => void,
): KeyService => ({
  ...service,
  unwrap: async (wrapped, signal) => {
    const share = await unwrap(wrapped, signal);
    note({ masterKey: nameOf(wrapped.masterKey, keySources) });
    return share;
  },
});
