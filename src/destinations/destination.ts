import type { Context } from '../ports.ts';

/** A place to publish to, as a destination rule names it. */
export interface Place {
  readonly kind: string;
}

/** What a destination rule says: `''` and 0 for what it does not say. */
export interface RuleFields {
  readonly text: (name: string) => string;
  readonly integer: (name: string) => number;
}

interface Common<P extends Place> {
  readonly kind: P['kind'];
  /** The fields of a rule in `.sops.yaml`: the one that chooses this destination by not being empty, and the others; what a field must be one of, where it must. */
  readonly config: {
    readonly chosenBy: string;
    readonly texts: readonly string[];
    readonly integers: readonly string[];
    readonly choices?: Readonly<Record<string, readonly string[]>>;
  };
  /** Reads a rule that chooses this destination. */
  fromRule(fields: RuleFields): P;
  /** The address of what is published under a name, as real sops shows it when it asks (`Path`). */
  describe(place: P, name: string, env: Context['env']): string;
}
/** A destination for encrypted files, byte for byte. */
export interface FileDestination<P extends Place = Place> extends Common<P> {
  readonly takes: 'file';
  /** The client, loaded on first use. */
  load(): Promise<FileClient<P>>;
}
/** A destination for decrypted values: a store of secrets that guards them itself. Nothing else is ever sent in clear. */
export interface SecretsDestination<P extends Place = Place> extends Common<P> {
  readonly takes: 'secrets';
  /** What a secret is to it: a text, or bytes as well; or a map, in which a value that stands alone has this name. */
  readonly secretIs: 'text' | 'bytes' | { readonly mapWith: string };
  /** Whether who published a secret is always kept beside it, or only where it is asked for, or cannot be: in both what is there without such a mark is written over. */
  marks(place: P): 'always' | 'on demand' | 'never';
  /** What the names of all secrets of a place begin with. */
  prefixOf(place: P): string;
  /** What a file is called there, or a key of it, in the letters that the service has for names: the name as {@link Common.describe} takes it. */
  nameOf(place: P, file: string, key?: string): string;
  /** What names are compared by, where the service takes several for the same. */
  sameName?(name: string): string;
  /** Throws `UNSUPPORTED` for a secret that the service would not take: its name, its length, its tags. Nobody is asked. */
  check(place: P, secret: Secret): void;
  load(): Promise<SecretsClient<P>>;
  /** How the External Secrets Operator reads what is published there. */
  operator(): Promise<OperatorStore<P>>;
}
/** Everything the project knows of one kind of destination, in one place; light: no SDK is reached from here. */
export type Destination<P extends Place = Place> = FileDestination<P> | SecretsDestination<P>;

/** Where something goes. */
export interface Target<P extends Place = Place> {
  readonly place: P;
  /** Behind the prefix or path of the place; `/` between folders. */
  readonly name: string;
}
/** What became of it: `unchanged` where the very same was there already. */
export type Published = 'written' | 'unchanged';

/** What a secret holds: the values of a file as JSON with all digits of numbers, a text, or bytes that are no text. */
export type Content =
  | { readonly kind: 'map'; readonly json: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** Who published a secret, as the service keeps it beside it: by this nothing else is taken for ours. */
export interface Mark {
  /** The rule, by who publishes and what the names begin with. */
  readonly rule: string;
  /** Path of the file, relative to the folder of the config file; `/` between folders. */
  readonly file: string;
}
/** A secret as it shall be. */
export interface Secret {
  readonly name: string;
  readonly content: Content;
  readonly tags: Readonly<Record<string, string>>;
  /** `''` where there is none. */
  readonly description: string;
  /** Undefined where none is to be kept. */
  readonly mark: Mark | undefined;
}
/** A secret as it is now. */
export interface Held {
  /** Undefined where it holds nothing, or nothing that can be read. */
  readonly content: string | Uint8Array | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined where that is not known. */
  readonly description: string | undefined;
  readonly mark: Mark | undefined;
  /** It is about to be deleted: writing brings it back. */
  readonly deleted?: true;
}
/** A secret that we published. */
export interface Listed {
  readonly name: string;
  readonly mark: Mark;
}
/** What of a secret is to be written: its value, which makes a version; what is kept beside it, which makes none. */
export interface Parts {
  readonly content: boolean;
  readonly beside: boolean;
}
/** The secrets of a place. All throw `PUBLICATION_FAILED` with what was said and what to do, never a value, never credentials. */
export interface Store {
  /** Undefined where there is none. */
  read(name: string): Promise<Held | undefined>;
  write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void>;
  /** Those that a rule published and that are there still. */
  list(rule: string): Promise<readonly Listed[]>;
  remove(name: string): Promise<void>;
}

/** The part that needs an SDK or a network. Throws `PUBLICATION_FAILED` with what was said and what to do, never a value, never credentials. */
export interface FileClient<P extends Place = Place> {
  put(file: Uint8Array, target: Target<P>, context: Context, signal?: AbortSignal): Promise<Published>;
}
export interface SecretsClient<P extends Place = Place> {
  /** @param marked whether {@link Mark}, tags and description are of any interest */
  open(place: P, marked: boolean, context: Context): Promise<Store>;
}

/** How the External Secrets Operator logs in: as a ServiceAccount, with what a Secret holds, or as whoever it runs as. */
export interface OperatorLogin {
  readonly serviceAccount?: string;
  readonly secret?: string;
  /** A role, where the service has some for this. */
  readonly role?: string;
  /** ID of the tenant, where the service has some. */
  readonly tenant?: string;
}
/** Settings of a manifest; what is undefined is left out. */
export interface OperatorSettings {
  readonly [name: string]: string | OperatorSettings | undefined;
}
/** A destination in the words of the External Secrets Operator (`external-secrets.io/v1`). */
export interface OperatorStore<P extends Place = Place> {
  /** What a store of it may be called: all that tells it from others, in any letters. */
  nameOf(place: P, env: Context['env']): string;
  /** `spec.provider` of a SecretStore. Throws `USAGE` for a login that does not do, and where the rule and the environment do not say enough. */
  provider(place: P, login: OperatorLogin, env: Context['env']): OperatorSettings;
  /** `remoteRef.key` of a secret, by its name. */
  keyOf(place: P, name: string): string;
}

/** Checks a destination against its own type of place, then forgets the type for the registry. */
export const defineDestination = <P extends Place>(destination: Destination<P>): Destination => destination;
