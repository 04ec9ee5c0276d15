// What generating takes of the keys, and `.env` files as godotenv reads them.
import { describe, expect, it } from 'vitest';
import { generate } from '../../src/deploy/ksops/generate.ts';
import { readGoDotenv } from '../../src/deploy/ksops/go-dotenv.ts';
import { formats } from '../../src/formats/index.ts';
import { rememberingKeyService } from '../../src/keyservice/remembering.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { localKeyService } from '../../src/keyservice/local.ts';
import { keySources } from '../../src/keysources/index.ts';
import { createNodeContext } from '../../src/node/index.ts';
import { join } from 'node:path';
import { copyFileSync } from 'node:fs';
import { lacks } from '../support/peers.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

describe.skipIf(lacks('sops', 'age-keygen'))('generating of many files', () => {
  const { path, env } = sealedFolder('ksops-many', {
    'one.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: one}\nstringData: {a: b}\n',
    'two.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: two}\nstringData: {a: b}\n',
  });

  it('unwraps each data key once, side by side', async () => {
    const copies = Array.from({ length: 100 }, (_, at) => join(path, `copy-${at}.yaml`));
    for (const [at, copy] of copies.entries()) copyFileSync(join(path, at % 2 === 0 ? 'one.yaml' : 'two.yaml'), copy);
    const context = { ...createNodeContext({ log: () => undefined }), env };
    const local = localKeyService(keySources, context);
    let unwrapped = 0;
    const counting: KeyService = {
      ...local,
      unwrap: async (wrapped, signal) => {
        unwrapped += 1;
        return local.unwrap(wrapped, signal);
      },
    };
    const opened: string[] = [];
    const yaml = formats.find(({ name }) => name === 'yaml');
    const [manifest] = yaml?.parse(`apiVersion: viaduct.ai/v1\nkind: ksops\nfiles: ${JSON.stringify(copies)}\n`).branches ?? [];
    expect(manifest).toBeDefined();
    const keys = rememberingKeyService(counting);
    const manifests = await generate(manifest ?? { kind: 'mapping', items: [] }, {
      services: { keys, keySources, context },
      opened: async (file) => {
        opened.push(file);
        return Promise.resolve();
      },
    });
    keys.forget();
    expect(manifests).toHaveLength(100);
    expect(new Set(opened)).toEqual(new Set(copies));
    expect(unwrapped).toBe(2);
  });
});

describe('.env files as godotenv reads them', () => {
  // What godotenv 1.5.1 gave for each.
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['A=1\r\nB: 2\n# c\n\n  export  C = 3 \n', { A: '1', B: '2', C: '3' }],
    ['A=a # b # c\nB=a#b\nC=#x', { A: 'a # b', B: 'a#b', C: '#x' }],
    [`A='x $B' # c\nB="$A-\${A}-\\$A"`, { A: 'x $B', B: 'x $B-x $B-$A' }],
    ['A="1\n2" B=3', { A: '1\n2', B: '3' }],
    [String.raw`A="\n\r\t\\n\"q"`, { A: '\n\rt\\n"q' }],
    ['A=$NONE-$-$(X)', { A: '-$-)' }],
    ['A=\nB=', { A: '', B: '' }],
    ['A=1\nA=2', { A: '2' }],
  ];
  it.each(cases)('%j', (text, variables) => {
    expect(Object.fromEntries(readGoDotenv(text))).toEqual(variables);
  });

  it('refuses what godotenv refuses, without showing it', () => {
    for (const text of ['A=1\nsecret\n', 'A="secret', "A='secret", 'sec ret?=1', 'é=secret', '=secret'])
      expect(() => readGoDotenv(text)).toThrow(
        expect.objectContaining({ code: 'MALFORMED_DOCUMENT', message: expect.not.stringContaining('secret') }),
      );
  });

  it('takes $ for a character where it is told to', () => {
    expect(readGoDotenv('A=1\nB=$A\nC="\\$A"', { interpolates: false })).toEqual(
      new Map([
        ['A', '1'],
        ['B', '$A'],
        ['C', '$A'],
      ]),
    );
  });
});
