import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';

/** Encrypts with the program gpg to armored text, with the options that sops gives it. */
export async function encryptWithGpg(dataKey: Uint8Array, fingerprint: string, context: Context): Promise<string> {
  const options = ['--no-default-recipient', '--yes', '--encrypt', '-a', '-r', fingerprint];
  const stdout = await gpg([...options, '--trusted-key', shortId(fingerprint), '--no-encrypt-to'], dataKey, context);
  return new TextDecoder().decode(stdout).trim();
}

/** Decrypts with the program gpg, which asks its agent for the passphrase. */
export async function decryptWithGpg(wrapped: string, context: Context): Promise<Uint8Array> {
  const stdout = await gpg(['-d'], new TextEncoder().encode(wrapped), context);
  // An old gpg drops what it does not know (AEAD) and reports success.
  if (stdout.length === 0) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'it printed nothing: the message may need a newer gpg');
  return stdout;
}

async function gpg(args: readonly string[], input: Uint8Array, { env, run }: Context): Promise<Uint8Array> {
  const program = env['SOPS_GPG_EXEC'] || 'gpg';
  const home = env['GNUPGHOME'];
  const { status, stdout, stderr } = await run([program, ...args], { input, ...(home === undefined ? {} : { env: { GNUPGHOME: home } }) });
  if (status === 0) return stdout;
  const said = stderr.trim().replace(/\s*\n\s*/g, '; ');
  throw new SopsError(
    'DATA_KEY_UNRECOVERABLE',
    status === 127 ? `'${program}' cannot be started: ${said}` : said || `it ended with status ${status}`,
  );
}

/** The last 16 digits, and the `!` behind them that asks for this very subkey: older versions of gpg want a short one here. */
const shortId = (fingerprint: string): string => fingerprint.slice(fingerprint.endsWith('!') ? -17 : -16);
