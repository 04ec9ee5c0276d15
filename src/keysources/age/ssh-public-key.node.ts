import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { montgomeryPoint } from './edwards.ts';
import { sshMessage, sshNumber, SshReader } from './ssh-wire.ts';
import { bareBase64 } from './native.node.ts';

/** A public key of SSH that age can encrypt for. */
export type SshPublicKey = {
  /** As SSH writes it. */
  readonly blob: Uint8Array;
} & (
  | {
      readonly type: 'ssh-ed25519';
      /** The X25519 form of its point. */
      readonly point: Uint8Array;
    }
  | { readonly type: 'ssh-rsa'; readonly key: KeyObject }
);

/** Bits of an RSA modulus, as age has it below and OpenSSH above. */
const fewestBits = 2048;
const mostBits = 16_384;

/** Reads a line as it stands in a `.pub` file or in `authorized_keys` without options; answers what is wrong with it where age cannot use it. */
export function parseSshPublicKey(line: string): SshPublicKey | string {
  const [type = '', text = ''] = line.trim().split(/[ \t]+/);
  const blob = Buffer.from(text, 'base64');
  if (blob.toString('base64') !== text) return 'it is not canonical base64';
  const key = readSshPublicKey(blob);
  return typeof key === 'string' || key.type === type ? key : `it says that it is ${type}, and is ${key.type}`;
}

/** Reads a public key as SSH writes it; answers what is wrong with it where age cannot use it. */
export function readSshPublicKey(blob: Uint8Array): SshPublicKey | string {
  const reader = new SshReader(blob);
  const type = reader.text() ?? '';
  switch (type) {
    case 'ssh-ed25519':
      return readEd25519(reader) ?? cutOff;
    case 'ssh-rsa':
      return readRsa(reader) ?? cutOff;
    default:
      return unsupportedKind(type);
  }
}

const cutOff = 'it is cut off, or something follows it';

/** What to say of keys of other kinds. */
export const unsupportedKind = (type: string): string =>
  /^[\w@.-]{1,60}$/.test(type) ? `it is of kind ${type}: age takes only ssh-ed25519 and ssh-rsa` : 'it is not a key';

function readEd25519(reader: SshReader): SshPublicKey | string | undefined {
  const point = reader.string();
  if (point === undefined || reader.rest().length > 0) return undefined;
  return ed25519PublicKey(point) ?? 'it is not a point of the curve';
}

function readRsa(reader: SshReader): SshPublicKey | string | undefined {
  const exponent = reader.bigNumber();
  const modulus = reader.bigNumber();
  if (exponent === undefined || modulus === undefined || reader.rest().length > 0) return undefined;
  return rsaPublicKey(modulus, exponent);
}

/** The public key of a point; undefined where it is none. */
export function ed25519PublicKey(bytes: Uint8Array): SshPublicKey | undefined {
  const point = montgomeryPoint(bytes);
  return point && { type: 'ssh-ed25519', blob: sshMessage('ssh-ed25519', bytes), point };
}

/** The public key of a modulus and an exponent without zeros before; answers what is wrong where age refuses it. */
export function rsaPublicKey(modulus: Uint8Array, exponent: Uint8Array): SshPublicKey | string {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < fewestBits) return `it has ${bits} bits, and age takes no RSA key with less than ${fewestBits}`;
  if (bits > mostBits) return `it has ${bits} bits, more than ${mostBits}`;
  const odd = (exponent.at(-1) ?? 0) & 1;
  if (odd === 0 || exponent.length > 3 || (exponent.length === 1 && exponent[0] === 1)) return 'its exponent is not possible';
  const jwk = { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
  const blob = sshMessage('ssh-rsa', sshNumber(exponent), sshNumber(modulus));
  return { type: 'ssh-rsa', blob, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** How stanzas name the key they are for: four bytes of its digest, which another key may share. */
export const sshTag = ({ blob }: SshPublicKey): string => bareBase64(createHash('sha256').update(blob).digest().subarray(0, 4));
