import type { Context } from '../../ports.ts';
import type { Holder, KeyPlace } from '../keysource.ts';
import { rememberingOnce } from '../../services/once.ts';

interface Searched extends KeyPlace {
  /** Fingerprints of the parts of keys, and of the keys themselves. */
  readonly parts: readonly string[];
}

const listedOnce = rememberingOnce<Searched>();

/** The keyring of gpg, and the private keys in it. */
export const heldPlaces = async (context: Context): Promise<readonly KeyPlace[]> => [await keyring(context)];

const keyring = async (context: Context): Promise<Searched> => listedOnce(context, 'gpg', async () => listKeys(context));

async function listKeys({ env, run }: Context): Promise<Searched> {
  const program = env['SOPS_GPG_EXEC'] || 'gpg';
  const name = `keyring of ${program}`;
  const { status, stdout } = await run([program, '--batch', '--with-colons', '--with-fingerprint', '--list-secret-keys'], {
    timeout: 10_000,
  });
  const given = env['SOPS_PGP_KEY'] !== undefined || env['SOPS_PGP_KEY_FILE'] !== undefined;
  if (status === 127)
    return {
      name,
      keys: [],
      parts: [],
      note: `${program} cannot be started: install GnuPG, or name its program in SOPS_GPG_EXEC`,
      flawed: !given,
    };
  if (status !== 0)
    return { name, keys: [], parts: [], note: 'cannot be read: its agent does not answer; try `gpgconf --launch gpg-agent`', flawed: true };
  const { keys, parts } = readListing(new TextDecoder().decode(stdout));
  return { name, keys, parts, ...(keys.length === 0 ? { note: 'holds no private key' } : {}) };
}

/** Reads a listing (`doc/DETAILS` of GnuPG): `sec` and `ssb` records, each followed by its `fpr`. */
function readListing(listing: string): Pick<Searched, 'keys' | 'parts'> {
  const keys: string[] = [];
  const parts: string[] = [];
  let record = '';
  for (const [kind = '', ...fields] of listing.split('\n').map((line) => line.split(':'))) {
    const fingerprint = kind === 'fpr' ? (fields[8] ?? '') : '';
    if (fingerprint === '') record = kind;
    else {
      parts.push(fingerprint);
      if (record === 'sec') keys.push(fingerprint);
    }
  }
  return { keys, parts };
}

/** Whether the keyring has the private half of a key, named by a fingerprint or the end of one. */
export async function holderOf(fingerprint: string, context: Context): Promise<Holder> {
  const wanted = fingerprint.replace(/^0x/i, '').replace(/!$/, '').toUpperCase();
  const { name, parts, note, flawed } = await keyring(context);
  if (wanted.length >= 8 && parts.some((part) => part.endsWith(wanted))) return { place: name };
  return { advice: flawed === true ? note : undefined };
}
