import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { keys, people } from './gcp-kms.ts';
import { openServer, type GcpServer } from './gcp-server.ts';
import { audience, openTokens, type CredentialsFile, type Tokens } from './gcp-tokens.ts';
import type { Environment, KeyPeer } from './key-peer.ts';

/** Google Cloud on loopback: key management over REST and gRPC, and every way to a token. Proven with real sops in its own test. */
export interface Gcp extends GcpServer {
  readonly tokens: Tokens;
  readonly keys: typeof keys;
  /** Reaches the key service over a protocol, trusts its certificate, and looks for credentials nowhere else; holds no credentials. */
  readonly reach: (protocol: 'grpc' | 'rest') => Record<string, string>;
  /** Key files of service accounts, by what they may do. */
  readonly accounts: Readonly<Record<'user' | 'keeper' | 'stranger' | 'deployer', CredentialsFile>>;
  /** A job's credentials: where its token comes from, and whether it acts as the user. */
  readonly federation: (source: Source, as?: 'impersonating') => CredentialsFile;
  /** An account that acts as the user. */
  readonly impersonating: CredentialsFile;
  /** Writes a file of credentials (or anything else); answers its path. */
  readonly write: (content: CredentialsFile | string) => Promise<string>;
  /** A home without credentials. */
  readonly home: string;
}

const jwt = 'urn:ietf:params:oauth:token-type:jwt';

/** Where a workload has its token from: places, a program, or AWS's machines. */
export type Source = 'file' | 'json file' | 'url' | 'program' | 'aws';

/** Starts it in this process. */
export async function startGcp(): Promise<Gcp> {
  const tokens = openTokens();
  const server = await openServer(tokens);
  const folder = await mkdtemp(join(tmpdir(), 'gcp-'));
  let files = 0;
  const write = async (content: CredentialsFile | string): Promise<string> => {
    files += 1;
    const path = join(folder, `file-${files}.json`);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return path;
  };
  const authorityFile = await write(server.authority);
  const plainToken = await write(tokens.jobToken());
  const jsonToken = await write({ id_token: tokens.jobToken() });
  const printed = await write({ version: 1, success: true, token_type: jwt, id_token: tokens.jobToken() });
  const account = (who: 'user' | 'keeper' | 'stranger' | 'deployer'): CredentialsFile =>
    tokens.accountFile(people[who], `${server.url}/token`);
  const accounts = { user: account('user'), keeper: account('keeper'), stranger: account('stranger'), deployer: account('deployer') };
  const impersonation = `${server.url}/v1/projects/-/serviceAccounts/${people.user}:generateAccessToken`;
  const sources = {
    file: { file: plainToken },
    'json file': { file: jsonToken, format: { type: 'json', subject_token_field_name: 'id_token' } },
    url: {
      url: `${server.url}/job-token`,
      headers: { Authorization: 'Bearer runner' },
      format: { type: 'json', subject_token_field_name: 'value' },
    },
    program: { executable: { command: `cat ${printed}`, timeout_millis: 5000 } },
    aws: {
      environment_id: 'aws1',
      region_url: `${server.url}/latest/meta-data/placement/availability-zone`,
      url: `${server.url}/latest/meta-data/iam/security-credentials`,
      regional_cred_verification_url: 'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      imdsv2_session_token_url: `${server.url}/latest/api/token`,
    },
  };
  return {
    ...server,
    tokens,
    keys,
    home: folder,
    write,
    accounts,
    reach: (protocol) => ({
      HOME: folder,
      SSL_CERT_FILE: authorityFile,
      SOPS_GCP_KMS_CLIENT_TYPE: protocol,
      SOPS_GCP_KMS_ENDPOINT: protocol === 'grpc' ? server.secure : server.url,
      // Without, a run without credentials asks an address that is not of loopback.
      GCE_METADATA_HOST: '127.0.0.1:9',
    }),
    federation: (source, as) => ({
      type: 'external_account',
      audience,
      subject_token_type: source === 'aws' ? 'urn:ietf:params:aws:token-type:aws4_request' : jwt,
      token_url: `${server.url}/v1/token`,
      credential_source: sources[source],
      ...(as === undefined ? {} : { service_account_impersonation_url: impersonation }),
    }),
    impersonating: {
      type: 'impersonated_service_account',
      service_account_impersonation_url: impersonation,
      source_credentials: accounts.deployer,
      delegates: [],
    },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The kind for the matrix, over one of both protocols. */
export async function startGcpPeer(protocol: 'grpc' | 'rest' = 'grpc'): Promise<KeyPeer> {
  const gcp = await startGcp();
  const reach = gcp.reach(protocol);
  const as = (file: CredentialsFile): Environment => ({ ...reach, GOOGLE_CREDENTIALS: JSON.stringify(file) });
  const nowhere = `127.0.0.1:${await freePort()}`;
  return {
    kind: 'gcp_kms',
    flag: '--gcp-kms',
    key: keys.key,
    other: keys.other,
    env: as(gcp.accounts.user),
    denied: as(gcp.accounts.stranger),
    // Over REST, whatever the protocol: over gRPC real sops goes on trying for a minute.
    down: { ...as(gcp.accounts.user), SOPS_GCP_KMS_CLIENT_TYPE: 'rest', SOPS_GCP_KMS_ENDPOINT: `http://${nowhere}` },
    onlyOther: as(gcp.accounts.keeper),
    close: async () => gcp.close(),
  };
}
