import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Application, hosts } from './azure-entra.ts';
import type { AzureSettings } from './azure-server.ts';
import { makeAuthority, makeSelfSigned } from './certificate.ts';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { KeyPeer } from './key-peer.ts';

/** Variables for a program. */
export type Variables = Readonly<Record<string, string>>;

/** Azure on loopback behind a proxy of its own: Key Vault of three clouds, the sign-in, and managed identities. */
export interface Azure extends KeyPeer {
  readonly env: Variables;
  readonly denied: Variables;
  readonly down: Variables;
  readonly onlyOther: Variables;
  /** How both programs get there, without any credentials. */
  readonly route: Variables;
  /** Variables under which `az` is a shell script of this text. */
  az(body: string): Promise<Variables>;
  /** A token that `az` may give. */
  readonly cliToken: string;
  /** Every request so far: `POST /keys/first/VERSION/encrypt`. */
  asked(): Promise<readonly string[]>;
  /** The vault of the public cloud. */
  readonly vault: string;
  /** Asks the server, as no client can, about its secrets: `faults`, `make`, `look`. */
  control(what: string, body?: string): Promise<unknown>;
  /** A key of the name, which may be one that misbehaves, in the vault of the public cloud. */
  keyNamed(name: string): string;
  /** Credentials of every kind. */
  readonly credentials: {
    readonly secret: Variables;
    readonly certificate: Variables;
    readonly workload: Variables;
    readonly appService: Variables;
    readonly virtualMachine: Variables;
    readonly cli: Variables;
    readonly loggedOut: Variables;
    /** May encrypt and decrypt, but not look at keys. */
    readonly modest: Variables;
    /** May only encrypt. */
    readonly sealing: Variables;
  };
}

const tenant = '6f89cf12-978b-4d23-ac18-9ef0c127cf87';
const identityHeader = 'identity-header';
const cliToken = 'given.by-the-cli.token';

/** What `az` does where the login is over, as a shell script. */
export const loggedOut =
  'echo "ERROR: AADSTS700082: The refresh token has expired due to inactivity. To re-authenticate, please run: az login" >&2; exit 1';

/** Starts it; the keys are `first` (of two versions) and `second`. */
export async function startAzure(): Promise<Azure> {
  const folder = await mkdtemp(join(tmpdir(), 'azure-'));
  const { certificate, key } = makeSelfSigned('first');
  const applications: readonly [Application, ...Application[]] = [
    { ...application(1), certificate, federatedToken: 'header.of-a-cluster.signature' },
    ...[2, 3, 4, 5].map(application),
  ];
  const [all, stranger, other, modest, sealing] = applications;
  const authority = makeAuthority('authority of tests');
  const settings: AzureSettings = {
    entra: { tenant, applications, identityHeader },
    vault: {
      keys: { first: 2, second: 1 },
      rights: [
        { application: all.id, key: '*', operations: ['get', 'encrypt', 'decrypt'] },
        { application: other?.id ?? '', key: 'second', operations: ['get', 'encrypt', 'decrypt'] },
        { application: modest?.id ?? '', key: '*', operations: ['encrypt', 'decrypt'] },
        { application: sealing?.id ?? '', key: '*', operations: ['encrypt'] },
      ],
    },
    identity: authority.issue([...hosts, '127.0.0.1']),
    tokens: { [cliToken]: { application: all.id, audience: 'https://vault.azure.net' } },
  };
  await writeFile(join(folder, 'authority.pem'), authority.certificate);
  await writeFile(join(folder, 'application.pem'), key + certificate);
  await writeFile(join(folder, 'federated'), applications[0].federatedToken ?? '');
  const child = await startChild('azure-server.ts', settings);
  const plain = `http://127.0.0.1:${child.said['plain'] ?? 0}`;
  const proxy = (port = 0): Variables => ({ HTTPS_PROXY: `http://127.0.0.1:${port}`, HTTP_PROXY: `http://127.0.0.1:${port}` });
  const route = { SSL_CERT_FILE: join(folder, 'authority.pem'), ...proxy(child.said['proxy']) };
  const secretOf = ({ id, secret }: Application = all): Variables => ({ ...environment(id), AZURE_CLIENT_SECRET: secret });
  const secret = secretOf();
  return {
    kind: 'azure_kv',
    flag: '--azure-kv',
    key: keyNamed('first'),
    other: keyNamed('second'),
    env: { ...route, ...secret },
    denied: { ...route, ...secretOf(stranger) },
    down: { ...route, ...secret, ...proxy(await freePort()) },
    onlyOther: { ...route, ...secretOf(other) },
    route,
    keyNamed,
    vault: 'https://sopsmith.vault.azure.net',
    control: async (what, body) => (await fetch(`${plain}/test/${what}`, body === undefined ? {} : { method: 'POST', body })).json(),
    cliToken,
    az: async (body) => makeCli(await mkdtemp(join(folder, 'az-')), body),
    asked: async () => JSON.parse(await (await fetch(`${plain}/asked`)).text()),
    credentials: {
      secret,
      certificate: { ...environment(all.id), AZURE_CLIENT_CERTIFICATE_PATH: join(folder, 'application.pem') },
      workload: { ...environment(all.id, 'WorkloadIdentityCredential'), AZURE_FEDERATED_TOKEN_FILE: join(folder, 'federated') },
      appService: {
        AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
        IDENTITY_ENDPOINT: `${plain}/msi/token`,
        IDENTITY_HEADER: identityHeader,
      },
      virtualMachine: { AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' },
      cli: await makeCli(
        join(folder, 'in'),
        `echo '${JSON.stringify({ accessToken: cliToken, expiresOn: '2100-01-01 00:00:00.000000', expires_on: 4_102_444_800 })}'`,
      ),
      loggedOut: await makeCli(join(folder, 'out'), loggedOut),
      modest: secretOf(modest),
      sealing: secretOf(sealing),
    },
    close: async () => {
      await child.close();
      await rm(folder, { recursive: true });
    },
  };
}

const keyNamed = (name: string): string => `https://sopsmith.vault.azure.net/keys/${name}`;
const application = (number: number): Application => ({
  id: `00000000-0000-4000-8000-00000000000${number}`,
  secret: `secret-of-${number}`,
});
const environment = (client: string, kind = 'EnvironmentCredential'): Variables => ({
  AZURE_TOKEN_CREDENTIALS: kind,
  AZURE_TENANT_ID: tenant,
  AZURE_CLIENT_ID: client,
});

/** A folder with an `az`, put before the others. */
async function makeCli(folder: string, body: string): Promise<Variables> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'az'), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, 'az'), 0o755);
  return { AZURE_TOKEN_CREDENTIALS: 'AzureCLICredential', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}
