import { webcrypto } from 'node:crypto';
import { SopsError } from '../../src/errors.ts';
import type { Format, FormatName } from '../../src/formats/format.ts';
import {
  type Context,
  type KeyService,
  type Selection,
  type Services,
  decrypt,
  defaultSelection,
  encrypt,
  formats,
  keySources,
} from '../../src/index.ts';
import type { Rule } from './oracle.ts';

/** A well-formed recipient that nobody has the identity of: the oracle's. */
export const nobody = 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u';

/** The data key itself, in base64, stands where the wrapped key would: the oracle reads it there. */
const keys: KeyService = {
  wrap: (dataKey) => Promise.resolve(Buffer.from(dataKey).toString('base64')),
  unwrap: ({ wrapped }) => Promise.resolve(new Uint8Array(Buffer.from(wrapped, 'base64'))),
};

const nothing = (): never => {
  throw new Error('nothing outside of the process is needed here');
};

const context: Context = {
  env: {},
  files: { read: nothing, replace: nothing, home: undefined, userConfig: undefined },
  now: () => new Date(),
  random: (length) => webcrypto.getRandomValues(new Uint8Array(length)),
  run: nothing,
  prompt: { secret: nothing, confirm: nothing },
  log: () => undefined,
};

export const services: Services = { keys, keySources, context };

export function formatOf(name: FormatName): Format {
  const format = formats.find((candidate) => candidate.name === name);
  if (!format) throw new Error(`no format is called ${name}`);
  return format;
}

/** What a call made, or the message of the `SopsError` it ended with; other errors are bugs and pass through as such. */
export type Made = { readonly content: Uint8Array } | { readonly error: string; readonly bug: boolean };

/** Our encryption in this process, without a real master key. */
export async function encryptHere(format: FormatName, source: Uint8Array, rule: Rule, layout: 'auto' | 'never' = 'auto'): Promise<Made> {
  const one = formatOf(format);
  const settings = {
    keyGroups: [[{ kind: 'age', recipient: nobody }]],
    shamirThreshold: 0,
    selection: selectionOf(rule),
    macOnlyEncrypted: false,
    layout,
    strict: false,
  };
  return made(() => encrypt(source, { input: one, output: one, print: {} }, settings, services));
}

/** Our decryption in this process of what the oracle or {@link encryptHere} encrypted. */
export async function decryptHere(format: FormatName, source: Uint8Array): Promise<Made> {
  const one = formatOf(format);
  return made(() => decrypt(source, { input: one, output: one, print: {} }, { ignoreMac: false }, services));
}

async function made(call: () => Promise<{ readonly content: Uint8Array }>): Promise<Made> {
  try {
    return { content: (await call()).content };
  } catch (error) {
    if (error instanceof SopsError) return { error: `${error.code}: ${error.message}`, bug: false };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error), bug: true };
  }
}

/** The name of a rule and its pattern or suffix. */
export const rulePartsOf = (rule: Rule): { readonly by: string; readonly text: string } => ({
  by: rule.slice(0, rule.indexOf('=')),
  text: rule.slice(rule.indexOf('=') + 1),
});

function selectionOf(rule: Rule): Selection {
  if (rule === '') return defaultSelection;
  const { by, text } = rulePartsOf(rule);
  if (by === 'unencrypted_suffix' || by === 'encrypted_suffix') return { by, suffix: text };
  if (by === 'unencrypted_regex' || by === 'encrypted_regex' || by === 'unencrypted_comment_regex' || by === 'encrypted_comment_regex')
    return { by, pattern: text };
  throw new Error(`no selection rule is called ${by}`);
}
