import { statSync } from 'node:fs';
import { editorCommand } from '../../node/editor.ts';
import { statFile } from '../../node/files.ts';
import { isProgram } from '../../node/program.ts';
import { nearest } from '../../document/nearest.ts';
import { SopsError } from '../../errors.ts';
import { parseKeyServiceUri } from '../../keyservice/address.ts';
import { addressVariables, fileVariables, secretFileVariables, sopsVariables } from './variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Something that is wrong: where, what, and what to do. Holds no value that could be secret. */
export interface Problem {
  readonly about: string;
  readonly message: string;
  readonly remedy?: string;
}

/** What is wrong with the variables of the environment, and with the editor. */
export const environmentProblems = (env: Environment): readonly Problem[] => [
  ...Object.keys(env).flatMap((name) => misspelled(name)),
  ...fileVariables.flatMap((name) => missingFile(name, env[name])),
  ...addressVariables.flatMap((name) => malformedAddress(name, env[name])),
  ...ageKeyProblems(env['SOPS_AGE_KEY']),
  ...profileProblems(env),
  ...(env['SOPS_KEYSERVICE'] ?? '').split(',').flatMap((uri) => malformedService(uri.trim())),
  ...editorProblems(env),
];

const prefix = 'SOPS_';

function misspelled(name: string): readonly Problem[] {
  if (!name.toUpperCase().startsWith(prefix) || sopsVariables.includes(name)) return [];
  const tail = name.toUpperCase().slice(prefix.length);
  const close = nearest(
    tail,
    sopsVariables.map((known) => known.slice(prefix.length)),
  );
  return close === undefined ? [] : [{ about: name, message: 'is no variable that sops knows', remedy: `did you mean ${prefix}${close}?` }];
}

/** What is often put into a variable that should name a file. */
const isKey = /AGE-(SECRET-KEY|PLUGIN)-|-----BEGIN|^\s*\{/i;

function missingFile(name: string, value: string | undefined): readonly Problem[] {
  if (value === undefined) return [];
  if (value === '')
    return name.startsWith(prefix) ? [{ about: name, message: 'is set, but empty', remedy: 'name a file, or unset it' }] : [];
  if (isKey.test(value)) {
    const other = name.replace(/_FILE$/, '');
    const remedy = sopsVariables.includes(other) ? `a key itself belongs into ${other}` : 'write it to a file, and name that';
    return [{ about: name, message: 'holds a key itself where the name of a file belongs', remedy }];
  }
  if (!exists(value)) {
    const advice = value.startsWith('~') ? 'the shell replaces ~ only outside of quotes: use $HOME' : 'correct it, or unset it';
    return [{ about: name, message: `names '${value}', which is not there`, remedy: advice }];
  }
  return secretFileVariables.has(name) ? openFileProblems(name, value) : [];
}

function exists(path: string): boolean {
  return statFile(path) !== undefined;
}

/** Whether others than the owner may read a file that holds a secret. */
export function openFileProblems(about: string, path: string): readonly Problem[] {
  if (process.platform === 'win32') return [];
  try {
    const { mode } = statSync(path);
    const bits = mode & 0o777;
    if ((bits & 0o077) === 0) return [];
    return [
      { about, message: `'${path}' can be read by others (mode ${bits.toString(8).padStart(4, '0')})`, remedy: `chmod 600 '${path}'` },
    ];
  } catch {
    return [];
  }
}

function malformedAddress(name: string, value: string | undefined): readonly Problem[] {
  if (!value || /^(https?|unix|socks5h?):\/\/./i.test(value)) return [];
  return [{ about: name, message: 'is no address', remedy: 'write it with https:// or http:// at the beginning' }];
}

function ageKeyProblems(value: string | undefined): readonly Problem[] {
  if (value === undefined || value.trim() === '' || /AGE-/.test(value)) return [];
  if (/^\s*age1/.test(value))
    return [
      { about: 'SOPS_AGE_KEY', message: 'holds a recipient, the public half of a key', remedy: 'put the identity there: AGE-SECRET-KEY-…' },
    ];
  const remedy = /^[~./]/.test(value.trim())
    ? 'the name of a file belongs into SOPS_AGE_KEY_FILE'
    : 'put the identity there: AGE-SECRET-KEY-…';
  return [{ about: 'SOPS_AGE_KEY', message: 'holds no identity', remedy }];
}

function profileProblems(env: Environment): readonly Problem[] {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env;
  if ((id || undefined) === undefined && (secret || undefined) === undefined) return [];
  if (id && secret) return [];
  const missing = id ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
  return [{ about: missing, message: 'is not set, though its other half is', remedy: 'set both, or neither' }];
}

function malformedService(uri: string): readonly Problem[] {
  if (uri === '' || parseKeyServiceUri(uri) !== undefined) return [];
  return [{ about: 'SOPS_KEYSERVICE', message: `'${uri}' is neither tcp://HOST:PORT nor unix:///PATH` }];
}

function editorProblems(env: Environment): readonly Problem[] {
  const about = env['SOPS_EDITOR'] ? 'SOPS_EDITOR' : 'EDITOR';
  if (!env['SOPS_EDITOR'] && !env['EDITOR']) return [];
  try {
    const [program = ''] = editorCommand(env);
    return isProgram(program, env)
      ? []
      : [{ about, message: `'${program}' is no program on the path`, remedy: 'name an editor that is installed' }];
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return [{ about, message: error.message, remedy: 'name an editor, for example: EDITOR="code --wait"' }];
  }
}
