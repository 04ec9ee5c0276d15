import type { KMSClient } from '@aws-sdk/client-kms';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../once.ts';
import { certificates } from '../roots.node.ts';
import { credentialsFor } from './client-credentials.ts';
import { transport } from './transport.ts';
import { endpoint } from './endpoint.ts';
import type { KmsKey } from './master-key.ts';
import { type ChosenProfile, chosenProfile, readProfile } from './profile.ts';
import { quietly } from './quiet.node.ts';

/** A client of the SDK, and what must not stand in an error of it: the secrets that it was given. */
export interface Connection {
  readonly kms: KMSClient;
  readonly secrets: readonly string[];
}

/** One client a context, region, profile and role: connections and the sessions of roles are used again. */
const once = rememberingOnce<Connection>();

/** The connection for a master key. Throws `MALFORMED_KEY` for what is no ARN. */
export async function connect(masterKey: KmsKey, context: Context): Promise<Connection> {
  const { arn, role = '', profile = '' } = masterKey;
  const [, region] = /^arn:aws[\w-]*:kms:([\w-]+):[0-9]+:(?:key|alias)\/.+$/.exec(arn) ?? [];
  if (region === undefined) throw new SopsError('MALFORMED_KEY', `'${arn}' is not the ARN of a key or alias of AWS KMS`);
  return once(context, [region, profile, role].join(' '), async () => createClient(masterKey, region, context));
}

async function createClient(masterKey: KmsKey, region: string, context: Context): Promise<Connection> {
  const { KMSClient: Client } = await import('@aws-sdk/client-kms');
  const profile = chosenProfile(masterKey.profile, context.env);
  const requestHandler = transport(context, await authorities(profile, context));
  const secrets: string[] = [];
  const credentials = credentialsFor(masterKey, { region, profile, requestHandler, context, secrets });
  const url = await endpoint('kms', profile.name, context);
  const place = url === undefined ? {} : { endpoint: url };
  return { kms: quietly(() => new Client({ region, requestHandler, credentials, profile: profile.name, ...place })), secrets };
}

/** The only authorities to trust, where a variable or the profile names a file of them. */
async function authorities({ name }: ChosenProfile, context: Context): Promise<readonly string[] | undefined> {
  const path = context.env['AWS_CA_BUNDLE'] || (await readProfile(name, context))?.('ca_bundle');
  if (!path) return undefined;
  const content = await context.files.read(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `the file of authorities '${path}' (AWS_CA_BUNDLE) does not exist`);
  return certificates(new TextDecoder().decode(content));
}
