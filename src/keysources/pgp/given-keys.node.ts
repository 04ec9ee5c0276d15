import { delimiter } from 'node:path';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';

const texts = 'SOPS_PGP_KEY';
const files = 'SOPS_PGP_KEY_FILE';

/** One block of armored keys, or a binary keyring. */
export type KeyBlock = { readonly armoredKeys: string } | { readonly binaryKeys: Uint8Array };

/** The keys that the environment gives without gpg: armored text in `SOPS_PGP_KEY`, files of either kind in `SOPS_PGP_KEY_FILE`. Throws where there are none. */
export async function givenKeys(context: Context): Promise<readonly KeyBlock[]> {
  const { env } = context;
  const paths = (env[files] ?? '').split(delimiter).filter((path) => path !== '');
  const blocks = armoredBlocks(env[texts] ?? '');
  if (env[texts] !== undefined && blocks.length === 0) throw new SopsError('MALFORMED_KEY', `${texts} holds no armored key`);
  for (const path of paths) blocks.push(...(await readBlocks(path, context)));
  if (blocks.length === 0) throw new SopsError('NO_MASTER_KEY', `neither ${texts} nor ${files} is set`);
  return blocks;
}

/** The passphrase for those keys, from `SOPS_PGP_PASSPHRASE` or the first line of `SOPS_PGP_PASSPHRASE_FILE`. */
export async function givenPassphrase(context: Context): Promise<string | undefined> {
  const { SOPS_PGP_PASSPHRASE: passphrase, SOPS_PGP_PASSPHRASE_FILE: path } = context.env;
  if (passphrase !== undefined || path === undefined) return passphrase;
  const content = await context.files.read(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `SOPS_PGP_PASSPHRASE_FILE '${path}' does not exist`);
  return new TextDecoder().decode(content).split(/\r?\n/, 1)[0];
}

const armoredBlocks = (text: string): KeyBlock[] =>
  Array.from(text.matchAll(/-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[^]*?-----END PGP \1 KEY BLOCK-----/g), ([armoredKeys]) => ({
    armoredKeys,
  }));

async function readBlocks(path: string, context: Context): Promise<readonly KeyBlock[]> {
  const content = await context.files.read(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `${files} '${path}' does not exist`);
  const blocks = armoredBlocks(new TextDecoder('latin1').decode(content));
  return blocks.length === 0 ? [{ binaryKeys: content }] : blocks;
}
