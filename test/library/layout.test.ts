// Reads the layout entry as ARCHITECTURE.md describes it, with nothing of ours but the encrypted file and its data key.
import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Context, encrypt, formats, keySources, localKeyService, defaultSelection, type Services } from '../../src/index.ts';
import { toyKeySource } from './toy-key-source.ts';

const source = '\uFEFFport: 0x1F # café\nday: 2024-01-02\nlist: [x, "\\u00e9y"]\n\nsame: &it one\nagain: *it\n';

/** Opens `ENC[…]` with the additional data given. */
function open(dataKey: Uint8Array, token: string, additionalData: string): string {
  const [, data = '', iv = '', tag = ''] = /^ENC\[AES256_GCM,data:(.*),iv:(.*),tag:(.*),type:\w+\]$/.exec(token) ?? [];
  const decipher = createDecipheriv('aes-256-gcm', dataKey, Buffer.from(iv, 'base64'));
  decipher.setAAD(Buffer.from(additionalData));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString();
}

async function seal(): Promise<{ readonly sealed: string; readonly dataKey: Uint8Array }> {
  let dataKey: Uint8Array = new Uint8Array();
  const context: Context = {
    env: {},
    files: { read: async () => undefined, replace: async () => undefined, home: undefined, userConfig: undefined },
    now: () => new Date(),
    random: (length) => randomBytes(length),
    run: async () => ({ status: 127, stdout: new Uint8Array(), stderr: '' }),
    prompt: { secret: async () => undefined, confirm: async () => false },
    log: () => undefined,
  };
  const sources = [...keySources, toyKeySource];
  const local = localKeyService(sources, context);
  const wrap: Services['keys']['wrap'] = async (key, masterKey) => {
    dataKey = Uint8Array.from(key);
    return local.wrap(key, masterKey);
  };
  const [yaml] = formats;
  if (yaml === undefined) throw new Error('there is no format');
  const settings = {
    keyGroups: [toyKeySource.parse('word', {})],
    shamirThreshold: 0,
    selection: defaultSelection,
    macOnlyEncrypted: false,
  };
  const { content } = await encrypt(
    new TextEncoder().encode(source),
    { input: yaml, output: yaml, print: {} },
    { ...settings, layout: 'auto', strict: false },
    { keys: { ...local, wrap }, keySources: sources, context },
  );
  return { sealed: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content), dataKey };
}

test('the layout entry is what the architecture says', async () => {
  const { sealed, dataKey } = await seal();
  const entry = /^ +layout: (ENC\[.*\])$/m.exec(sealed)?.[1] ?? '';
  const { v, of, edits } = JSON.parse(open(dataKey, entry, 'sops:layout'));
  expect(v).toBe(1);

  const withoutMetadata = sealed.replace(/^sops:\n(?: .*\n)*/m, '');
  const printed = withoutMetadata.replaceAll(/^\uFEFF?(\w+): .*$/gm, (line: string, key: string) =>
    line.replaceAll(
      /(#?)'?(ENC\[[^\]]*\])'?/g,
      (_, mark: string, token: string) => mark + open(dataKey, token, mark === '' ? `${key}:` : ':'),
    ),
  );
  expect(of).toBe(createHash('sha512').update(printed).digest('hex').toUpperCase().slice(0, 64));

  let restored = printed;
  for (const [at, length, text] of edits.toReversed()) restored = restored.slice(0, at) + text + restored.slice(at + length);
  expect(restored).toBe(source);
});
