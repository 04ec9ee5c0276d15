import { createHash, createHmac } from 'node:crypto';

/** Who asks. */
export interface Signer {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Comes with temporary credentials. */
  readonly securityToken?: string;
}
/** A request to sign. */
export interface Unsigned {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Signed with the request; the names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const algorithm = 'SDK-HMAC-SHA256';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The headers of a request with Huawei's SDK-HMAC-SHA256 signature: the given ones, the date, the security token and the signature itself. */
export function sign({ method, url, headers, body }: Unsigned, signer: Signer, now: Date): Record<string, string> {
  const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const { accessKey, secretKey, securityToken } = signer;
  const all: Record<string, string> = {
    ...headers,
    'x-sdk-date': date,
    ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
  };
  const names = Object.keys(all).toSorted();
  const lines = names.map((name) => `${name}:${(all[name] ?? '').trim()}\n`);
  const signed = names.join(';');
  const canonical = [method, canonicalPath(url), canonicalQuery(url), lines.join(''), signed, sha256(body)].join('\n');
  const signature = createHmac('sha256', secretKey)
    .update([algorithm, date, sha256(canonical)].join('\n'))
    .digest('hex');
  return { ...all, Authorization: `${algorithm} Access=${accessKey}, SignedHeaders=${signed}, Signature=${signature}` };
}

const canonicalPath = ({ pathname }: URL): string =>
  `${pathname
    .split('/')
    .map((part) => escaped(decodeURIComponent(part)))
    .join('/')
    .replace(/\/$/, '')}/`;

const canonicalQuery = ({ searchParams }: URL): string =>
  [...searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted()
    .join('&');

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`);
