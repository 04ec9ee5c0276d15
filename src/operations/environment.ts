import { fromUtf8, wipe } from '../crypto/bytes.ts';
import { plainScalar } from '../document/plain-scalar.ts';
import type { Mapping, Sequence } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { openFile, plainBranches } from './open-file.ts';
import type { Services } from './operation.ts';

/** Variables by name. */
export type Variables = ReadonlyMap<string, string>;

/** What became of a file's values. */
export interface OpenedVariables {
  readonly variables: Variables;
  readonly warnings: readonly string[];
}

/**
 * Decrypts a file into environment variables: each value of the first document under its key, nested ones as `A_B` and `A_0`, spelled as sops spells them where all is text.
 * Nulls and comments make none. Throws what decryption throws, and `UNPRINTABLE_DOCUMENT` for names and values that no environment holds, and for two values of one name.
 */
export async function decryptToVariables(
  source: Uint8Array,
  format: Format,
  { ignoreMac }: { readonly ignoreMac: boolean },
  services: Services,
): Promise<OpenedVariables> {
  const file = await openFile(source, format, { ignoreMac, readOnly: true }, services);
  try {
    const [first] = plainBranches(file);
    return { variables: first === undefined ? new Map() : variablesOf(first), warnings: file.warnings };
  } finally {
    wipe(file.dataKey);
  }
}

/** A mapping as variables. Throws `UNPRINTABLE_DOCUMENT`. */
export function variablesOf(mapping: Mapping): Variables {
  const variables = new Map<string, string>();
  collect(mapping, '', variables);
  return variables;
}

function collect(collection: Mapping | Sequence, prefix: string, variables: Map<string, string>): void {
  let index = 0;
  for (const item of collection.items) {
    if (item.kind === 'comment') continue;
    const node = item.kind === 'entry' ? item.value : item;
    const name = prefix + (item.kind === 'entry' ? item.key : String(index++));
    if (node.kind === 'mapping' || node.kind === 'sequence') collect(node, `${name}_`, variables);
    else if (node.kind === 'leaf') add(variables, name, node.bytes === undefined ? plainScalar(node) : fromUtf8(node.bytes));
  }
}

function add(variables: Map<string, string>, name: string, text: string | undefined): void {
  const refuse = (why: string): never => {
    throw new SopsError('UNPRINTABLE_DOCUMENT', why);
  };
  if (name === '' || name.includes('=') || name.includes('\0')) refuse(`cannot use keys with '=' in environment, nor empty ones: ${name}`);
  if (text === undefined) return refuse(`the value of ${name} is no text (not UTF-8)`);
  if (text.includes('\0')) refuse(`the value of ${name} holds a NUL, which no environment variable can`);
  if (variables.has(name)) refuse(`two values would be the variable ${name}`);
  variables.set(name, text);
}
