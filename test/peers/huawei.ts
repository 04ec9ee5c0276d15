import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from './certificate.ts';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { HuaweiSettings } from './huawei-server.ts';
import type { KeyPeer } from './key-peer.ts';

/** Variables for a program. */
export type Variables = Readonly<Record<string, string>>;

/** HuaweiCloud on loopback: KMS with signatures checked, IAM, and the places that give temporary credentials. */
export interface Huawei extends KeyPeer {
  readonly env: Variables;
  readonly denied: Variables;
  readonly down: Variables;
  readonly onlyOther: Variables;
  /** Where KMS is, without any credentials. */
  readonly route: Variables;
  /** URLs of the server. */
  readonly plain: string;
  /** Host and port; TLS. */
  readonly iam: string;
  /** A key in the region of {@link route}. */
  keyNamed(id: string): string;
  /** Credentials of every kind; all but the first leave the project to IAM. */
  readonly credentials: {
    readonly given: Variables;
    readonly withoutProject: Variables;
    readonly file: Variables;
    readonly machine: Variables;
    readonly pod: Variables;
    readonly provider: Variables;
  };
}

const ids = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000'] as const;
const projectId = '0123456789abcdef0123456789abcdef';
const region = 'tr-west-1';

/** Starts it. */
export async function startHuawei(): Promise<Huawei> {
  const folder = await mkdtemp(join(tmpdir(), 'huawei-'));
  const authority = makeAuthority('authority of tests');
  const settings: HuaweiSettings = {
    accounts: [
      { accessKey: 'ak-first', secretKey: 'sk-of-the-first', keys: ['*'] },
      { accessKey: 'ak-stranger', secretKey: 'sk-of-the-stranger', keys: [] },
      { accessKey: 'ak-other', secretKey: 'sk-of-the-other', keys: [ids[1]] },
      { accessKey: 'ak-for-a-while', secretKey: 'sk-for-a-while', securityToken: 'security-token', keys: ['*'] },
    ],
    projectId,
    identity: authority.issue(['127.0.0.1']),
    podToken: 'token-of-a-pod',
    idToken: 'token-of-a-provider',
  };
  const child = await startChild('huawei-server.ts', settings);
  const plain = `http://127.0.0.1:${child.said['plain'] ?? 0}`;
  const iam = `127.0.0.1:${child.said['secure'] ?? 0}`;
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const route = {
    HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1: plain,
    HUAWEICLOUD_SDK_IAM_ENDPOINT: iam,
    SSL_CERT_FILE: await write('authority.pem', authority.certificate),
    HTTP_PROXY: `http://127.0.0.1:${child.said['proxy'] ?? 0}`,
  };
  const account = (at: number): Variables => ({
    HUAWEICLOUD_SDK_AK: settings.accounts[at]?.accessKey ?? '',
    HUAWEICLOUD_SDK_SK: settings.accounts[at]?.secretKey ?? '',
  });
  const given = { ...account(0), HUAWEICLOUD_SDK_PROJECT_ID: projectId };
  const file = '# of tests\n[basic]\nak = ak-first\nsk = "sk-of-the-first"\n[global]\nak = wrong\nsk = wrong\n';
  const dead = `http://127.0.0.1:${await freePort()}`;
  return {
    kind: 'hckms',
    flag: '--hckms',
    key: keyNamed(ids[0]),
    other: keyNamed(ids[1]),
    env: { ...route, ...given },
    denied: { ...route, ...given, ...account(1) },
    down: { ...route, ...given, HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1: dead },
    onlyOther: { ...route, ...given, ...account(2) },
    route,
    plain,
    iam,
    keyNamed,
    credentials: {
      given,
      withoutProject: account(0),
      file: { HUAWEICLOUD_SDK_CREDENTIALS_FILE: await write('credentials', file) },
      machine: { HUAWEICLOUD_SDK_CREDENTIALS_FILE: join(folder, 'none') },
      pod: {
        HUAWEICLOUD_SDK_CREDENTIALS_FILE: join(folder, 'none'),
        HTTP_PROXY: dead,
        HC_CONTAINER_CREDENTIALS_FULL_URI: `${plain}/pod`,
        HC_CONTAINER_AUTHORIZATION_TOKEN_FILE: await write('pod', `${settings.podToken}\n`),
      },
      provider: { HUAWEICLOUD_SDK_IDP_ID: 'idp', HUAWEICLOUD_SDK_ID_TOKEN_FILE: await write('id-token', settings.idToken) },
    },
    close: async () => {
      await child.close();
      await rm(folder, { recursive: true });
    },
  };
}

const keyNamed = (id: string): string => `${region}:${id}`;
