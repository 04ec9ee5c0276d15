import { createDecipheriv, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { SopsError } from '../../errors.ts';
import { bcryptPbkdf } from './bcrypt-pbkdf.node.ts';
import { type KeyPair, keyPair } from './native.node.ts';
import { ed25519PublicKey, readSshPublicKey, rsaPublicKey, type SshPublicKey, unsupportedKind } from './ssh-public-key.node.ts';
import { SshReader } from './ssh-wire.ts';

/** A private key of SSH that age can decrypt with. */
export type SshIdentity = { readonly publicKey: SshPublicKey } & (
  | {
      readonly type: 'ssh-ed25519';
      /** Its X25519 form. */
      readonly pair: KeyPair;
    }
  | { readonly type: 'ssh-rsa'; readonly key: KeyObject }
);

/** A private key behind a passphrase. */
export interface LockedSshKey {
  /** Old formats do not say whose it is. */
  readonly publicKey: SshPublicKey | undefined;
  /** Throws `MALFORMED_KEY` for a wrong passphrase. */
  readonly unlock: (passphrase: string) => SshIdentity;
}

/** Reads a private key as OpenSSH keeps it, or in PEM (PKCS#1 and PKCS#8, as OpenSSL writes it). Throws `MALFORMED_KEY`, never naming what it holds. */
export function readSshPrivateKey(text: string): SshIdentity | LockedSshKey {
  const [pem, label = '', body = ''] = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^]*?)-----END \1-----/.exec(text) ?? [];
  if (pem === undefined) throw malformed(/^(ssh|ecdsa|sk)-/.test(text) ? 'it is the public half of a key' : 'no private key is in it');
  if (label === 'OPENSSH PRIVATE KEY') return readOpenSsh(Buffer.from(body, 'base64'));
  if (!label.endsWith('PRIVATE KEY')) throw malformed('no private key is in it');
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(body)) {
    return { publicKey: undefined, unlock: (passphrase) => readPem(pem, passphrase) };
  }
  return readPem(pem);
}

const malformed = (why: string, cause?: unknown): SopsError =>
  new SopsError('MALFORMED_KEY', `it is not an SSH key that age can use: ${why}`, { cause });

const wrongPassphrase = (): SopsError => new SopsError('MALFORMED_KEY', 'the passphrase is wrong');

function readPem(pem: string, passphrase?: string): SshIdentity {
  try {
    return fromKeyObject(createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase }));
  } catch (error) {
    if (error instanceof SopsError) throw error;
    throw passphrase === undefined ? malformed('it is broken') : wrongPassphrase();
  }
}

