import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeed } from './run.ts';

/** A GnuPG home of its own, with an agent of its own. */
export interface GpgHome {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs gpg there; answers its output. */
  gpg(...args: readonly string[]): Promise<string>;
  /** Makes a key that can encrypt; answers the fingerprints of the key and its subkeys, the key's own first. */
  generate(options: GenerateOptions): Promise<readonly string[]>;
  fingerprints(name: string): Promise<readonly string[]>;
  importKeys(armored: string): Promise<void>;
  /** Revokes a key, or one of its subkeys by its number. */
  revoke(fingerprint: string, subkey?: number): Promise<void>;
  /** Has a script of the shell stand for the program that asks for passphrases. */
  pinentry(script: string): Promise<void>;
  /** Stops the agent and removes the folder. */
  close(): Promise<void>;
}

export interface GenerateOptions {
  readonly name: string;
  /** Algorithms as gpg names them: of the key, and of the subkey that encrypts. */
  readonly algorithms: readonly [string, string];
  readonly passphrase?: string;
  /** As gpg takes it: `never`, `1y`. */
  readonly expires?: string;
}

/** Makes a home. Its path is short, since the agent's socket lies in it and the path of a socket has at most 107 bytes. */
export async function openGpgHome(program: string): Promise<GpgHome> {
  // Not os.tmpdir(): it can be long.
  const path = await mkdtemp('/tmp/g');
  await chmod(path, 0o700);
  const env = { GNUPGHOME: path };
  const batch = ['--batch', '--pinentry-mode', 'loopback'];
  const gpg = async (...args: readonly string[]): Promise<string> => succeed([program, ...batch, ...args], { env });
  const gpgWith = async (input: string, ...args: readonly string[]): Promise<string> =>
    succeed([program, ...args], { env, input: Buffer.from(input) });
  const gpgconf = async (...args: readonly string[]): Promise<string> => succeed(['gpgconf', '--homedir', path, ...args], { env });
  const fingerprints = async (name: string): Promise<readonly string[]> => {
    const listing = await gpg('--with-colons', '--with-subkey-fingerprint', '--list-keys', name);
    return Array.from(listing.matchAll(/^fpr:+([0-9A-F]{40}):/gm), ([, fingerprint = '']) => fingerprint);
  };
  return {
    path,
    env,
    gpg,
    fingerprints,
    generate: async ({ name, algorithms: [primary, sub], passphrase = '', expires = 'never' }) => {
      await gpg('--passphrase', passphrase, '--quick-generate-key', name, primary, 'cert,sign', expires);
      const [fingerprint = ''] = await fingerprints(name);
      await gpg('--passphrase', passphrase, '--quick-add-key', fingerprint, sub, 'encr', expires);
      return fingerprints(name);
    },
    importKeys: async (armored) => void (await gpgWith(armored, ...batch, '--import')),
    revoke: async (fingerprint, subkey) => {
      const answers = subkey === undefined ? ['revkey'] : [`key ${subkey}`, 'revkey'];
      const interactive = [
        '--no-tty',
        '--status-fd',
        '2',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        '--command-fd',
        '0',
        '--edit-key',
        fingerprint,
      ];
      await gpgWith([...answers, 'y', '0', '', 'y', 'save', ''].join('\n'), ...interactive);
    },
    pinentry: async (script) => {
      const file = join(path, 'pinentry');
      await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      await writeFile(join(path, 'gpg-agent.conf'), `pinentry-program ${file}\n`);
      await gpgconf('--kill', 'gpg-agent');
    },
    close: async () => {
      await gpgconf('--kill', 'gpg-agent');
      await rm(path, { recursive: true, force: true });
    },
  };
}
