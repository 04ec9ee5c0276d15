import { SopsError } from '../../errors.ts';
import type { Context, RunResult } from '../../ports.ts';
import { type Part, whyUnfit } from './part.ts';

/** Encrypts with the program gpg to armored text, with the options that sops gives it; says why a key is not used, which gpg does not. */
export async function encryptWithGpg(dataKey: Uint8Array, fingerprint: string, context: Context, signal?: AbortSignal): Promise<string> {
  const options = ['--no-default-recipient', '--yes', '--encrypt', '-a', '-r', fingerprint];
  const { status, stdout, stderr } = await gpg(
    [...options, '--trusted-key', shortId(fingerprint), '--no-encrypt-to'],
    dataKey,
    context,
    signal,
  );
  if (status === 0) return new TextDecoder().decode(stdout).trim();
  const reason = whyUnfit(await partsOf(fingerprint, context, signal), fingerprint);
  throw new SopsError('DATA_KEY_UNWRAPPABLE', reason === undefined ? said(status, stderr) : `${reason} (${said(status, stderr)})`);
}

/** Decrypts with the program gpg, which asks its agent for the passphrase, and that a person, unless nobody may be asked. */
export async function decryptWithGpg(wrapped: string, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const quietly = context.unattended === true ? ['--batch', '--pinentry-mode', 'error'] : [];
  const { status, stdout, stderr } = await gpg([...quietly, ...bounded, '-d'], new TextEncoder().encode(wrapped), context, signal);
  if (status !== 0) throw new SopsError('DATA_KEY_UNRECOVERABLE', said(status, stderr));
  // An old gpg drops what it does not know (AEAD) and reports success.
  if (stdout.length === 0) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'it printed nothing: the message may need a newer gpg');
  return stdout;
}

/** A message can be made to grow a million times; a data key is short. This is the one option that real sops does not give. */
const bounded = ['--max-output', '65536'];

async function gpg(args: readonly string[], input: Uint8Array, { env, run }: Context, signal?: AbortSignal): Promise<RunResult> {
  const program = env['SOPS_GPG_EXEC'] || 'gpg';
  const home = env['GNUPGHOME'];
  const result = await run([program, ...args], {
    input,
    ...(home === undefined ? {} : { env: { GNUPGHOME: home } }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'it was given up');
  if (result.status !== 127) return result;
  const remedy = 'install GnuPG, name its program in SOPS_GPG_EXEC, or give keys in SOPS_PGP_KEY or SOPS_PGP_KEY_FILE';
  throw new SopsError('DATA_KEY_UNRECOVERABLE', `'${program}' cannot be started: ${result.stderr.trim()}; ${remedy}`);
}

/** Lines about how gpg reckons trust, which has no say here. */
const aside = /^gpg: (checking the trustdb|marginals needed|depth:|next trustdb check|please do a --check-trustdb)/;
const longest = 600;

/** What gpg wrote, in one line, and what to do where that is known. */
function said(status: number, stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const told = lines
    .filter((line) => line !== '' && !aside.test(line))
    .join('; ')
    .slice(0, longest);
  const [, remedy] = remedies.find(([pattern]) => pattern.test(stderr)) ?? [];
  return `${told || `it ended with status ${status}`}${remedy === undefined ? '' : `; ${remedy}`}`;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/Inappropriate ioctl for device/, 'run `export GPG_TTY=$(tty)` first, so that it can ask for the passphrase'],
  [/No pinentry/, 'install a pinentry program, so that it can ask for the passphrase'],
  [/Bad passphrase/, 'the passphrase is wrong'],
  [/Operation cancelled/, 'the passphrase was not given'],
  [/No public key/, 'import the key with `gpg --import` or `gpg --receive-keys`'],
  [/No secret key/, 'none of your private keys opens it'],
  [/can't connect to the (gpg-)?agent|No agent running/i, 'start the agent with `gpgconf --launch gpg-agent`'],
];

/** The last 16 digits, and the `!` behind them that asks for this very subkey: older versions of gpg want a short one here. */
const shortId = (fingerprint: string): string => fingerprint.slice(fingerprint.endsWith('!') ? -17 : -16);

/** What gpg knows of a key; nothing where it knows none, or several. */
async function partsOf(fingerprint: string, context: Context, signal?: AbortSignal): Promise<readonly Part[]> {
  const listing = ['--batch', '--with-colons', '--with-subkey-fingerprint', '--list-keys', '--', fingerprint.replace(/!$/, '')];
  const { status, stdout } = await gpg(listing, new Uint8Array(0), context, signal);
  const keys = new TextDecoder()
    .decode(stdout)
    .split(/^(?=pub:)/m)
    .filter((text) => text.startsWith('pub:'));
  return status === 0 && keys.length === 1 ? readParts(keys[0] ?? '') : [];
}

/** Reads a key of a listing (`doc/DETAILS` of GnuPG): `pub` and `sub` records, each followed by its `fpr`. */
const readParts = (listing: string): readonly Part[] => listing.split(/^(?=sub:)/m).map(readPart);

function readPart(text: string): Part {
  const [record = [], ...others] = text.split('\n').map((line) => line.split(':'));
  const fingerprint = others.find(([kind]) => kind === 'fpr')?.[9] ?? '';
  return { fingerprint, encrypts: capabilitiesOf(record).includes('e'), ...stateOf(record) };
}

const capabilitiesOf = (record: readonly string[]): string => record[11] ?? '';

function stateOf(record: readonly string[]): Pick<Part, 'state' | 'expired'> {
  const [, validity = '', , , , , expires = ''] = record;
  if (validity === 'e' && expires !== '') return { state: 'expired', expired: new Date(Number(expires) * 1000).toISOString().slice(0, 10) };
  return { state: capabilitiesOf(record).includes('D') ? 'disabled' : (states[validity] ?? 'usable') };
}

const states: Readonly<Record<string, Part['state']>> = { e: 'expired', r: 'revoked', i: 'invalid', d: 'disabled' };
