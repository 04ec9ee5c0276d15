import { createHash, createHmac } from 'node:crypto';
import type { Context } from '../../ports.ts';
import { type CredentialsFile, optionalText, parseObject, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';
import { askText } from './token-endpoint.node.ts';

interface AwsKeys {
  readonly id: string;
  readonly secret: string;
  readonly session: string;
}

/**
 * What a workload at AWS shows Google in place of a token: a request to AWS for who it is, signed (Signature Version 4) and not sent, which Google sends for it. The keys
 * and the region are those in the environment, else those of the machine's metadata server, at the addresses that the credentials name.
 */
export async function awsRequest(source: CredentialsFile, audience: string, context: Context): Promise<string> {
  const machine = await sessionHeader(source, context);
  const keys = keysInEnvironment(context.env) ?? (await keysOfMachine(source, machine, context));
  const region = regionInEnvironment(context.env) || (await askMachine(textOf(source, 'region_url'), machine, context)).trim().slice(0, -1);
  const pattern =
    optionalText(source, 'regional_cred_verification_url') ||
    'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15';
  const url = new URL(pattern.replace('{region}', region));
  const time = context
    .now()
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, '');
  const headers = {
    host: url.host,
    'x-amz-date': time,
    ...(keys.session === '' ? {} : { 'x-amz-security-token': keys.session }),
    'x-goog-cloud-target-resource': audience,
  };
  const all = { ...headers, Authorization: authorization({ url, headers, time, region, keys }) };
  const list = Object.entries(all).map(([key, value]) => ({ key, value }));
  return encodeURIComponent(JSON.stringify({ url: url.href, method: 'POST', headers: list }));
}

function keysInEnvironment(env: Context['env']): AwsKeys | undefined {
  const [id, secret] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  return id && secret ? { id, secret, session: env['AWS_SESSION_TOKEN'] ?? '' } : undefined;
}

const regionInEnvironment = (env: Context['env']): string => env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || '';

type Headers = Readonly<Record<string, string>>;

/** The second version of the metadata service gives out nothing without a session; it is not asked where the environment says all. */
async function sessionHeader(source: CredentialsFile, context: Context): Promise<Headers> {
  const url = optionalText(source, 'imdsv2_session_token_url');
  if (url === '' || (keysInEnvironment(context.env) !== undefined && regionInEnvironment(context.env) !== '')) return {};
  const token = await askText(
    { ...machineRequest(url), method: 'PUT', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '300' } },
    context,
  );
  return { 'X-aws-ec2-metadata-token': token };
}

const machineRequest = (url: string) => ({
  giver: 'the metadata server of AWS',
  url,
  secrets: [],
  remedy: 'give the machine a role, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION',
});

const askMachine = async (url: string, headers: Headers, context: Context): Promise<string> =>
  askText({ ...machineRequest(url), headers }, context);

async function keysOfMachine(source: CredentialsFile, headers: Headers, context: Context): Promise<AwsKeys> {
  const url = textOf(source, 'url');
  const role = (await askMachine(url, headers, context)).trim();
  const fields = parseObject(await askMachine(`${url}/${role}`, headers, context)) ?? {};
  const keys = {
    id: optionalText({ fields }, 'AccessKeyId'),
    secret: optionalText({ fields }, 'SecretAccessKey'),
    session: optionalText({ fields }, 'Token'),
  };
  if (keys.id === '' || keys.secret === '') throw new GcpFailure('the answer of the metadata server of AWS is without keys');
  return keys;
}

interface Unsigned {
  readonly url: URL;
  readonly headers: Headers;
  readonly time: string;
  readonly region: string;
  readonly keys: AwsKeys;
}

function authorization({ url, headers, time, region, keys }: Unsigned): string {
  const names = Object.keys(headers).sort();
  const signed = names.join(';');
  url.searchParams.sort();
  const canonical = [
    'POST',
    url.pathname,
    url.searchParams.toString(),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    signed,
    sha256(''),
  ];
  const scope = [time.slice(0, 8), region, 'sts', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical.join('\n'))].join('\n');
  const key = [...scope, text].reduce<string | Buffer>(
    (under, part) => createHmac('sha256', under).update(part).digest(),
    `AWS4${keys.secret}`,
  );
  const signature = Buffer.from(key).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
