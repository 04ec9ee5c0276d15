import { delimiter } from 'node:path';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';

const texts = 'SOPS_PGP_KEY';
const files = 'SOPS_PGP_KEY_FILE';

/** One block of armored keys, or a binary keyring, and where it comes from. */
export type KeyBlock = { readonly from: string } & ({ readonly armoredKeys: string } | { readonly binaryKeys: Uint8Array });

/** The keys that the environment gives without gpg: armored text in `SOPS_PGP_KEY`, files of either kind in `SOPS_PGP_KEY_FILE`. Throws where there are none. */
export async function givenKeys(context: Context): Promise<readonly KeyBlock[]> {
  const { env } = context;
  const paths = (env[files] ?? '').split(delimiter).filter((path) => path !== '');
  const blocks = armoredBlocks(env[texts] ?? '', texts);
  if (env[texts] && blocks.length === 0) throw new SopsError('MALFORMED_KEY', `${texts} holds no armored key`);
  for (const path of paths) blocks.push(...(await readBlocks(path, context)));
  if (blocks.length === 0) throw new SopsError('NO_MASTER_KEY', `neither ${texts} nor ${files} is set`);
  return blocks;
}

/** The keyrings of gpg before 2.1, from which real sops reads keys where it finds them there. */
export async function oldKeyring(kind: 'public' | 'secret', context: Context): Promise<readonly KeyBlock[]> {
  const home = context.env['GNUPGHOME'] || (context.files.home === undefined ? undefined : `${context.files.home}/.gnupg`);
  if (home === undefined) return [];
  const names = kind === 'secret' ? ['secring.gpg', 'pubring.gpg'] : ['pubring.gpg'];
  for (const name of names) {
    const binaryKeys = await context.files.read(`${home}/${name}`);
    if (binaryKeys !== undefined) return binaryKeys.length === 0 ? [] : [{ from: `'${home}/${name}'`, binaryKeys }];
  }
  return [];
}

/** The passphrase for those keys, from `SOPS_PGP_PASSPHRASE` or the first line of `SOPS_PGP_PASSPHRASE_FILE`. */
export async function givenPassphrase(context: Context): Promise<string | undefined> {
  const { SOPS_PGP_PASSPHRASE: passphrase, SOPS_PGP_PASSPHRASE_FILE: path } = context.env;
  if (passphrase !== undefined || !path) return passphrase;
  const content = await context.files.read(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `SOPS_PGP_PASSPHRASE_FILE '${path}' does not exist`);
  return new TextDecoder().decode(content).split(/\r?\n/, 1)[0];
}

const armoredBlocks = (text: string, from: string): KeyBlock[] =>
  Array.from(text.matchAll(/-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[^]*?-----END PGP \1 KEY BLOCK-----/g), ([armoredKeys]) => ({
    from,
    armoredKeys,
  }));

async function readBlocks(path: string, context: Context): Promise<readonly KeyBlock[]> {
  const content = await context.files.read(path);
  const from = `${files} '${path}'`;
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `${from} does not exist`);
  const blocks = armoredBlocks(new TextDecoder('latin1').decode(content), from);
  if (blocks.length > 0) return blocks;
  // The first octet of every packet has its highest bit set (RFC 9580, 4.2).
  if ((content[0] ?? 0) < 0x80) throw new SopsError('MALFORMED_KEY', `${from} holds no PGP key`);
  return [{ from, binaryKeys: content }];
}
