import { constants, createHash, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { clouds, type Entra } from './azure-entra.ts';
import type { Asked, Reply } from './serve.ts';

const operations = ['get', 'encrypt', 'decrypt'] as const;
export type Operation = (typeof operations)[number];

/** What an application may do: with which key (`*` for any), which operations. */
export interface Right {
  readonly application: string;
  readonly key: string;
  readonly operations: readonly Operation[];
}
export interface VaultSettings {
  /** Keys by name, with the number of their versions. */
  readonly keys: Readonly<Record<string, number>>;
  readonly rights: readonly Right[];
}

interface Version {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Key Vault: keys in versions, RSA-OAEP-256, the challenge, and the refusals that it has for tokens and missing rights. Keys of some names always misbehave:
 * `busy`, `failing`, `flaky` (twice, then it works), `silent`, `garbled`, `hollow`, `telling` (repeats what it was sent), `disabled`, `walled`.
 */
export class Vault {
  readonly #entra: Entra;
  readonly #rights: readonly Right[];
  readonly #keys: ReadonlyMap<string, readonly Version[]>;
  #faults = 0;

  constructor({ keys, rights }: VaultSettings, entra: Entra) {
    this.#entra = entra;
    this.#rights = rights;
    this.#keys = new Map(
      Object.entries(keys).map(([name, versions]) => [
        name,
        Array.from({ length: versions }, (_, at) => makeVersion(versionId(name, at + 1))),
      ]),
    );
  }

  answer(asked: Asked): Reply | undefined {
    const [, name = '', version = '', wanted = 'get'] =
      /^\/keys\/([\w-]+)(?:\/(?!(?:en|de)crypt$)(\w*))?(?:\/(encrypt|decrypt))?\/?$/.exec(asked.url.pathname) ?? [];
    const operation = operations.find((each) => each === wanted) ?? 'get';
    const application = callerOf(asked, this.#entra);
    if (typeof application !== 'string') return application;
    if (!asked.url.searchParams.has('api-version')) return fault(400, 'BadParameter', 'api-version must be specified');
    if (asked.method !== (operation === 'get' ? 'GET' : 'POST')) return fault(405, 'MethodNotAllowed', 'The method is not allowed.');
    if (!this.#may(application, name, operation)) return denied(application, operation, asked.url.host);
    const misbehaviour = this.#misbehave(name, operation, asked);
    return misbehaviour === 'none' ? this.#serve(asked, operation, { name, version }) : misbehaviour;
  }

  #serve({ url, body }: Asked, operation: Operation, { name, version }: { readonly name: string; readonly version: string }): Reply {
    const versions = this.#keys.get(name === 'flaky' ? 'first' : name) ?? [];
    const found = version === '' ? versions.at(-1) : versions.find(({ id }) => id === version);
    if (found === undefined) return fault(404, 'KeyNotFound', `A key with (name/id) ${name}/${version} was not found in this key vault.`);
    const kid = `https://${url.host}/keys/${name}/${found.id}`;
    return operation === 'get' ? bundle(found, kid) : use(found, operation, kid, body);
  }

  #may(application: string, name: string, operation: Operation): boolean {
    return this.#rights.some(
      (right) => right.application === application && (right.key === '*' || right.key === name) && right.operations.includes(operation),
    );
  }

  #misbehave(name: string, operation: Operation, { headers, body }: Asked): Reply | undefined | 'none' {
    if (name === 'flaky') this.#faults += 1;
    switch (name) {
      case 'busy':
        return { ...fault(429, 'Throttled', 'The request was throttled because the limit was exceeded.'), headers: { 'Retry-After': '1' } };
      case 'failing':
        return fault(500, 'InternalServerError', 'There was an error.');
      case 'flaky':
        return this.#faults % 3 === 0 ? 'none' : fault(503, 'ServiceUnavailable', 'Come back later.');
      case 'silent':
        return undefined;
      case 'garbled':
        return { status: 200, body: '<html>' };
      case 'hollow':
        return { status: 200, body: { kid: 'https://elsewhere' } };
      case 'telling':
        return fault(400, 'BadParameter', `${headers.authorization ?? ''} asked for ${body}`);
      case 'disabled':
        return fault(403, 'Forbidden', `Operation ${operation} is not allowed on a disabled key.`, 'KeyDisabled');
      case 'walled':
        return fault(403, 'Forbidden', 'Client address is not authorized and caller is not a trusted service.', 'ForbiddenByFirewall');
      default:
        return 'none';
    }
  }
}

/** The application that a token is for, or why there is none. */
export function callerOf({ headers, url }: Asked, entra: Entra): string | Reply {
  const resource = Object.keys(clouds).find((ending) => url.host.endsWith(`.${ending}`)) ?? 'vault.azure.net';
  const authority = `https://${clouds[resource]?.[0] ?? ''}/${entra.settings.tenant}`;
  const challenge = { 'WWW-Authenticate': `Bearer authorization="${authority}", resource="https://${resource}"` };
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined)
    return { ...fault(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.'), headers: challenge };
  const grant = entra.grantOf(token);
  if (grant?.audience === `https://${resource}`) return grant.application;
  const reason = grant === undefined ? 'AKV10046: Unable to resolve the key used for signature validation.' : 'AKV10022: Invalid audience.';
  return { ...fault(401, 'Unauthorized', reason), headers: challenge };
}

/** The name of the nth version of a key. */
export const versionId = (name: string, number: number): string => createHash('md5').update(`${name}/${number}`).digest('hex');

const makeVersion = (id: string): Version => ({ id, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });

const fault = (status: number, code: string, message: string, inner?: string): Reply => ({
  status,
  body: { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
});

const denied = (application: string, operation: Operation, host: string): Reply =>
  fault(
    403,
    'Forbidden',
    `The user, group or application 'appid=${application};oid=0000;iss=https://sts.windows.net/0000/' does not have keys ${operation} permission on key vault '${host}'.`,
    'AccessDenied',
  );

function bundle({ publicKey }: Version, kid: string): Reply {
  const { n, e } = publicKey.export({ format: 'jwk' });
  const attributes = { enabled: true, created: 0, updated: 0, recoveryLevel: 'Recoverable+Purgeable' };
  return { status: 200, body: { key: { kid, kty: 'RSA', key_ops: ['encrypt', 'decrypt'], n, e }, attributes } };
}

function use({ privateKey, publicKey }: Version, operation: Operation, kid: string, body: string): Reply {
  const { alg, value }: { readonly alg?: string; readonly value?: string } = JSON.parse(body);
  if (alg !== 'RSA-OAEP-256') return fault(400, 'BadParameter', `Property has invalid value: alg ${alg}`);
  const options = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const bytes = Buffer.from(value ?? '', 'base64url');
  try {
    const result =
      operation === 'encrypt'
        ? publicEncrypt({ key: publicKey, ...options }, bytes)
        : privateDecrypt({ key: privateKey, ...options }, bytes);
    return { status: 200, body: { kid, value: result.toString('base64url') } };
  } catch {
    return fault(400, 'BadParameter', 'The parameter is incorrect.');
  }
}