function fromKeyObject(key: KeyObject): SshIdentity {
  const kind = key.asymmetricKeyType;
  const { d = '', x = '', n = '', e = '' } = kind === 'ed25519' || kind === 'rsa' ? key.export({ format: 'jwk' }) : {};
  if (kind === 'ed25519') return ed25519Identity(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'));
  if (kind === 'rsa') return rsaIdentity(key, rsaPublicKey(Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')));
  throw malformed(unsupportedKind(kind ?? ''));
}

function ed25519Identity(seed: Uint8Array, point: Uint8Array): SshIdentity {
  const publicKey = ed25519PublicKey(point);
  const pair = keyPair(createHash('sha512').update(seed).digest().subarray(0, 32));
  if (publicKey?.type !== 'ssh-ed25519' || !pair.public.every((byte, at) => byte === publicKey.point[at]))
    throw malformed('its halves do not fit');
  return { type: 'ssh-ed25519', publicKey, pair };
}

function rsaIdentity(key: KeyObject, publicKey: SshPublicKey | string): SshIdentity {
  if (typeof publicKey === 'string') throw malformed(publicKey);
  return { type: 'ssh-rsa', publicKey, key };
}

const magic = 'openssh-key-v1\0';
const broken = (): SopsError => malformed('it is broken');

/** OpenSSH's PROTOCOL.key. */
function readOpenSsh(file: Buffer): SshIdentity | LockedSshKey {
  if (file.subarray(0, magic.length).toString('latin1') !== magic) throw broken();
  const reader = new SshReader(file.subarray(magic.length));
  const [cipher, kdf, options] = [reader.text(), reader.text(), reader.string()];
  const count = reader.number();
  const [publicBlob, sealed] = [reader.string(), reader.string()];
  if (cipher === undefined || options === undefined || publicBlob === undefined || sealed === undefined) throw broken();
  if (count !== 1) throw malformed('it holds several keys');
  const publicKey = readSshPublicKey(publicBlob);
  if (typeof publicKey === 'string') throw malformed(publicKey);
  if (cipher === 'none') return readPrivatePart(sealed, publicKey, broken);
  const { salt, rounds } = readKdf(kdf, options);
  const trailer = reader.rest();
  return {
    publicKey,
    unlock: (passphrase) => readPrivatePart(decrypt(cipher, { passphrase, salt, rounds, sealed, trailer }), publicKey, wrongPassphrase),
  };
}

/** As Go's reader has it: more would take longer than anybody waits. */
const mostRounds = 2048;

function readKdf(name: string | undefined, options: Uint8Array): { readonly salt: Uint8Array; readonly rounds: number } {
  const reader = new SshReader(options);
  const salt = reader.string();
  const rounds = reader.number();
  if (name !== 'bcrypt') throw malformed('its passphrase is used in a way that is not known');
  if (salt === undefined || salt.length === 0 || rounds === undefined || rounds === 0) throw broken();
  if (rounds > mostRounds) throw malformed(`its passphrase takes ${rounds} rounds, more than ${mostRounds}`);
  return { salt, rounds };
}

interface Sealed {
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly rounds: number;
  readonly sealed: Uint8Array;
  /** What follows: the tag of an authenticated cipher. */
  readonly trailer: Uint8Array;
}

/** The ciphers that `ssh-keygen -Z` knows and this platform has; length of key and nonce in bytes. */
const ciphers: Readonly<Record<string, readonly [name: string, key: number, nonce: number]>> = {
  'aes256-ctr': ['aes-256-ctr', 32, 16],
  'aes192-ctr': ['aes-192-ctr', 24, 16],
  'aes128-ctr': ['aes-128-ctr', 16, 16],
  'aes256-cbc': ['aes-256-cbc', 32, 16],
  'aes192-cbc': ['aes-192-cbc', 24, 16],
  'aes128-cbc': ['aes-128-cbc', 16, 16],
  '3des-cbc': ['des-ede3-cbc', 24, 8],
};
const authenticated: Readonly<Record<string, readonly ['aes-128-gcm' | 'aes-256-gcm', key: number, nonce: number]>> = {
  'aes256-gcm@openssh.com': ['aes-256-gcm', 32, 12],
  'aes128-gcm@openssh.com': ['aes-128-gcm', 16, 12],
};

function decrypt(cipher: string, { passphrase, salt, rounds, sealed, trailer }: Sealed): Uint8Array {
  const [name, keyLength, nonceLength] = ciphers[cipher] ?? authenticated[cipher] ?? [];
  if (name === undefined || keyLength === undefined || nonceLength === undefined)
    throw malformed(`its cipher is not known: ${shown(cipher)}`);
  const derived = bcryptPbkdf(Buffer.from(passphrase), salt, rounds, keyLength + nonceLength);
  const [key, nonce] = [derived.subarray(0, keyLength), derived.subarray(keyLength)];
  try {
    const gcm = authenticated[cipher]?.[0];
    const opening =
      gcm === undefined ? createDecipheriv(name, key, nonce).setAutoPadding(false) : createDecipheriv(gcm, key, nonce).setAuthTag(trailer);
    return Buffer.concat([opening.update(sealed), opening.final()]);
  } catch {
    throw wrongPassphrase();
  }
}

const shown = (name: string): string => name.replaceAll(/[^\w@.-]/g, '?').slice(0, 60);

/** Two equal numbers, the key, a comment, and 1, 2, 3 … up to the end of a block. */
function readPrivatePart(bytes: Uint8Array, publicKey: SshPublicKey, unreadable: () => SopsError): SshIdentity {
  const reader = new SshReader(bytes);
  const check = reader.number();
  if (check === undefined || check !== reader.number()) throw unreadable();
  const type = reader.text();
  if (type !== publicKey.type) throw malformed('its halves do not fit');
  const identity = type === 'ssh-rsa' ? readRsa(reader) : readEd25519(reader);
  const comment = reader.string();
  if (identity === undefined || comment === undefined || !reader.rest().every((byte, at) => byte === at + 1)) throw broken();
  if (!Buffer.from(identity.publicKey.blob).equals(publicKey.blob)) throw malformed('its halves do not fit');
  return identity;
}

function readEd25519(reader: SshReader): SshIdentity | undefined {
  const point = reader.string();
  const secret = reader.string();
  return point === undefined || secret?.length !== 64 ? undefined : ed25519Identity(secret.subarray(0, 32), point);
}

function readRsa(reader: SshReader): SshIdentity | undefined {
  const numbers = Array.from({ length: 6 }, () => reader.bigNumber());
  const [n, e, d, qi, p, q] = numbers.filter((number) => number !== undefined);
  if (n === undefined || e === undefined || d === undefined || qi === undefined || p === undefined || q === undefined) return undefined;
  return rsaIdentity(rsaPrivateKey({ n, e, d, p, q, qi }), rsaPublicKey(n, e));
}

/** The numbers of RFC 8017, section 3.2, but for two that follow from the others. */
type RsaNumbers = Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'qi', Uint8Array>>;

function rsaPrivateKey(numbers: RsaNumbers): KeyObject {
  const [n, d, p, q] = [toNumber(numbers.n), toNumber(numbers.d), toNumber(numbers.p), toNumber(numbers.q)];
  if (p < 3n || q < 3n || p * q !== n) throw broken();
  const all = { ...numbers, dp: toBytes(d % (p - 1n)), dq: toBytes(d % (q - 1n)) };
  const jwk = Object.fromEntries(Object.entries(all).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64url')]));
  try {
    return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  } catch {
    throw broken();
  }
}

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
function toBytes(number: bigint): Uint8Array {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length & 1), '0'), 'hex');
}
