import type { Place, Target } from '../destination.ts';

/** A bucket of Google Cloud Storage, and what the names of all objects in it begin with. */
export interface Bucket extends Place {
  readonly kind: 'gcs';
  readonly bucket: string;
  readonly prefix: string;
}

/** What an object is called, in the words of sops. */
export const gcsUrl = ({ place: { bucket, prefix }, name }: Target<Bucket>): string => `gcs://${bucket}/${prefix}${name}`;
