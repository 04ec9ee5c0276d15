import protobuf from 'protobufjs/minimal.js';
import { SopsError } from '../errors.ts';
import type { FieldValue, KeyFields, KeySource } from '../keysources/keysource.ts';
import type { MasterKey } from '../metadata/metadata.ts';

/*
 * The messages of sops's key services (`keyservice/keyservice.proto`): a request is a master key and bytes, an answer is bytes.
 * A master key is one of the messages below, by number; its fields are those of its entry in the metadata, numbered from 1 in the order that the protocol has.
 */

/** How the protocol carries master keys of one kind. */
interface Carried {
  readonly kind: string;
  /** The names in the metadata's entry; `context` is a map, everything else text. */
  readonly fields: readonly string[];
  /** What comes before the key's name where a person is asked (`keyservice/server.go`, keyToString). */
  readonly title: string;
}

const carriedKinds: ReadonlyMap<number, Carried> = new Map([
  [1, { kind: 'kms', fields: ['arn', 'role', 'context', 'aws_profile'], title: 'AWS KMS key with ARN' }],
  [2, { kind: 'pgp', fields: ['fp'], title: 'PGP key with fingerprint' }],
  [3, { kind: 'gcp_kms', fields: ['resource_id'], title: 'GCP KMS key with resource ID' }],
  [4, { kind: 'azure_kv', fields: ['vault_url', 'name', 'version'], title: 'Azure Key Vault key with URL' }],
  [5, { kind: 'hc_vault', fields: ['vault_address', 'engine_path', 'key_name'], title: 'Hashicorp Vault key with URI' }],
  [6, { kind: 'age', fields: ['recipient'], title: 'age key with recipient' }],
  [7, { kind: 'hckms', fields: ['key_id'], title: 'HuaweiCloud KMS key with ID' }],
]);

/** The two procedures, as gRPC names them. */
export const procedures = { wrap: '/KeyService/Encrypt', unwrap: '/KeyService/Decrypt' } as const;
export type Procedure = keyof typeof procedures;

/** What a key service is asked: to wrap or unwrap `payload` with a master key. */
export interface Request {
  readonly masterKey: MasterKey;
  /** A data key, or the text of a wrapped one in UTF-8. */
  readonly payload: Uint8Array;
}

/** Throws `UNSUPPORTED` for a master key that the protocol has no words for. */
export function encodeRequest({ masterKey, payload }: Request, sources: readonly KeySource[]): Uint8Array {
  const message = protobuf.Writer.create();
  writeKey(message.uint32(tag(1)).fork(), masterKey, sources).ldelim();
  return message.uint32(tag(2)).bytes(payload).finish();
}

/** Throws `UNSUPPORTED` for a master key of a kind that is not known here, or for none at all, and `MALFORMED_KEY` for what is no message. */
export function decodeRequest(message: Uint8Array, sources: readonly KeySource[]): Request {
  let key: ReadKey | undefined;
  let payload: Uint8Array = new Uint8Array();
  readFields(message, 'the request', (field, content) => {
    if (field === 1) key = readKey(content, key);
    else if (field === 2) payload = content;
  });
  if (key === undefined) throw new SopsError('UNSUPPORTED', 'the request names no master key of a kind that is known here');
  const { kind, fields } = key;
  return { masterKey: sourceOf(kind, sources).fromFields(fields), payload };
}

/** The bytes of an answer. */
export const encodeAnswer = (payload: Uint8Array): Uint8Array => protobuf.Writer.create().uint32(tag(1)).bytes(payload).finish();

/** Throws `MALFORMED_KEY` for what is no message. */
export function decodeAnswer(message: Uint8Array): Uint8Array {
  let payload: Uint8Array = new Uint8Array();
  readFields(message, 'the answer', (field, content) => {
    if (field === 1) payload = content;
  });
  return payload;
}

/** A master key as a person is asked about it: `PGP key with fingerprint …`. */
export function titleOf(masterKey: MasterKey, sources: readonly KeySource[]): string {
  const title = [...carriedKinds.values()].find(({ kind }) => kind === masterKey.kind)?.title ?? `${masterKey.kind} key`;
  return `${title} ${sourceOf(masterKey.kind, sources).describe(masterKey)}`;
}

