import protobuf from 'protobufjs/minimal.js';
import type { Answer, Call } from './call.ts';

/** The wire types that tags below are of: a text or bytes with its length, and a number. */
const nameTag = (1 << 3) | 2;
const inputTag = (2 << 3) | 2;

/** `EncryptRequest` and `DecryptRequest` of `google/cloud/kms/v1/service.proto` alike: 1 is the name of the key, 2 the text. */
export const encodeRequest = ({ name, input }: Call): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(nameTag).string(name).uint32(inputTag).bytes(input).finish());

/** Which fields of `EncryptResponse` and `DecryptResponse` hold the text and its checksum. */
const fieldsOf = { encrypt: { output: 2, checksum: 4 }, decrypt: { output: 1, checksum: 2 } } as const;

/** Reads an answer; throws what the reader throws where it is none. */
export function decodeAnswer(action: Call['action'], message: Uint8Array): Answer {
  const fields = fieldsOf[action];
  const reader = protobuf.Reader.create(message);
  let output: Uint8Array = new Uint8Array(0);
  let checksum: number | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((fields.output << 3) | 2)) output = reader.bytes();
    else if (tag === ((fields.checksum << 3) | 2)) checksum = decodeNumber(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return { output, ...(checksum === undefined ? {} : { checksum }) };
}

/** A `google.protobuf.Int64Value` that holds a checksum, of 32 bits; 0 is not written. */
function decodeNumber(message: Uint8Array): number {
  const reader = protobuf.Reader.create(message);
  let value = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 1 << 3) value = reader.uint32();
    else reader.skipType(tag & 7);
  }
  return value;
}
