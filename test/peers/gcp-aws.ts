import { createHash, createHmac } from 'node:crypto';

/** The keys of a workload at AWS that Google's workload pool knows. */
export const awsKeys = { id: 'AKIAEXAMPLE', secret: 'secret/of+aws', session: 'session-of-aws' } as const;
const region = 'eu-west-1';

/** Whether a subject token is a request to AWS, `GetCallerIdentity` for our audience, that those keys signed (Signature Version 4). */
export function isAwsRequest(token: string, audience: string): boolean {
  const asked: { url: string; method: string; headers: { key: string; value: string }[] } = JSON.parse(
    decodeURIComponent(token.replaceAll('+', ' ')),
  );
  const url = new URL(asked.url);
  const headers = new Map(asked.headers.map(({ key, value }) => [key.toLowerCase(), value]));
  const [, id, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/.*, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(headers.get('authorization') ?? '') ?? [];
  const names = signed.split(';');
  const wanted = ['host', 'x-amz-date', 'x-amz-security-token', 'x-goog-cloud-target-resource'];
  const time = headers.get('x-amz-date') ?? '';
  const canonical = [
    asked.method,
    '/',
    'Action=GetCallerIdentity&Version=2011-06-15',
    ...names.map((name) => `${name}:${headers.get(name) ?? ''}`),
    '',
    signed,
    sha256(''),
  ].join('\n');
  const scope = [time.slice(0, 8), region, 'sts', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const expected = [...scope, text].reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${awsKeys.secret}`,
  );
  return (
    id === awsKeys.id &&
    url.host === `sts.${region}.amazonaws.com` &&
    url.search === '?Action=GetCallerIdentity&Version=2011-06-15' &&
    wanted.every((name) => names.includes(name)) &&
    headers.get('host') === url.host &&
    headers.get('x-amz-security-token') === awsKeys.session &&
    headers.get('x-goog-cloud-target-resource') === audience &&
    signature === Buffer.from(expected).toString('hex')
  );
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const session = 'session-of-the-machine';

/** What a machine at AWS finds at its metadata server, version 2; undefined where it finds nothing. */
export function awsMetadata(method: string, path: string, headers: Readonly<Record<string, unknown>>): string | undefined {
  if (method === 'PUT' && path === '/latest/api/token')
    return headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined ? undefined : session;
  if (headers['x-aws-ec2-metadata-token'] !== session) return undefined;
  if (path === '/latest/meta-data/placement/availability-zone') return `${region}b`;
  if (path === '/latest/meta-data/iam/security-credentials') return 'role';
  const keys = { AccessKeyId: awsKeys.id, SecretAccessKey: awsKeys.secret, Token: awsKeys.session };
  return path === '/latest/meta-data/iam/security-credentials/role' ? JSON.stringify(keys) : undefined;
}
