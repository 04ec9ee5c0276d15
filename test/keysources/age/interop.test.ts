import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/age/client.ts';
import { age as ageSource } from '../../../src/keysources/age/index.ts';
import type { AgeKey } from '../../../src/keysources/age/recipient.ts';
import { lacks, needed } from '../../support/peers.ts';
import { run } from '../../peers/run.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

describe.skipIf(lacks('age', 'age-keygen'))('against real age', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'age-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  describe.each([
    ['X25519', []],
    ['hybrid', ['-pq']],
  ])('%s', (name, flags) => {
    let identity = '';
    let masterKey: AgeKey = { kind: 'age', recipient: '' };
    const file = (): string => join(folder, `${name}.txt`);

    beforeAll(async () => {
      const { stdout } = await run([needed('age-keygen'), ...flags]);
      identity = Buffer.from(stdout).toString();
      await writeFile(file(), identity);
      masterKey = { kind: 'age', recipient: /age1[a-z0-9]+/.exec(identity)?.[0] ?? '' };
    });

    it('age opens what we wrap', async () => {
      const wrapped = await client.wrap(dataKey, masterKey, testContext());
      expect(wrapped.endsWith('-----END AGE ENCRYPTED FILE-----\n')).toBe(true);
      const { status, stdout } = await run([needed('age'), '-d', '-i', file()], { input: Buffer.from(wrapped) });
      expect(status).toBe(0);
      expect(new Uint8Array(stdout)).toEqual(dataKey);
    });

    it('we unwrap what age wraps', async () => {
      const { stdout } = await run([needed('age'), '-a', '-r', masterKey.recipient], { input: dataKey });
      const wrapped = Buffer.from(stdout).toString();
      const context = testContext({ env: { SOPS_AGE_KEY: identity } });
      expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, context))).toEqual(dataKey);
    });

    it.skipIf(lacks('sops'))('interchanges with real sops', async () => {
      const env = { SOPS_AGE_KEY_FILE: file() };
      const sopsFile = await encryptWithSops('age', ['--age', masterKey.recipient], env);
      expect(await interchanges(ageSource, sopsFile, testContext({ env }))).toBe(true);
    });

    it('we unwrap what we wrap', async () => {
      const context = testContext({ env: { SOPS_AGE_KEY_FILE: file() } });
      const wrapped = await client.wrap(dataKey, masterKey, context);
      expect(new Uint8Array(await client.unwrap({ masterKey, wrapped }, context))).toEqual(dataKey);
    });
  });
});
