import { printable, SopsError } from '../errors.ts';
import type { Variables } from '../operations/environment.ts';

/** What a format does not take. */
interface Limits {
  /** As messages call it: `a dotenv file`. */
  readonly format: string;
  /** All names that it takes. */
  readonly names: RegExp;
  /** Names that have a meaning of their own there. */
  readonly kept?: ReadonlySet<string>;
}

/** A variable that a format cannot hold. */
export function cannotHold(format: string, name: string, what: string): SopsError {
  return new SopsError('UNPRINTABLE_DOCUMENT', `${format} cannot hold the variable ${printable(name)}: ${what}`, {
    hint: 'name the variables to export with --only, or choose another --format',
  });
}

/** Throws `UNPRINTABLE_DOCUMENT` for the first name that a format does not take. */
export function checkNames(variables: Variables, { format, names, kept }: Limits): void {
  for (const name of variables.keys()) {
    if (!names.test(name)) throw cannotHold(format, name, 'the name has characters, or a length, that it does not take');
    if (kept?.has(name) === true) throw cannotHold(format, name, 'the name has a meaning of its own there; --prefix changes names');
  }
}

/** Names that every shell takes. */
export const identifier: RegExp = /^[A-Za-z_]\w*$/;
