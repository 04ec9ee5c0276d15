import type { MasterKey } from '../../metadata/metadata.ts';
import type { KeyOptions } from '../keysource.ts';

/** Text to text; sops lets a value be null, and then leaves it out of the request. */
export type EncryptionContext = Readonly<Record<string, string | null>>;

/** A key of AWS KMS. */
export interface KmsKey extends MasterKey {
  readonly kind: 'kms';
  /** Of a key or an alias; a wrong one is refused where it is used, as real sops does. */
  readonly arn: string;
  /** The role to assume first. */
  readonly role?: string;
  readonly encryptionContext?: EncryptionContext;
  readonly profile?: string;
}

/** Puts a key together, leaving out what is empty. */
export function kmsKey(arn: string, rest: { role?: string; encryptionContext?: EncryptionContext; profile?: string }): KmsKey {
  const { role = '', encryptionContext = {}, profile = '' } = rest;
  return {
    kind: 'kms',
    arn,
    ...(role === '' ? {} : { role }),
    ...(Object.keys(encryptionContext).length === 0 ? {} : { encryptionContext }),
    ...(profile === '' ? {} : { profile }),
  };
}

/** Reads `ARN`, or `ARN+ROLE` with the ARN of a role to assume. */
export function parseArn(text: string, { encryptionContext = {}, awsProfile = '' }: KeyOptions): KmsKey {
  const arn = text.replaceAll(' ', '');
  // A path in an ARN can hold a plus, never a colon: this plus stands between two ARNs.
  const plus = arn.indexOf('+arn:');
  const rest = { encryptionContext, profile: awsProfile };
  return plus > 0 ? kmsKey(arn.slice(0, plus), { ...rest, role: arn.slice(plus + 1) }) : kmsKey(arn, rest);
}

/** As real sops names it: `ARN+ROLE|CONTEXT|PROFILE`, the context as `key:value` sorted by key, without what is empty at the end. */
export function describeKmsKey({ arn, role, encryptionContext = {}, profile }: KmsKey): string {
  const name = role === undefined ? arn : `${arn}+${role}`;
  const context = Object.keys(encryptionContext)
    .sort()
    .map((key) => `${key}:${encryptionContext[key] ?? ''}`)
    .join(',');
  if (profile !== undefined) return `${name}|${context}|${profile}`;
  return context === '' ? name : `${name}|${context}`;
}

/** The ARN of a key or alias; its first group is the region. */
export const kmsArn: RegExp = /^arn:aws[\w-]*:kms:([\w-]+):[0-9]+:(?:key|alias)\/.+$/;
