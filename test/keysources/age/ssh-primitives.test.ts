import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcryptPbkdf } from '../../../src/keysources/age/bcrypt-pbkdf.node.ts';
import { montgomeryPoint } from '../../../src/keysources/age/edwards.ts';
import { keyPair } from '../../../src/keysources/age/primitives.node.ts';
import { sshMessage, sshNumber, SshReader } from '../../../src/keysources/age/ssh-wire.ts';

describe('bcrypt_pbkdf', () => {
  // Of OpenBSD's own implementation.
  it.each([
    [12, 'password', 'salt', '1ae42c05d487bc02f64921a4ebe4ea93bcacfe135fda99974c06b7b01fae149a'],
    [3, 'passwordy\0PASSWORD\0', 'salty\0SALT\0', '7f310bd3e78c3280c59ce4595211a2928e8d4ec744c1ed2efc9f764e3388e0ad'],
    [
      8,
      'секретное слово',
      'посолить немножко',
      '8df43fc6fe131fc47f0c9e39224bd94c70b6fcc8ee8135faddf61156e6cb2733ea765f315a3e1e4afc35bf8687d189254c1e05a6fe80c0617f9183d67260d6a115c6c94e3603e2303fbb43a76a64523ffda686b1d4518543',
    ],
  ])('derives in %i rounds what OpenBSD derives', (rounds, passphrase, salt, expected) => {
    const derived = bcryptPbkdf(Buffer.from(passphrase), Buffer.from(salt), rounds, expected.length / 2);
    expect(derived.toString('hex')).toBe(expected);
  });
});

describe('an Ed25519 public key', () => {
  it('has the X25519 form that belongs to the X25519 form of its private key', () => {
    for (let count = 0; count < 50; count++) {
      const { privateKey } = generateKeyPairSync('ed25519');
      const { d = '' } = privateKey.export({ format: 'jwk' });
      const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
      const secret = createHash('sha512').update(Buffer.from(d, 'base64url')).digest().subarray(0, 32);
      const point = montgomeryPoint(Buffer.from(x, 'base64url'));
      expect(Buffer.from(point ?? []).toString('hex')).toBe(Buffer.from(keyPair(secret).public).toString('hex'));
    }
  });

  it('is a point of the curve about every second time', () => {
    let count = 0;
    for (let y = 2; y < 202; y++) if (montgomeryPoint(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? y : 7)))) count++;
    expect(count).toBeGreaterThan(70);
    expect(count).toBeLessThan(130);
  });
});

describe('a message of SSH', () => {
  it('is read as it was written', () => {
    const strings = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    const reading = fc.property(strings, (parts) => {
      const reader = new SshReader(sshMessage(...parts));
      for (const part of parts) expect(reader.string()).toEqual(part);
      expect(reader.rest()).toHaveLength(0);
      expect(reader.string()).toBeUndefined();
    });
    fc.assert(reading, { numRuns: 300 });
  });

  it('has numbers without a sign', () => {
    const reading = fc.property(fc.bigInt({ min: 0n, max: 2n ** 80n }), (number) => {
      const bytes = number === 0n ? new Uint8Array(0) : Buffer.from(number.toString(16).padStart(22, '0'), 'hex');
      const shortest = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
      const read = new SshReader(sshMessage(sshNumber(shortest))).bigNumber();
      expect(BigInt(`0x0${Buffer.from(read ?? []).toString('hex')}`)).toBe(number);
    });
    fc.assert(reading, { numRuns: 300 });
    expect(new SshReader(sshMessage(Uint8Array.of(128))).bigNumber()).toBeUndefined();
  });

  it('that is cut off ends in nothing', () => {
    const reading = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const reader = new SshReader(bytes);
      for (let count = 0; count < 20; count++) reader.string();
      expect(reader.rest().length).toBeLessThanOrEqual(bytes.length);
    });
    fc.assert(reading, { numRuns: 300 });
  });
});
