import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needed } from '../support/peers.ts';
import { agePlugin, pluginPairs } from './age-plugin.ts';
import type { Environment, KeyPeer } from './key-peer.ts';
import { succeed } from './run.ts';
import { sshKeyPair } from './ssh-keys.ts';

/** The kinds of recipients that age has. */
export type AgeForm = 'x25519' | 'post-quantum' | 'ssh-ed25519' | 'ssh-rsa' | 'plugin';

type Keys = Pick<KeyPeer, 'key' | 'other' | 'env' | 'denied' | 'down' | 'onlyOther'>;

/** Two recipients of one kind with their identities: nothing is started, all lies in a folder. */
export async function startAge(form: AgeForm = 'x25519'): Promise<KeyPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'age-peer-'));
  return { kind: 'age', flag: '--age', ...(await keysOf(form, folder)), close: async () => rm(folder, { recursive: true, force: true }) };
}

async function keysOf(form: AgeForm, folder: string): Promise<Keys> {
  switch (form) {
    case 'x25519':
      return identityFiles(folder, []);
    case 'post-quantum':
      return identityFiles(folder, ['-pq']);
    case 'ssh-ed25519':
      return sshKeys(folder, '-t ed25519');
    case 'ssh-rsa':
      return sshKeys(folder, '-t rsa -b 3072');
    case 'plugin':
      return pluginIdentities(folder);
  }
}

async function identityFiles(folder: string, flags: readonly string[]): Promise<Keys> {
  const make = async (name: string): Promise<{ readonly path: string; readonly identity: string; readonly recipient: string }> => {
    const identity = await succeed([needed('age-keygen'), ...flags]);
    const path = join(folder, name);
    await writeFile(path, identity);
    return { path, identity, recipient: /age1[a-z0-9]+/.exec(identity)?.[0] ?? '' };
  };
  const [key, other, stranger] = [await make('key'), await make('other'), await make('stranger')];
  const both = join(folder, 'both');
  await writeFile(both, key.identity + other.identity);
  const holding = (path: string): Environment => ({ SOPS_AGE_KEY_FILE: path });
  return {
    key: key.recipient,
    other: other.recipient,
    env: holding(both),
    denied: holding(stranger.path),
    down: holding(join(folder, 'missing')),
    onlyOther: holding(other.path),
  };
}

async function sshKeys(folder: string, words: string): Promise<Keys> {
  const [key, other, stranger] = [
    await sshKeyPair(folder, 'key', words),
    await sshKeyPair(folder, 'other', words),
    await sshKeyPair(folder, 'stranger', words),
  ];
  const holding = (path: string): Environment => ({ SOPS_AGE_SSH_PRIVATE_KEY_FILE: path });
  return {
    key: key.recipient,
    other: other.recipient,
    env: { ...holding(key.path), SOPS_AGE_SSH_PRIVATE_KEY_CMD: `cat '${other.path}'` },
    denied: holding(stranger.path),
    down: holding(join(folder, 'missing')),
    onlyOther: holding(other.path),
  };
}

function pluginIdentities(folder: string): Keys {
  const [key, other] = pluginPairs;
  const both = { SOPS_AGE_KEY: `${key.identity} ${other.identity}` };
  const works = agePlugin(folder);
  return {
    key: key.recipient,
    other: other.recipient,
    env: { ...works, ...both },
    denied: { ...agePlugin(folder, [['error', 'access denied']]), ...both },
    down: both,
    onlyOther: { ...works, SOPS_AGE_KEY: other.identity },
  };
}
