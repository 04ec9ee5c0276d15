// Real sops asks our server with master keys of every kind, and our client asks real sops's server.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySources } from '../../src/keysources/index.ts';
import type { Answering } from '../../src/keyservice/answer.ts';
import { parseKeyServiceUri } from '../../src/keyservice/address.ts';
import type { KeyService } from '../../src/keyservice/keyservice.ts';
import { localKeyService } from '../../src/keyservice/local.ts';
import type { MasterKey } from '../../src/metadata/metadata.ts';
import { keyServiceAt } from '../../src/node/keyservice-client.ts';
import { type KeyServer, startKeyServer } from '../../src/node/keyservice-server.ts';
import { testContext } from '../keysources/context.ts';
import { freePort } from '../peers/free-port.ts';
import { run } from '../peers/run.ts';
import { ageIdentity, temporaryFolder, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';

const folder = temporaryFolder('keyservice');
const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();

/** Runs real sops without any identity of its own. */
async function sops(...words: readonly string[]): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const { status, stdout, stderr } = await run([needed('sops'), ...words], { env: { HOME: folder, SOPS_DISABLE_VERSION_CHECK: '1' } });
  return { status, stdout: Buffer.from(stdout).toString(), stderr };
}

const keys: readonly (readonly [flag: string, text: string])[] = [
  ['--kms', 'arn:aws:kms:us-east-1:1:key/a+arn:aws:iam::1:role/r,arn:aws:kms:eu-west-1:1:key/b'],
  ['--gcp-kms', 'projects/p/locations/global/keyRings/r/cryptoKeys/k'],
  ['--hckms', 'tr-west-1:abc-123'],
  ['--azure-kv', 'https://v.vault.azure.net/keys/k/123'],
  ['--hc-vault-transit', 'https://vault.example.org:8200/v1/team/transit/keys/k'],
  ['--pgp', 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4'],
  ['--age', 'age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw'],
];
const more = { encryptionContext: { app: 'a b', env: 'é' }, awsProfile: 'me' };
const wanted: readonly MasterKey[] = keys.flatMap(([flag, text]) =>
  keySources.flatMap((source) => (`--${source.flag.name}` === flag ? source.parse(text, more) : [])),
);

/** All fields of master keys, as real sops names them, in one order. */
const named = (masterKeys: readonly MasterKey[]): readonly string[] =>
  masterKeys.map((key) => `${key.kind} ${keySources.find(({ kind }) => kind === key.kind)?.describe(key) ?? ''}`).toSorted();

describe.skipIf(lacks('sops', 'age-keygen'))('real sops', () => {
  const seen: MasterKey[] = [];
  let dataKey = new Uint8Array();
  const keyService: KeyService = {
    wrap: async (bytes, masterKey) => {
      dataKey = Uint8Array.from(bytes);
      seen.push(masterKey);
      return `wrapped for ${masterKey.kind}`;
    },
    unwrap: async ({ masterKey, wrapped }) => {
      seen.push(masterKey);
      if (wrapped !== 'wrapped for azure_kv') throw new Error('not this one');
      return dataKey;
    },
  };
  const answering: Answering = { keyService: () => keyService, sources: keySources, log: () => undefined };
  const servers: KeyServer[] = [];
  beforeAll(async () => {
    writeFileSync(join(folder, 'plain.yaml'), 'a: one\n');
    servers.push(await startKeyServer({ network: 'unix', address: join(folder, 's') }, answering));
    servers.push(await startKeyServer({ network: 'tcp', address: '127.0.0.1:0' }, answering));
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  test.each(['unix', 'tcp'])('has our server wrap and unwrap with master keys of every kind, over %s', async (network) => {
    const { uri } = servers.find((server) => server.uri.startsWith(network)) ?? { uri: '' };
    const asking = ['--enable-local-keyservice=false', '--keyservice', uri];
    seen.length = 0;
    const sealed = await sops(
      'encrypt',
      ...asking,
      ...keys.flat(),
      '--encryption-context',
      'app:a b,env:é',
      '--aws-profile',
      'me',
      join(folder, 'plain.yaml'),
    );
    expect(sealed).toMatchObject({ status: 0, stderr: '' });
    expect(named(seen)).toEqual(named(wanted));
    for (const { kind } of wanted) expect(sealed.stdout).toContain(`enc: wrapped for ${kind}`);

    const file = join(folder, `${network}.yaml`);
    writeFileSync(file, sealed.stdout);
    seen.length = 0;
    expect(await sops('decrypt', ...asking, '--decryption-order', 'azure_kv', file)).toMatchObject({ status: 0, stdout: 'a: one\n' });
    expect(named(seen)).toEqual(named(wanted.filter(({ kind }) => kind === 'azure_kv')));
  });
});

describe.skipIf(lacks('sops', 'age-keygen')).each(['unix', 'tcp'] as const)("real sops's server at a %s address", (network) => {
  let uri = '';
  let server: ReturnType<typeof spawn> | undefined;
  const service = (): KeyService => {
    const address = parseKeyServiceUri(uri);
    if (address === undefined) throw new Error(uri);
    return keyServiceAt(address, { sources: keySources, env: {} });
  };
  const [masterKey = { kind: 'none' }] = keySources.flatMap((source) => (source.kind === 'age' ? source.parse(recipient, {}) : []));

  beforeAll(async () => {
    const address = network === 'unix' ? join(folder, 'real.sock') : `127.0.0.1:${await freePort()}`;
    uri = `${network}://${address}`;
    server = spawn(needed('sops'), ['keyservice', '--net', network, '--addr', address, '--verbose'], {
      env: { PATH: process.env['PATH'], HOME: folder, SOPS_AGE_KEY: identity, SOPS_DISABLE_VERSION_CHECK: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    server.stderr?.on('data', (part: Buffer) => (output += part.toString()));
    await until(() => output.includes('Listening on'));
  });
  afterAll(() => server?.kill());

  test('wraps and unwraps for our client', async () => {
    const dataKey = Uint8Array.from({ length: 32 }, (_, at) => at);
    const wrapped = await service().wrap(dataKey, masterKey);
    expect(wrapped).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    expect(new Uint8Array(await service().unwrap({ masterKey, wrapped }))).toEqual(dataKey);
    const local = localKeyService(keySources, testContext({ env: { SOPS_AGE_KEY: identity } }));
    expect(new Uint8Array(await local.unwrap({ masterKey, wrapped }))).toEqual(dataKey);
    const ours = await local.wrap(dataKey, masterKey);
    expect(new Uint8Array(await service().unwrap({ masterKey, wrapped: ours }))).toEqual(dataKey);
  });

  // Each is refused for what the service behind it is told: so it was understood.
  test.each([
    ['pgp', { fp: 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4' }, 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4'],
    ['kms', { arn: 'arn:aws:nothing', context: { a: 'b' } }, 'arn:aws:nothing'],
    ['hckms', { key_id: 'nowhere' }, 'nowhere'],
  ])('understands what our client says of a %s key', async (kind, fields, words) => {
    const source = keySources.find((one) => one.kind === kind);
    const key = source?.fromFields(fields) ?? { kind: 'none' };
    await expect(service().wrap(new Uint8Array(32), key)).rejects.toThrow(words);
  });

  test('says why it cannot', async () => {
    const [stranger = masterKey] = keySources.flatMap((source) => (source.kind === 'age' ? source.parse(ageIdentity().recipient, {}) : []));
    const local = localKeyService(keySources, testContext());
    const wrapped = await local.wrap(new Uint8Array(32), stranger);
    await expect(service().unwrap({ masterKey: stranger, wrapped })).rejects.toMatchObject({
      code: 'DATA_KEY_UNRECOVERABLE',
      message: expect.stringMatching(/^key service (?:unix|tcp):\/\/\S+: .*identit/),
    });
  });
});
