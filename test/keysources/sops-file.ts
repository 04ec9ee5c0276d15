import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyClient, KeyFields, KeySource } from '../../src/keysources/keysource.ts';
import type { MasterKey, WrappedKey } from '../../src/metadata/metadata.ts';
import type { Context } from '../../src/ports.ts';
import { run, succeed } from '../peers/run.ts';
import { needed } from '../support/peers.ts';

const secret = 'opened by real sops';

/** A file that real sops wrote, as JSON: its entries for one kind of master key can be taken out and put back. */
export interface SopsFile {
  readonly entries: readonly KeyFields[];
  /** Whether real sops still decrypts the file with other entries in their place. */
  opensWith(entries: readonly KeyFields[]): Promise<boolean>;
}

/** Has real sops encrypt a small file for master keys of one kind. */
export async function encryptWithSops(list: string, flags: readonly string[], env: Readonly<Record<string, string>>): Promise<SopsFile> {
  const sops = needed('sops');
  const plain = JSON.stringify({ secret });
  const printed = await withFile(plain, async (path) => succeed([sops, '--config', '/dev/null', 'encrypt', ...flags, path], { env }));
  const document: { sops: Record<string, SopsFile['entries']> } = JSON.parse(printed);
  return {
    entries: document.sops[list] ?? [],
    opensWith: async (entries) => {
      const changed = JSON.stringify({ ...document, sops: { ...document.sops, [list]: entries } });
      const { status, stdout } = await withFile(changed, async (path) => run([sops, 'decrypt', path], { env }));
      return status === 0 && Buffer.from(stdout).toString().includes(secret);
    },
  };
}

/** Both directions: we unwrap what real sops wrapped, and real sops unwraps what we wrap. */
export async function interchanges(source: KeySource, file: SopsFile, context: Context): Promise<boolean> {
  const client = await source.load();
  const entries = await Promise.all(file.entries.map(async (entry) => rewrap(source, client, entry, context)));
  return file.entries.length > 0 && (await file.opensWith(entries));
}

async function rewrap(source: KeySource, client: KeyClient, entry: KeyFields, context: Context): Promise<KeyFields> {
  const { masterKey, wrapped } = wrappedKey(source, entry);
  const dataKey = await client.unwrap({ masterKey, wrapped }, context);
  return { ...entry, enc: await client.wrap(dataKey, masterKey, context) };
}

/** A metadata entry as real sops wrote it. */
export function wrappedKey(source: KeySource, entry: KeyFields): WrappedKey {
  const { enc, created_at: _createdAt, ...fields } = entry;
  const masterKey: MasterKey = source.fromFields(fields);
  return { masterKey, wrapped: typeof enc === 'string' ? enc : '' };
}

async function withFile<T>(content: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sops-'));
  try {
    const path = join(folder, 'file.json');
    await writeFile(path, content);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
