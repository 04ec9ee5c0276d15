import { nearest } from '../document/nearest.ts';
import { SopsError } from '../errors.ts';
import { decryptToVariables, type Variables } from '../operations/environment.ts';
import { sealedFilesNamed } from './encrypted-files.ts';
import { sealedFormatFor } from './format-choice.ts';
import { type Input, readInput } from './input.ts';
import type { Invocation } from './invocation.ts';
import { tellWarnings } from './output.ts';
import { inSealedFile } from './sealed-input.ts';
import { servicesOf } from './services.ts';

/** The variables of encrypted files, chosen by `--only` and named by `--prefix`; those of a later file go before. Throws `PATH_NOT_FOUND` for a name that there is not. */
export async function chosenVariables(files: readonly string[], invocation: Invocation): Promise<Variables> {
  const all = new Map<string, string>();
  for (const input of await sealedFilesNamed(files, invocation, true))
    for (const [name, text] of await variablesIn(input, invocation)) all.set(name, text);
  const prefix = invocation.flags.text('prefix') ?? '';
  return new Map(chosen(all, invocation.flags.text('only')).map(([name, text]) => [prefix + name, text]));
}

async function variablesIn(input: Input, invocation: Invocation): Promise<Variables> {
  const { flags, context } = invocation;
  const format = sealedFormatFor(flags.text('input-type'), input);
  const services = servicesOf(invocation);
  return inSealedFile({ input, format, context }, async () => {
    const opened = await decryptToVariables(readInput(input), format, { ignoreMac: flags.isOn('ignore-mac') }, services);
    tellWarnings(invocation, input, opened.warnings);
    return opened.variables;
  });
}

function chosen(all: Variables, only: string | undefined): readonly (readonly [string, string])[] {
  if (only === undefined) return [...all];
  return only.split(',').map((word) => {
    const name = word.trim();
    const text = all.get(name);
    if (text !== undefined) return [name, text] as const;
    const close = nearest(name, [...all.keys()]);
    throw new SopsError(
      'PATH_NOT_FOUND',
      `there is no value for the variable ${name}`,
      close === undefined ? {} : { hint: `did you mean ${close}?` },
    );
  });
}
