import { utf8 } from '../crypto/bytes.ts';
import { splice } from '../document/splice.ts';
import { writeMetadata } from '../metadata/codec.ts';
import { shapeRecord } from '../metadata/shape.ts';
import type { WrappedGroups } from './data-key.ts';
import type { SealedFile } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';

/** Writes other wrapped keys into the metadata of a file: only what differs is touched, and no value is opened. */
export function amendKeys({ metadata, document, format }: SealedFile, wrapped: WrappedGroups, { keySources }: Services): Outcome {
  const record = shapeRecord(writeMetadata({ ...metadata, ...wrapped }, keySources), format.shape);
  return { content: utf8(splice(document.source, format.amend(document, record))), warnings: [] };
}
