import { SopsError } from '../errors.ts';
import { nearest } from '../document/nearest.ts';

/** What one flag is called, what it takes and what it is for. */
export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly takes: 'nothing' | 'text' | 'number' | 'texts';
  /** What help calls the value. */
  readonly value?: string;
  /** The environment variable that stands in for the flag; set but empty counts as unset. */
  readonly env?: string;
  readonly help: string;
  /** On unless switched off with `--name=false`. */
  readonly on?: true;
}

/** The values of flags: from the command line, else from the environment. An empty text counts as none, as in sops. */
export interface Flags {
  isOn(name: string): boolean;
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  texts(name: string): readonly string[];
  /** Names of the flags that stand on the command line. */
  readonly given: readonly string[];
}

/** A command line, cut into flags and words. */
export interface Arguments {
  readonly words: readonly string[];
  /** How many of the words stand before `--`; all where there is none. */
  readonly wordsBeforeDashes: number;
  readonly flags: Flags;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Values = ReadonlyMap<string, readonly string[]>;

/**
 * Cuts a command line into flags and words. Flags may stand anywhere: `--name value`, `--name=value`, with one dash or two, and `--` ends them;
 * of a flag given twice the last value counts, but for those that take several texts. A negative number behind the first word is a word.
 * Throws `USAGE`.
 */
export function parseArguments(argv: readonly string[], specs: readonly FlagSpec[], env: Environment): Arguments {
  const byName = new Map(
    specs.flatMap((spec) => [spec.name, ...(spec.short === undefined ? [] : [spec.short])].map((name) => [name, spec] as const)),
  );
  const values = new Map<string, string[]>();
  const words: string[] = [];
  let behind: readonly string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--') {
      behind = argv.slice(at + 1);
      break;
    }
    if (isWord(argument, words.length > 0)) {
      words.push(argument);
      continue;
    }
    const { name, value } = cut(argument);
    const spec = byName.get(name) ?? unknownFlag(argument, specs);
    const given = value ?? (spec.takes === 'nothing' ? 'true' : argv[++at]);
    if (given === undefined) throw new SopsError('USAGE', `flag needs an argument: --${spec.name}`);
    values.set(spec.name, [...(values.get(spec.name) ?? []), given]);
  }
  return { words: [...words, ...behind], wordsBeforeDashes: words.length, flags: readFlags(specs, values, env) };
}

/** The position of the first word, found without knowing the command's own flags: where flags that the program does not know stand before it, undefined. */
export function firstWord(argv: readonly string[], specs: readonly FlagSpec[]): number | undefined {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--') return undefined;
    if (isWord(argument, false)) return at;
    const { name, value } = cut(argument);
    const spec = specs.find((one) => one.name === name || one.short === name);
    if (spec === undefined) return undefined;
    if (value === undefined && spec.takes !== 'nothing') at++;
  }
  return undefined;
}

const isWord = (argument: string, afterWord: boolean): boolean =>
  argument === '-' || !argument.startsWith('-') || (afterWord && /^-[\d.]/.test(argument));

function cut(argument: string): { readonly name: string; readonly value?: string } {
  const body = argument.replace(/^--?/, '');
  const equals = body.indexOf('=');
  return equals === -1 ? { name: body } : { name: body.slice(0, equals), value: body.slice(equals + 1) };
}

function unknownFlag(argument: string, specs: readonly FlagSpec[]): never {
  const { name } = cut(argument);
  const close = nearest(
    name,
    specs.map((spec) => spec.name),
  );
  throw new SopsError('USAGE', `flag provided but not defined: --${name}`, {
    hint: close === undefined ? '--help lists the flags' : `did you mean --${close}?`,
  });
}

function readFlags(specs: readonly FlagSpec[], given: Values, env: Environment): Flags {
  const values = new Map(given);
  const on = new Set<string>();
  for (const spec of specs) {
    if (!values.has(spec.name)) values.set(spec.name, fromEnvironment(spec, env));
    const last = values.get(spec.name)?.at(-1);
    if (spec.takes === 'nothing' && (last === undefined ? spec.on === true : truth(spec.name, last))) on.add(spec.name);
    if (spec.takes === 'number' && last !== undefined) wholeNumber(spec.name, last);
  }
  const text = (name: string): string | undefined => values.get(name)?.at(-1) || undefined;
  return {
    isOn: (name) => on.has(name),
    text,
    number: (name) => {
      const last = text(name);
      return last === undefined ? undefined : Number(last);
    },
    texts: (name) => values.get(name) ?? [],
    given: [...given.keys()],
  };
}

function fromEnvironment(spec: FlagSpec, env: Environment): readonly string[] {
  const text = spec.env === undefined ? undefined : env[spec.env];
  if (text === undefined || text === '') return [];
  return spec.takes === 'texts' ? text.split(',').map((one) => one.trim()) : [text];
}

/** As Go's `strconv.ParseBool`. */
function truth(name: string, text: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new SopsError('USAGE', `--${name} is either true or false`);
}

function wholeNumber(name: string, text: string): void {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new SopsError('USAGE', `--${name} takes a whole number`);
}
