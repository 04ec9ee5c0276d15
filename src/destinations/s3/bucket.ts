import type { Place, Target } from '../destination.ts';

/** A bucket of S3 (its name, or the ARN of an access point), and what all keys in it begin with. */
export interface Bucket extends Place {
  readonly kind: 's3';
  readonly bucket: string;
  readonly prefix: string;
}

/** What an object is called. */
export const s3Url = ({ place: { bucket, prefix }, name }: Target<Bucket>): string => `s3://${bucket}/${prefix}${name}`;
