import type { Mapping } from '../document/tree.ts';
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
  /** The fields of a rule in `.sops.yaml`: the one that chooses this destination by not being empty, and the others. */
  readonly config: { readonly chosenBy: string; readonly texts: readonly string[]; readonly integers: readonly string[] };
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
export interface ValuesDestination<P extends Place = Place> extends Common<P> {
  readonly takes: 'values';
  load(): Promise<ValuesClient<P>>;
}
/** Everything the project knows of one kind of destination, in one place; light: no SDK is reached from here. */
export type Destination<P extends Place = Place> = FileDestination<P> | ValuesDestination<P>;

/** Where something goes. */
export interface Target<P extends Place = Place> {
  readonly place: P;
  /** Behind the prefix or path of the place; `/` between folders. */
  readonly name: string;
}
/** Decrypted values: the tree, without comments, and the same as JSON with all digits of numbers. */
export interface Values {
  readonly tree: Mapping;
  readonly json: string;
}
/** What became of it: `unchanged` where the very same was there already. */
export type Published = 'written' | 'unchanged';

/** The part that needs an SDK or a network. Throws `PUBLICATION_FAILED` with what was said and what to do, never a value, never credentials. */
export interface FileClient<P extends Place = Place> {
  put(file: Uint8Array, target: Target<P>, context: Context, signal?: AbortSignal): Promise<Published>;
}
export interface ValuesClient<P extends Place = Place> {
  put(values: Values, target: Target<P>, context: Context, signal?: AbortSignal): Promise<Published>;
}

/** Checks a destination against its own type of place, then forgets the type for the registry. */
export const defineDestination = <P extends Place>(destination: Destination<P>): Destination => destination;
