import { defineDestination, type Destination } from '../destination.ts';
import { type Bucket, s3Url } from './bucket.ts';

/** AWS S3, or what speaks its protocol. */
export const s3: Destination = defineDestination<Bucket>({
  kind: 's3',
  takes: 'file',
  config: { chosenBy: 's3_bucket', texts: ['s3_bucket', 's3_prefix'], integers: [] },
  fromRule: ({ text }) => ({ kind: 's3', bucket: text('s3_bucket'), prefix: text('s3_prefix') }),
  describe: (place, name) => s3Url({ place, name }),
  load: async () => (await import('./client.ts')).client,
});
