import type { S3Client } from '@aws-sdk/client-s3';
import { SopsError } from '../../errors.ts';
import { rememberingOnce } from '../../services/once.ts';
import type { Context } from '../../ports.ts';
import { accessTo } from '../../services/aws/client-access.ts';
import { reasonOf } from '../../services/aws/explain.ts';
import { chosenProfile, signOnCommand } from '../../services/aws/profile.ts';
import { quietly } from '../../services/aws/quiet.node.ts';
import { ownRegion } from '../../services/aws/region.ts';
import { withinTime } from '../../services/aws/within-time.ts';
import type { FileClient, Published, Target } from '../destination.ts';
import { type Bucket, s3Url } from './bucket.ts';

/** Objects of S3 on the SDK: which of S3's addresses to ask, and in which style, is for its rules to say, which are those of Go's SDK. */
export const client: FileClient<Bucket> = { put };

interface Connection {
  readonly s3: S3Client;
  readonly secrets: readonly string[];
}

/** One client a context: its connections and credentials are used again. */
const once = rememberingOnce<Connection>();

async function put(file: Uint8Array, target: Target<Bucket>, context: Context, signal?: AbortSignal): Promise<Published> {
  const { bucket, prefix } = target.place;
  const secrets: string[] = [];
  const send = async (stop: AbortSignal): Promise<Published> => {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const connection = await once(context, 's3', async () => connect(context));
    try {
      const command = new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${target.name}`, Body: file });
      await connection.s3.send(command, { abortSignal: stop });
      return 'written';
    } finally {
      secrets.push(...connection.secrets);
    }
  };
  try {
    return await withinTime(send, [signal, context.signal], 'AWS_ENDPOINT_URL_S3');
  } catch (error) {
    const signOn = await signOnCommand(chosenProfile(undefined, context.env), context);
    const reason = error instanceof SopsError ? error.message : reasonOf(error, { action: 's3:PutObject', signOn, secrets });
    throw new SopsError('PUBLICATION_FAILED', `cannot publish to ${s3Url(target)}: ${reason}`);
  }
}

async function connect(context: Context): Promise<Connection> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  const profile = chosenProfile(undefined, context.env);
  const region = await ownRegion(profile, context);
  const { settings, secrets } = await accessTo({ service: 's3', region, profile }, context);
  return { s3: quietly(() => new Client(settings)), secrets };
}
