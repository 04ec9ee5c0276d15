import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import type { Holder, KeyPlace } from '../keysource.ts';
import { rememberingOnce } from '../../services/once.ts';
import { givenKeys } from './given-keys.node.ts';

interface Searched extends KeyPlace {
  /** Fingerprints of the parts of keys, and of the keys themselves. */
  readonly parts: readonly string[];
}

const listedOnce = rememberingOnce<Searched>();
const givenOnce = rememberingOnce<readonly Searched[]>();

/** The private keys that variables give, and the keyring of gpg with those in it. */
export const heldPlaces = async (context: Context): Promise<readonly KeyPlace[]> => searched(context);

const searched = async (context: Context): Promise<readonly Searched[]> => [...(await given(context)), await keyring(context)];

const given = async (context: Context): Promise<readonly Searched[]> =>
  context.env['SOPS_PGP_KEY'] || context.env['SOPS_PGP_KEY_FILE'] ? givenOnce(context, 'given', async () => readGiven(context)) : [];

async function readGiven(context: Context): Promise<readonly Searched[]> {
  const { privateFingerprints } = await import('./client-openpgp.ts');
  try {
    const places: Searched[] = [];
    for (const block of await givenKeys(context)) {
      const { keys, parts } = await privateFingerprints(block);
      places.push({ name: block.from, keys, parts, ...(keys.length === 0 ? { note: noPrivateKey } : {}) });
    }
    return places;
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    // A file that is not there is told of with the variable.
    return [{ name: 'SOPS_PGP_KEY', keys: [], parts: [], note: error.message, flawed: error.code === 'MALFORMED_KEY' }];
  }
}

const keyring = async (context: Context): Promise<Searched> => listedOnce(context, 'gpg', async () => listKeys(context));

async function listKeys({ env, run }: Context): Promise<Searched> {
  const program = env['SOPS_GPG_EXEC'] || 'gpg';
  const name = `keyring of ${program}`;
  const { status, stdout } = await run([program, '--batch', '--with-colons', '--with-fingerprint', '--list-secret-keys'], {
    timeout: 10_000,
  });
  if (status === 127)
    return {
      name,
      keys: [],
      parts: [],
      note: `${program} cannot be started: install GnuPG, or name its program in SOPS_GPG_EXEC`,
      flawed: !env['SOPS_PGP_KEY'] && !env['SOPS_PGP_KEY_FILE'],
    };
  if (status !== 0)
    return { name, keys: [], parts: [], note: 'cannot be read: its agent does not answer; try `gpgconf --launch gpg-agent`', flawed: true };
  const { keys, parts } = readListing(new TextDecoder().decode(stdout));
  return { name, keys, parts, ...(keys.length === 0 ? { note: noPrivateKey } : {}) };
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

const noPrivateKey = 'holds no private key';

/** Where the private half of a key is, named by a fingerprint or the end of one. */
export async function holderOf(fingerprint: string, context: Context): Promise<Holder> {
  const wanted = fingerprint.replace(/^0x/i, '').replace(/!$/, '').toUpperCase();
  const places = await searched(context);
  const place = wanted.length < 8 ? undefined : places.find(({ parts }) => parts.some((part) => part.endsWith(wanted)));
  return place === undefined ? { advice: places.find(({ flawed }) => flawed === true)?.note } : { place: place.name };
}
