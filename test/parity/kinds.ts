import { keySources } from '../../src/keysources/index.ts';
import type { KeyRow } from '../interop/keys.ts';
import { startAws } from '../peers/aws.ts';
import { startAzure } from '../peers/azure.ts';
import { startGcpPeer } from '../peers/gcp.ts';
import { startHuawei } from '../peers/huawei.ts';
import { startPgp } from '../peers/pgp.ts';
import { startVaultPeer } from '../peers/vault.ts';

/** A kind of master key by its flag, with the service behind it; age has cases of its own. */
export interface Kind extends KeyRow {
  /** `kms`, as in `--kms`, `--add-kms` and `--rm-kms`. */
  readonly flag: string;
  readonly short?: string;
  /** The variable that stands in for the flag. */
  readonly variable: string;
}

const starts: Readonly<Record<string, KeyRow['start']>> = {
  kms: startAws,
  'gcp-kms': () => startGcpPeer('rest'),
  hckms: startHuawei,
  'azure-kv': startAzure,
  'hc-vault-transit': startVaultPeer,
  pgp: startPgp,
};

export const kinds: readonly Kind[] = keySources.flatMap(({ flag }): readonly Kind[] => {
  const start = starts[flag.name];
  const { short } = flag;
  return start === undefined
    ? []
    : [{ title: `--${flag.name}`, flag: flag.name, variable: flag.env, start, ...(short === undefined ? {} : { short }) }];
});

/** What each kind is shown by: the command, and the flag that is made of its name. */
export const uses = [
  { command: 'encrypt', prefix: '' },
  { command: '', prefix: '' },
  { command: 'edit', prefix: '' },
  { command: 'groups add', prefix: '' },
  { command: 'rotate', prefix: 'add-' },
  { command: '', prefix: 'add-' },
  { command: 'rotate', prefix: 'rm-' },
  { command: '', prefix: 'rm-' },
] as const;
export type Use = (typeof uses)[number];

export const useTitle = ({ command, prefix }: Use, flag: string): string => `${command === '' ? 'sops' : command} --${prefix}${flag}`;

/** Flags of AWS alone, and the commands that take them. */
export const awsUses = [
  { flag: 'aws-profile', commands: ['encrypt', '', 'edit', 'groups add'] },
  { flag: 'encryption-context', commands: ['encrypt', '', 'edit', 'groups add', 'rotate'] },
] as const;
