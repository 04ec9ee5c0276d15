/** What a value of the config file may be: the reader checks by it, and the JSON Schema for editors is made of it. */
export type Shape = { readonly help: string } & (
  | {
      readonly kind: 'text';
      /** Where only these will do. */
      readonly choices?: readonly string[];
    }
  | { readonly kind: 'integer'; readonly least?: number }
  | { readonly kind: 'bool' }
  /** Texts with commas between, or a list of texts: looked at when the rule is chosen. */
  | { readonly kind: 'keys' }
  /** A map of any names to texts. */
  | { readonly kind: 'texts' }
  | ListShape
  | MapShape
  /** A text, or what a map may be. */
  | { readonly kind: 'item'; readonly map: MapShape | 'any' }
);

interface ListShape {
  readonly kind: 'list';
  /** What one item is called in messages; without, by the name of the list. */
  readonly itemName?: string;
  readonly items: Shape;
}

/** A map whose names are known. */
export interface MapShape {
  readonly kind: 'map';
  readonly help: string;
  /** What it is called in messages. */
  readonly called: string;
  readonly fields: Readonly<Record<string, Shape>>;
  /** Names that are warned of where they are missing. */
  readonly required?: readonly string[];
  /** Of these at most one may hold a text: looked at when the rule is chosen. */
  readonly alone?: readonly string[];
  /** Names that are known, and told to do nothing here. */
  readonly withoutEffect?: readonly string[];
  /** What names that are not known are: harmless but told, an error, a place where people keep what they refer to, or nothing to be said of. */
  readonly others?: 'refused' | 'pantry' | 'any';
  /** Sops looks over all of it, so that nothing in it is refused: whoever reads it says what is wrong. */
  readonly own?: true;
  /** What it is called in the schema, where it may stand in itself. */
  readonly id?: string;
}

/** Names at the top under which people keep what they refer to. */
export const pantryNames: RegExp = /^(keys$|[x.])/;
