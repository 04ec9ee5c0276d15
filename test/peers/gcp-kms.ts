import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Refusal } from './gcp-status.ts';

/** Who asks, as an e-mail address or a principal of a workload pool. */
export type Principal = string;

const ring = 'projects/p1/locations/global/keyRings/ring1/cryptoKeys';

/** The keys that the service has. */
export const keys: Readonly<Record<'key' | 'other' | 'disabled' | 'destroyed' | 'missing', string>> = {
  /** `user` may use it. */
  key: `${ring}/key1`,
  /** `user` and `keeper` may use it. */
  other: `${ring}/key2`,
  /** Its only version was disabled. */
  disabled: `${ring}/disabled`,
  /** Its only version was destroyed. */
  destroyed: `${ring}/destroyed`,
  /** There is no such key. */
  missing: `${ring}/missing`,
};

/** Who may use keys, and who may not. */
export const people = {
  user: 'sops@p1.iam.gserviceaccount.com',
  /** May use `other` alone. */
  keeper: 'keeper@p1.iam.gserviceaccount.com',
  /** May use no key. */
  stranger: 'stranger@p1.iam.gserviceaccount.com',
  /** May use no key, but act as `user`. */
  deployer: 'deployer@p1.iam.gserviceaccount.com',
  person: 'alice@example.com',
  /** A job of a workload identity pool that may act as `user`, and use both keys itself. */
  job: 'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/subject/job',
} as const;

const allowed: Readonly<Record<string, readonly Principal[]>> = {
  [keys.key]: [people.user, people.person, people.job],
  [keys.other]: [people.user, people.keeper, people.person, people.job],
  [keys.disabled]: [people.user],
  [keys.destroyed]: [people.user],
};
const states: Readonly<Record<string, string>> = { [keys.disabled]: 'DISABLED', [keys.destroyed]: 'DESTROYED' };

/** Encrypts as Cloud KMS does with a symmetric key: only the service can read the answer. Throws {@link Refusal}. */
export function encrypt(name: string, plaintext: Uint8Array, principal: Principal): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', material(name, 'Encrypt', principal), nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

export function decrypt(name: string, ciphertext: Uint8Array, principal: Principal): Uint8Array {
  const secret = material(name, 'Decrypt', principal);
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, ciphertext.subarray(0, 12)).setAuthTag(ciphertext.subarray(-16));
    return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new Refusal('INVALID_ARGUMENT', 'Decryption failed: the ciphertext is invalid.');
  }
}

function material(name: string, action: 'Encrypt' | 'Decrypt', principal: Principal): Buffer {
  const permission = `cloudkms.cryptoKeyVersions.useTo${action}`;
  const entitled = allowed[name];
  if (entitled === undefined) throw new Refusal('NOT_FOUND', `CryptoKey ${name} not found.`);
  if (!entitled.includes(principal))
    throw new Refusal('PERMISSION_DENIED', `Permission '${permission}' denied on resource '${name}' (or it may not exist).`);
  const state = states[name];
  if (state !== undefined)
    throw new Refusal('FAILED_PRECONDITION', `${name}/cryptoKeyVersions/1 is not enabled, current state is: ${state}.`);
  return createHash('sha256').update(`key material of ${name}`).digest();
}

/** CRC-32C, as the service sends it along: the remainder bit by bit. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return ~sum >>> 0;
}
