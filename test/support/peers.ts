import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The programs that tests compare with; `npm run peers` installs them. */
export type PeerName =
  | 'sops'
  | 'sops-3.11'
  | 'age'
  | 'age-keygen'
  | 'kustomize'
  | 'external-secrets-schemas'
  | 'oracle'
  | 'age-plugin-batchpass'
  | 'moto_server'
  | 'bao'
  | 'dotenv'
  | 'pre-commit'
  | 'lefthook'
  | 'shellcheck'
  | 'variable-reader'
  | 'gpg'
  | 'ssh-keygen'
  | 'zsh'
  | 'fish'
  | 'pg_ctlcluster'
  | 'callers-python'
  | 'callers-node';

const installed = fileURLToPath(new URL('../../.cache/peers/bin', import.meta.url));

/** The absolute path of a program; undefined where it is not installed, which is an error when `CI` is set. */
export function peer(name: PeerName): string | undefined {
  const folders = [installed, ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined && process.env['CI']) throw new Error(`${name} is missing: npm run peers says why`);
  return found;
}

/** The path of a program that a test body needs: use it inside `describe.skipIf(lacks('sops'))`. */
export function needed(name: PeerName): string {
  const found = peer(name);
  if (found === undefined) throw new Error(`${name} is missing: npm run peers says why`);
  return found;
}

/** Whether a suite must be skipped, since one of the programs it compares with is not installed; never so when `CI` is set. */
export const lacks = (...names: readonly PeerName[]): boolean => names.some((name) => peer(name) === undefined);

/** The environment in which a program finds the peers by name. */
export const peerEnvironment = (): Record<string, string | undefined> => ({
  ...process.env,
  PATH: [installed, process.env['PATH'] ?? ''].join(delimiter),
});

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
