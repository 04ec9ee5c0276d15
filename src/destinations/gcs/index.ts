import { defineDestination, type Destination } from '../destination.ts';
import { type Bucket, gcsUrl } from './bucket.ts';

/** Google Cloud Storage. */
export const gcs: Destination = defineDestination<Bucket>({
  kind: 'gcs',
  takes: 'file',
  config: { chosenBy: 'gcs_bucket', texts: ['gcs_bucket', 'gcs_prefix'], integers: [] },
  fromRule: ({ text }) => ({ kind: 'gcs', bucket: text('gcs_bucket'), prefix: text('gcs_prefix') }),
  describe: (place, name) => gcsUrl({ place, name }),
  load: async () => (await import('./client.ts')).client,
});
