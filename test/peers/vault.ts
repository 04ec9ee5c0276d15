import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needed } from '../support/peers.ts';
import { freePort } from './free-port.ts';
import type { KeyPeer } from './key-peer.ts';

/** A real OpenBao in memory, unsealed, with transit engines at `transit` and `team/transit`. */
export interface Vault {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The address of a key of the engine at `transit`; it need not exist. */
  key(name: string): string;
  /** Asks its interface, as root; answers what it says. Throws for a status other than 2xx. */
  api(method: string, path: string, json?: object, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  /** A token under a policy of its own. */
  token(policy: string, options?: { readonly ttl?: string; readonly num_uses?: number }): Promise<string>;
  close(): Promise<void>;
}

export interface VaultOptions {
  /** More configuration in HCL, such as another listener. */
  readonly config?: string;
}

const root = 'root';
const secondsToStart = 30;

export async function startVault({ config = '' }: VaultOptions = {}): Promise<Vault> {
  const port = await freePairOfPorts();
  const url = `http://127.0.0.1:${port}`;
  const home = await mkdtemp(join(tmpdir(), 'bao-'));
  await writeFile(join(home, 'more.hcl'), config);
  const words = ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${root}`, `-dev-listen-address=127.0.0.1:${port}`];
  const server = spawn(needed('bao'), [...words, `-config=${join(home, 'more.hcl')}`], { env: { HOME: home }, stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await stop(server);
    await rm(home, { recursive: true });
  };
  const vault: Vault = {
    url,
    key: (name) => `${url}/v1/transit/keys/${name}`,
    api: async (method, path, json, headers) => ask(`${url}/v1/${path}`, method, json, headers),
    token: async (policy, options) => makeToken(vault, policy, options),
    close,
  };
  try {
    await answering(url, server);
    for (const mount of ['transit', 'team/transit']) await vault.api('POST', `sys/mounts/${mount}`, { type: 'transit' });
    return vault;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Vault as the matrix of key kinds uses it. */
export async function startVaultPeer(): Promise<KeyPeer> {
  const vault = await startVault();
  for (const name of ['one', 'other']) await vault.api('POST', `transit/keys/${name}`, {});
  const allowed = ['encrypt', 'decrypt', 'rewrap'].map((verb) => `path "transit/${verb}/*" { capabilities = ["create", "update"] }`);
  const token = await vault.token(allowed.join('\n'));
  return {
    kind: 'hc_vault',
    flag: '--hc-vault-transit',
    key: vault.key('one'),
    other: vault.key('other'),
    env: { VAULT_TOKEN: token },
    denied: { VAULT_TOKEN: await vault.token('path "transit/keys/*" { capabilities = ["read"] }') },
    // Whoever runs an agent names it so, and it stands in for the server that a file names.
    down: { VAULT_TOKEN: token, VAULT_AGENT_ADDR: `http://127.0.0.1:${await freePort()}` },
    onlyOther: { VAULT_TOKEN: await vault.token('path "transit/+/other" { capabilities = ["create", "update"] }') },
    close: async () => vault.close(),
  };
}

/** Its cluster listener takes the port after that of its interface. */
export async function freePairOfPorts(): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await freePort();
    if (await isFree(port + 1)) return port;
  }
  throw new Error('no two free ports in a row');
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + secondsToStart * 1000;
  while (Date.now() < end && server.exitCode === null) {
    const healthy = await fetch(`${url}/v1/sys/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('bao does not answer');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill();
  await ended;
}

async function ask(
  url: string,
  method: string,
  json: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const answer = await fetch(url, { method, headers: { 'X-Vault-Token': root, ...headers }, ...body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} failed: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

let policies = 0;

async function makeToken(vault: Vault, policy: string, options: object = {}): Promise<string> {
  policies += 1;
  const name = `policy-${policies}`;
  await vault.api('PUT', `sys/policies/acl/${name}`, { policy });
  return tokenIn(await vault.api('POST', 'auth/token/create', { policies: [name], ...options }));
}

function tokenIn(answer: unknown): string {
  const { auth }: { auth?: { client_token?: string } } = Object(answer);
  return auth?.client_token ?? '';
}
