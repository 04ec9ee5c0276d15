import type { KMSClient } from '@aws-sdk/client-kms';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { accessTo } from '../../services/aws/client-access.ts';
import { chosenProfile } from '../../services/aws/profile.ts';
import { quietly } from '../../services/aws/quiet.node.ts';
import { rememberingOnce } from '../../services/once.ts';
import { kmsArn, type KmsKey } from './master-key.ts';

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
  const [, region] = kmsArn.exec(arn) ?? [];
  if (region === undefined) throw new SopsError('MALFORMED_KEY', `'${arn}' is not the ARN of a key or alias of AWS KMS`);
  return once(context, [region, profile, role].join(' '), async () => createClient(masterKey, region, context));
}

async function createClient({ profile, role }: KmsKey, region: string, context: Context): Promise<Connection> {
  const { KMSClient: Client } = await import('@aws-sdk/client-kms');
  const way = { service: 'kms', region, profile: chosenProfile(profile, context.env), role } as const;
  const { settings, secrets } = await accessTo(way, context);
  return { kms: quietly(() => new Client(settings)), secrets };
}
