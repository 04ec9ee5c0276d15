import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}
/** An authority of tests alone: it vouches for servers on loopback under whatever names they need. */
export interface Authority {
  readonly certificate: string;
  /** A certificate of a server for host names (`*.example.org` too) and IPv4 addresses. */
  issue(names: readonly string[]): Identity;
}

/** Makes an authority, without openssl: X.509 is written here as DER. */
export function makeAuthority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name, key: keys.privateKey };
  return {
    certificate: certify(issuer, { name, key: keys.publicKey, extensions: [basicConstraints(true), keyUsage(0x06)] }),
    issue: (names) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const extensions = [basicConstraints(false), keyUsage(0x80), serverAuth, alternativeNames(names)];
      return { certificate: certify(issuer, { name: names[0] ?? '', key: publicKey, extensions }), key: pem(privateKey) };
    },
  };
}

/** A certificate that only its own RSA key vouches for, as applications show to Entra. */
export function makeSelfSigned(name: string): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const subject = { name, key: publicKey, extensions: [basicConstraints(true)] };
  return { certificate: certify({ name, key: privateKey }, subject), key: pem(privateKey) };
}

/** What Entra calls `x5t#S256`. */
export const thumbprint = (certificate: string): string =>
  createHash('sha256')
    .update(Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
    .digest('base64url');

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Subject {
  readonly name: string;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
}
const day = 24 * 60 * 60 * 1000;

function certify(issuer: Pick<Subject, 'name' | 'key'>, subject: Subject): string {
  const algorithm =
    issuer.key.asymmetricKeyType === 'rsa' ? sequence(oid('1.2.840.113549.1.1.11'), value(0x05)) : sequence(oid('1.2.840.10045.4.3.2'));
  const content = sequence(
    value(0xa0, value(0x02, Buffer.of(2))),
    value(0x02, Buffer.of(0x40), randomBytes(8)),
    algorithm,
    commonName(issuer.name),
    sequence(time(Date.now() - day), time(Date.now() + 2 * day)),
    commonName(subject.name),
    subject.key.export({ type: 'spki', format: 'der' }),
    value(0xa3, sequence(...subject.extensions)),
  );
  const der = sequence(content, algorithm, value(0x03, Buffer.of(0), sign('sha256', content, issuer.key)));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** One value of DER: its tag, its length in as few bytes as it takes, its content. */
function value(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const sizes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...sizes), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => value(0x30, ...parts);

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return value(0x06, Buffer.of(first * 40 + second, ...rest.flatMap(inGroupsOfSeven)));
}

const inGroupsOfSeven = (arc: number): readonly number[] =>
  arc < 0x80 ? [arc] : [...inGroupsOfSeven(arc >> 7).map((group) => group | 0x80), arc & 0x7f];

const time = (milliseconds: number): Buffer => {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:T]|\..*/g, '');
  return value(0x17, Buffer.from(`${digits.slice(2)}Z`));
};

const commonName = (name: string): Buffer => sequence(value(0x31, sequence(oid('2.5.4.3'), value(0x0c, Buffer.from(name)))));

const extension = (id: string, content: Buffer): Buffer => sequence(oid(id), value(0x01, Buffer.of(0xff)), value(0x04, content));
const basicConstraints = (authority: boolean): Buffer =>
  extension('2.5.29.19', sequence(...(authority ? [value(0x01, Buffer.of(0xff))] : [])));
const keyUsage = (bits: number): Buffer => extension('2.5.29.15', value(0x03, Buffer.of(0), Buffer.of(bits)));
const serverAuth = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')));
const alternativeNames = (names: readonly string[]): Buffer => extension('2.5.29.17', sequence(...names.map(alternative)));
const alternative = (name: string): Buffer =>
  /^[\d.]+$/.test(name) ? value(0x87, Buffer.from(name.split('.').map(Number))) : value(0x82, Buffer.from(name));
