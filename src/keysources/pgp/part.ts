/** A PGP key or one of its subkeys, as far as it decides whether anything can be encrypted for it. */
export interface Part {
  /** In upper case. */
  readonly fingerprint: string;
  readonly encrypts: boolean;
  readonly state: 'usable' | 'revoked' | 'expired' | 'disabled' | 'invalid';
  /** When it expired, in the form `2026-11-24`. */
  readonly expired?: string;
}

/**
 * Why nothing can be encrypted for a key; undefined where nothing speaks against it.
 * @param parts the key itself, then its subkeys
 * @param wanted the fingerprint, which asks for one very part if it ends with `!`
 */
export function whyUnfit([key, ...subkeys]: readonly Part[], wanted: string): string | undefined {
  if (key === undefined) return undefined;
  if (key.state !== 'usable') return `the key ${stateOf(key)}`;
  const parts = [key, ...subkeys];
  if (wanted.endsWith('!')) {
    const very = parts.find(({ fingerprint }) => names(wanted, fingerprint));
    return very && whyPartUnfit(very);
  }
  const forEncryption = parts.filter(({ encrypts }) => encrypts);
  if (forEncryption.length === 0) return 'no part of the key is for encryption: add a subkey that is';
  if (forEncryption.some(({ state }) => state === 'usable')) return undefined;
  return forEncryption.map((part) => `its subkey '${part.fingerprint}' ${stateOf(part)}`).join(', ');
}

function whyPartUnfit(part: Part): string | undefined {
  if (part.state !== 'usable') return `this subkey ${stateOf(part)}`;
  return part.encrypts ? undefined : 'this part of the key is not for encryption';
}

function stateOf({ state, expired }: Part): string {
  switch (state) {
    case 'usable':
      return 'is usable';
    case 'expired':
      return `expired${expired === undefined ? '' : ` on ${expired}`}`;
    case 'revoked':
    case 'disabled':
    case 'invalid':
      return `is ${state}`;
  }
}

/** Digits of a fingerprint or key ID that are enough to tell keys apart. */
const fewestDigits = 8;

/** Whether what names a key, in any case, with `0x` before it or `!` behind it, names a part by the end of its fingerprint. */
export function names(wanted: string, fingerprint: string): boolean {
  const digits = wanted.replace(/^0x|!$/gi, '').toUpperCase();
  return digits.length >= fewestDigits && fingerprint.toUpperCase().endsWith(digits);
}
