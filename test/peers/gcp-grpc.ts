import { statuses, Refusal } from './gcp-status.ts';
import protobuf from 'protobufjs/minimal.js';

/** What ends a call: a message in its frame, perhaps none, and the status of gRPC. */
export interface GrpcAnswer {
  readonly message: Buffer;
  readonly code: number;
  readonly reason: string;
}

/** What the service makes of a name and a text, and the checksum it sends along. */
export type Cryptography = (
  action: 'Encrypt' | 'Decrypt',
  name: string,
  text: Uint8Array,
) => { readonly bytes: Uint8Array; readonly checksum: number };

const service = '/google.cloud.kms.v1.KeyManagementService/';
const unimplemented = 12;

/** Answers a call to `google.cloud.kms.v1.KeyManagementService`; field numbers are those of its `service.proto`. */
export function grpcAnswer(path: string, frame: Buffer, cryptography: Cryptography): GrpcAnswer {
  const action = path === `${service}Encrypt` ? 'Encrypt' : path === `${service}Decrypt` ? 'Decrypt' : undefined;
  if (action === undefined) return { message: Buffer.alloc(0), code: unimplemented, reason: `no method ${path}` };
  try {
    const { name, text } = readRequest(frame.subarray(5));
    const { bytes, checksum } = cryptography(action, name, text);
    const wrapped = protobuf.Writer.create();
    if (action === 'Encrypt') wrapped.uint32(10).string(`${name}/cryptoKeyVersions/1`).uint32(18).bytes(bytes).uint32(34);
    else wrapped.uint32(10).bytes(bytes).uint32(18);
    return { message: framed(wrapped.fork().uint32(8).int64(checksum).ldelim().finish()), code: 0, reason: '' };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL', String(error));
    return { message: Buffer.alloc(0), code: statuses[refusal.status][1], reason: refusal.message };
  }
}

/** Both requests alike: 1 is the name, 2 the text. */
function readRequest(message: Uint8Array): { readonly name: string; readonly text: Uint8Array } {
  const reader = protobuf.Reader.create(message);
  let name = '';
  let text: Uint8Array = new Uint8Array(0);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) name = reader.string();
    else if (tag === 18) text = reader.bytes();
    else reader.skipType(tag & 7);
  }
  return { name, text };
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
