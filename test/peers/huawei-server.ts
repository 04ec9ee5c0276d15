import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { Identity } from './certificate.ts';
import { childSettings, sayListening } from './child.ts';
import { serveProxy } from './connect-proxy.ts';
import { type Asked, type Reply, serve } from './serve.ts';

/** Who may ask. */
export interface Account {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Comes with temporary credentials, and must be sent with them. */
  readonly securityToken?: string;
  /** IDs of keys; `*` for any. */
  readonly keys: readonly string[];
}
/** What the process needs to know. */
export interface HuaweiSettings {
  readonly accounts: readonly Account[];
  readonly projectId: string;
  readonly identity: Identity;
  /** What a pod and an identity provider show. */
  readonly podToken: string;
  readonly idToken: string;
}

const settings: HuaweiSettings = JSON.parse(childSettings());
/** What machines, pods and identity providers are given is the last account's. */
const temporary = settings.accounts.at(-1);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const fault = (status: number, code: string, message: string): Reply => ({ status, body: { error_code: code, error_msg: message } });

/** Whose signature (SDK-HMAC-SHA256) a request has, or why it has none. */
function caller({ method, url, headers, body }: Asked): Account | string {
  const [, accessKey, names = '', signature] =
    /^SDK-HMAC-SHA256 Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]+)$/.exec(headers.authorization ?? '') ?? [];
  const account = settings.accounts.find((each) => each.accessKey === accessKey);
  if (account === undefined) return 'verify aksk signature fail, the access key is unknown';
  if (headers['x-security-token'] !== account.securityToken) return 'the security token is missing or expired';
  const date = String(headers['x-sdk-date']);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  if (!(Math.abs(Date.now() - Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)) < 15 * 60 * 1000)) return 'x-sdk-date is expired';
  const query = [...url.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const path = `${url.pathname
    .split('/')
    .map((part) => escaped(decodeURIComponent(part)))
    .join('/')}/`;
  const canonical = [method, path, query.join('&'), signed.join(''), names, sha256(body)].join('\n');
  const wanted = createHmac('sha256', account.secretKey)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`)
    .digest('hex');
  return wanted === signature ? account : 'verify aksk signature fail';
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function answer(asked: Asked): Reply | undefined {
  const given = credentials(asked);
  if (given !== undefined) return given;
  const account = caller(asked);
  if (typeof account === 'string') return fault(401, 'APIGW.0301', `Incorrect IAM authentication information: ${account}`);
  const { pathname, searchParams } = asked.url;
  if (pathname === '/v3/projects') return projects(searchParams.get('name') ?? '');
  const [, operation] = new RegExp(`^/v1\\.0/${settings.projectId}/kms/(encrypt|decrypt)-data$`).exec(pathname) ?? [];
  if (asked.method !== 'POST' || operation === undefined)
    return fault(404, 'APIGW.0101', 'The API does not exist or has not been published.');
  return use(asked, operation, account);
}

function use(asked: Asked, operation: string, account: Account): Reply | undefined {
  const { key_id: id = '', plain_text: plainText = '', ...request }: Readonly<Record<string, string>> = JSON.parse(asked.body);
  const misbehaviour = misbehave(id, asked);
  if (misbehaviour !== 'none') return misbehaviour;
  if (request['encryption_algorithm'] !== 'SYMMETRIC_DEFAULT') return kms(400, 'KMS.0201', 'Invalid request parameters.');
  if (!account.keys.some((key) => key === '*' || key === id))
    return kms(403, 'KMS.0101', 'You have no permission to perform the operation.');
  if (!known.has(id)) return kms(400, 'KMS.0401', 'The key does not exist.');
  return operation === 'encrypt' ? encrypt(id, plainText) : decrypt(id, request['cipher_text'] ?? '');
}

const kms = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { error_code: code, error_msg: message } },
});

/** Projects of a region; of `me-east-1` there are none, of `la-south-2` two. */
function projects(name: string): Reply {
  const ids = { 'me-east-1': [], 'la-south-2': [settings.projectId, 'other'] }[name] ?? [settings.projectId];
  return { status: 200, body: { projects: ids.map((id) => ({ id, name, enabled: true })), links: {} } };
}

/** The metadata service, pods' identities and IAM's exchange of tokens. */
function credentials({ method, url: { pathname }, headers, body: text }: Asked): Reply | undefined {
  const body = text.trim();
  const expires = `${new Date(Date.now() + 24 * 3600 * 1000).toISOString().slice(0, 19)}Z`;
  const { accessKey: access, secretKey: secret, securityToken: securitytoken } = temporary ?? {};
  const credential = { access, secret, securitytoken, expires_at: expires };
  if (pathname === '/meta-data/latest/api/token') return { status: method === 'PUT' ? 200 : 405, body: 'metadata-token' };
  if (pathname === '/openstack/latest/securitykey')
    return headers['x-metadata-token'] === 'metadata-token' ? { status: 200, body: { credential } } : { status: 401, body: {} };
  if (pathname === '/pod')
    return headers.authorization === settings.podToken ? { status: 200, body: podAnswer(expires) } : { status: 401, body: {} };
  if (pathname === '/v3.0/OS-AUTH/id-token/tokens') {
    const right = headers['x-idp-id'] === 'idp' && body === JSON.stringify({ auth: { id_token: { id: settings.idToken } } });
    if (!right) return fault(401, 'IAM.0001', 'The ID token is expired.');
    return { status: 201, body: { token: { expires_at: expires } }, headers: { 'X-Subject-Token': 'subject', 'X-Request-Id': 'r' } };
  }
  if (pathname !== '/v3.0/OS-CREDENTIAL/securitytokens') return undefined;
  const identity = { methods: ['token'], token: { id: 'subject', duration_seconds: 21_600 } };
  return body === JSON.stringify({ auth: { identity } }) ? { status: 201, body: { credential } } : fault(401, 'IAM.0002', 'wrong token');
}

const podAnswer = (expiration: string): object => ({
  credentials: {
    accessKeyId: temporary?.accessKey,
    secretAccessKey: temporary?.secretKey,
    securityToken: temporary?.securityToken,
    expiration,
  },
});

const known = new Set(['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000']);
const keyOf = (id: string): Buffer => createHash('sha256').update(`key ${id}`).digest();

function encrypt(id: string, plain: string): Reply {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(id), nonce);
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const text = Buffer.concat([Buffer.from(id), nonce, cipher.getAuthTag(), sealed]).toString('base64');
  return { status: 200, body: { key_id: id, cipher_text: text } };
}

function decrypt(id: string, text: string): Reply {
  const bytes = Buffer.from(text, 'base64');
  try {
    const cipher = createDecipheriv('aes-256-gcm', keyOf(bytes.subarray(0, 36).toString()), bytes.subarray(36, 48));
    cipher.setAuthTag(bytes.subarray(48, 64));
    if (bytes.subarray(0, 36).toString() !== id) throw new Error('another key');
    const plain = Buffer.concat([cipher.update(bytes.subarray(64)), cipher.final()]).toString();
    return { status: 200, body: { key_id: id, plain_text: plain, plain_text_base64: Buffer.from(plain).toString('base64') } };
  } catch {
    return kms(400, 'KMS.0205', 'Invalid ciphertext.');
  }
}

let faults = 0;

/** Keys of some names always misbehave. */
function misbehave(id: string, { headers, body }: Asked): Reply | undefined | 'none' {
  faults += id === 'flaky' ? 1 : 0;
  const replies: Readonly<Record<string, Reply | undefined>> = {
    busy: fault(429, 'APIGW.0308', 'The throttling threshold has been reached'),
    failing: fault(500, 'KMS.0500', 'Internal error'),
    flaky:
      faults % 3 === 0
        ? { status: 200, body: { cipher_text: 'c2VhbGVk', plain_text: Buffer.alloc(32).toString('base64') } }
        : fault(503, 'APIGW.0201', 'Backend unavailable'),
    silent: undefined,
    garbled: { status: 200, body: '<html>' },
    hollow: { status: 200, body: {} },
    telling: fault(400, 'KMS.0201', `${JSON.stringify(headers)} sent ${body}`),
    disabled: kms(400, 'KMS.0402', 'The key is disabled.'),
  };
  return Object.hasOwn(replies, id) ? replies[id] : 'none';
}

const plain = await serve(answer);
const secure = await serve(answer, settings.identity);
const proxy = await serveProxy({ '169.254.169.254:80': plain });
sayListening({ plain, secure, proxy });