function sourceOf(kind: string, sources: readonly KeySource[]): KeySource {
  const source = sources.find((candidate) => candidate.kind === kind);
  if (source === undefined) throw new SopsError('UNSUPPORTED', `master keys of kind '${kind}' are not known here`);
  return source;
}

/** All that the protocol has is text, bytes and messages, which are written alike: a length, then the content. */
const delimited = 2;
const tag = (field: number): number => (field << 3) | delimited;

function writeKey(message: protobuf.Writer, masterKey: MasterKey, sources: readonly KeySource[]): protobuf.Writer {
  const { kind } = masterKey;
  const [number, carried] = [...carriedKinds].find(([, one]) => one.kind === kind) ?? [];
  if (number === undefined || carried === undefined)
    throw new SopsError('UNSUPPORTED', `the protocol of sops's key services cannot carry master keys of kind '${kind}'`);
  const fields = new Map(Object.entries(sourceOf(kind, sources).toFields(masterKey)));
  const lost = [...fields].find(([name, value]) => value !== '' && !carried.fields.includes(name));
  if (lost !== undefined)
    throw new SopsError('UNSUPPORTED', `the protocol of sops's key services cannot carry the field '${lost[0]}' of a '${kind}' key`);
  const inner = message.uint32(tag(number)).fork();
  for (const [at, name] of carried.fields.entries()) writeField(inner, at + 1, fields.get(name) ?? '');
  return inner.ldelim();
}

/** A text; or a map, which is a list of messages with a key and a value. What is empty is left out, as protobuf has it. */
function writeField(message: protobuf.Writer, number: number, value: FieldValue): void {
  if (typeof value === 'string') {
    if (value !== '') message.uint32(tag(number)).string(value);
    return;
  }
  for (const [key, text] of Object.entries(value))
    if (text !== null) message.uint32(tag(number)).fork().uint32(tag(1)).string(key).uint32(tag(2)).string(text).ldelim();
}

interface ReadKey {
  readonly kind: string;
  readonly fields: KeyFields;
}

/** Of several keys the last counts; what is said twice of the same one is put together, as protobuf has it. */
function readKey(message: Uint8Array, before: ReadKey | undefined): ReadKey | undefined {
  let key = before;
  readFields(message, 'the master key', (number, content) => {
    const carried = carriedKinds.get(number);
    if (carried === undefined) return;
    const fields = new Map(key?.kind === carried.kind ? Object.entries(key.fields) : []);
    readFields(content, 'the master key', (at, value) => {
      const name = carried.fields[at - 1];
      if (name === undefined) return;
      const known = fields.get(name);
      fields.set(name, name === 'context' ? { ...(typeof known === 'object' ? known : {}), ...readPair(value) } : textOf(value));
    });
    key = { kind: carried.kind, fields: Object.fromEntries(fields) };
  });
  return key;
}

function readPair(message: Uint8Array): Readonly<Record<string, string>> {
  let key = '';
  let value = '';
  readFields(message, 'the encryption context', (field, content) => {
    if (field === 1) key = textOf(content);
    else if (field === 2) value = textOf(content);
  });
  // Not by an assignment, which `__proto__` would make into something else.
  return Object.fromEntries([[key, value]]);
}

function readFields(message: Uint8Array, what: string, take: (field: number, content: Uint8Array) => void): void {
  const reader = protobuf.Reader.create(message);
  const next = (): readonly [field: number, content: Uint8Array | undefined] => {
    try {
      const read = reader.uint32();
      if ((read & 7) === delimited) return [read >>> 3, reader.bytes()];
      reader.skipType(read & 7);
      return [read >>> 3, undefined];
    } catch {
      // The reader's own words show bytes of what it read.
      throw new SopsError('MALFORMED_KEY', `${what} is no message of sops's key services`);
    }
  };
  while (reader.pos < reader.len) {
    const [field, content] = next();
    if (content !== undefined) take(field, content);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SopsError('MALFORMED_KEY', 'a text in a message of a key service is not UTF-8');
  }
}
