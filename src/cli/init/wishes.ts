import { selectionsFrom } from '../../metadata/selection.ts';
import type { Selection } from '../../metadata/metadata.ts';
import { SopsError } from '../../errors.ts';
import { listed } from '../../keysources/fields.ts';
import { keySources } from '../../keysources/index.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import type { Invocation } from '../invocation.ts';
import { masterKeysOf } from '../master-keys.ts';

/** What the new config file shall say. */
export interface Wishes {
  readonly ownAgeKey: boolean;
  /** Keys as they are written, by the name of their kind in a rule. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly pathRegex: string | undefined;
  readonly selection: Selection | undefined;
}

/**
 * What flags say; where they name no key, what the person at the terminal says.
 * Throws `USAGE` where nobody says anything, `CONFLICTING_FLAGS`, `MALFORMED_KEY`, `CANCELLED`.
 */
export async function findWishes(invocation: Invocation): Promise<Wishes> {
  const { flags } = invocation;
  masterKeysOf(flags, '');
  const [selection, other] = selectionsFrom((by) => flags.text(by.replaceAll('_', '-')) ?? '');
  if (selection && other)
    throw new SopsError('CONFLICTING_FLAGS', `cannot use both ${selection.by} and ${other.by}: a rule can have one of them`);
  const keys = new Map(keySources.flatMap((source) => named(source, flags.text(source.flag.name))));
  const wishes = { ownAgeKey: flags.isOn('own-age-key'), keys, pathRegex: flags.text('path-regex'), selection };
  return keys.size === 0 && !wishes.ownAgeKey ? ask(wishes, invocation) : wishes;
}

/** Throws `MALFORMED_KEY` for what is not spelled as a key of this kind is: real sops would say so when it encrypts. */
function named({ config, flag, spelling }: KeySource, text: string | undefined): readonly (readonly [string, readonly string[]])[] {
  const keys = text === undefined ? [] : listed(text);
  const slip = spelling && keys.find((key) => !spelling.pattern.test(key));
  if (slip !== undefined)
    throw new SopsError('MALFORMED_KEY', `'${slip}' is no key for --${flag.name}`, { hint: `one looks like ${spelling?.like ?? ''}` });
  return keys.length === 0 ? [] : [[config.rule, keys]];
}

async function ask(wishes: Wishes, { context: { prompt } }: Invocation): Promise<Wishes> {
  const line = async (question: string): Promise<string | undefined> => (await prompt.line?.(question))?.trim();
  const source = await askForKind(line);
  const keys = source === undefined ? wishes.keys : await askForKeys(source, line);
  const pathRegex = wishes.pathRegex ?? (await line('Which files? A regular expression for their paths (Enter for every file): '));
  const pattern = wishes.selection ? '' : await line('Which values? A regular expression for their keys (Enter for all): ');
  const selection = wishes.selection ?? (pattern ? { by: 'encrypted_regex' as const, pattern } : undefined);
  return { ownAgeKey: source === undefined, keys, pathRegex: pathRegex || undefined, selection };
}

type Line = (question: string) => Promise<string | undefined>;

/** Undefined for the reader's own age key. */
async function askForKind(line: Line): Promise<KeySource | undefined> {
  const answer = await line(
    [
      'Whom shall files be encrypted for?',
      '  1  you: your own age key, which is made where you have none',
      ...keySources.map(({ flag }, at) => `  ${at + 2}  ${flag.help}`),
      'Number (Enter for 1): ',
    ].join('\n'),
  );
  if (answer === undefined) throw nobodySays();
  if (answer === '' || answer === '1') return undefined;
  const source = keySources[Number(answer) - 2];
  if (source === undefined) throw new SopsError('USAGE', 'there is no choice of that number');
  return source;
}

async function askForKeys(source: KeySource, line: Line): Promise<Wishes['keys']> {
  const text = (await line(`${source.flag.help}: `)) ?? '';
  if (source.parse(text, {}).length === 0) throw new SopsError('NO_MASTER_KEY', 'no key was given');
  return new Map(named(source, text));
}

const nobodySays = (): SopsError =>
  new SopsError('USAGE', 'no flag says whom to encrypt for, and there is no terminal to ask at', {
    hint: `give --own-age-key, or keys with ${keySources.map(({ flag }) => `--${flag.name}`).join(', ')}`,
  });
