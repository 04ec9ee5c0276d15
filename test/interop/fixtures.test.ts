import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decrypt, formats, keySources, localKeyService } from '../../src/index.ts';
import type { Context } from '../../src/ports.ts';
import { createNodeContext } from '../../src/node/index.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

interface Made {
  readonly file: string;
  readonly decrypted: string;
  readonly key: string;
  readonly version: string;
}

const manifest: readonly Made[] = JSON.parse(readFileSync(join(fixtures, 'sops', 'manifest.json'), 'utf8'));

const context: Context = {
  ...createNodeContext(),
  env: { SOPS_AGE_KEY_FILE: join(fixtures, 'keys', 'age.txt'), SOPS_PGP_KEY_FILE: join(fixtures, 'keys', 'pgp.asc') },
};

describe('files that real sops wrote', () => {
  it.each(manifest)('$file decrypts to the bytes that real sops decrypts it to', async ({ file, decrypted }) => {
    const format = formats.find(({ extensions }) => extensions.includes(extname(file))) ?? formats.find(({ name }) => name === 'binary');
    if (!format) throw new Error(`no format takes ${file}`);
    const { content } = await decrypt(
      readFileSync(join(fixtures, file)),
      { input: format, output: format, print: {} },
      { ignoreMac: false },
      { keys: localKeyService(keySources, context), keySources, context },
    );
    const expected = readFileSync(join(fixtures, decrypted));
    expect(Buffer.from(content).toString()).toBe(expected.toString());
    expect(Buffer.compare(content, expected)).toBe(0);
  });
});
