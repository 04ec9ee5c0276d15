import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { createFile } from '../../node/new-file.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { configText } from '../init/config-text.ts';
import { type OwnAgeKey, ownAgeKey } from '../init/own-age-key.ts';
import { schemaFor } from '../init/schema-file.ts';
import { findWishes, type Wishes } from '../init/wishes.ts';
import type { Invocation } from '../invocation.ts';
import { print, shortPath } from '../report.ts';

/** `sopsmith init`. Nothing that is there is overwritten. */
export async function run(invocation: Invocation): Promise<void> {
  const { flags, context } = invocation;
  const path = resolve(flags.text('config') ?? '.sops.yaml');
  refuseExisting(path);
  const wishes = await findWishes(invocation);
  await refusePatterns(wishes);
  const own = wishes.ownAgeKey ? await ownAgeKey(context) : undefined;
  const schema = schemaFor(path, flags.text('schema'));
  const name = flags.text('name');
  const text = configText({
    ...wishes,
    schema,
    keys: withOwn(wishes.keys, own),
    names: new Map(own === undefined || name === undefined ? [] : [[own.recipient, name]]),
  });
  createFile(path, text, 0o666);
  print(report(shortPath(path), own, schema));
}

function refuseExisting(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new SopsError('OUTPUT_UNWRITABLE', 'there is a config file already, which is left as it is', {
    file: path,
    hint: 'edit it; `sopsmith rules FILE` says what it makes of a file, and `sopsmith doctor` what is wrong',
  });
}

/** Throws `MALFORMED_PATTERN` for an expression that nothing could be matched with. */
async function refusePatterns({ pathRegex, selection }: Wishes): Promise<void> {
  const patterns = [...(pathRegex === undefined ? [] : [pathRegex]), ...(selection && 'pattern' in selection ? [selection.pattern] : [])];
  if (patterns.length === 0) return;
  const compile = await loadRegexps(patterns);
  for (const pattern of patterns) compile(pattern);
}

function withOwn(keys: Wishes['keys'], own: OwnAgeKey | undefined): Wishes['keys'] {
  if (own === undefined) return keys;
  const age = keys.get('age') ?? [];
  return new Map([...keys, ['age', age.includes(own.recipient) ? age : [own.recipient, ...age]]]);
}

function report(config: string, own: OwnAgeKey | undefined, schema: string | undefined): string {
  const key =
    own === undefined
      ? []
      : own.made
        ? [
            `Made an age key in ${own.place}: keep it safe, and a copy of it; without it nothing can be decrypted.`,
            `Its recipient, which is no secret: ${own.recipient}`,
          ]
        : [`Using the age key in ${own.place}: ${own.recipient}`];
  return `${[
    ...key,
    `Wrote ${config}`,
    '',
    'What to do next:',
    '  sopsmith edit secrets.yaml         write secrets into a new file',
    '  sopsmith encrypt -i FILE           encrypt a file that there is',
    '  sopsmith rules FILE                see what the rules make of a file',
    ...(schema === undefined ? ['  sopsmith schema --output FILE      have your editor check .sops.yaml by this schema'] : []),
    `  git add ${config}                 share the rules; to let others in, add their keys and run sopsmith updatekeys`,
  ].join('\n')}\n`;
}
