// `updatekeys --rewrap` and `keys`, with services that are real: OpenBao, AWS as moto plays it, age; what comes of it is read by real sops.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Moto, startMoto } from '../peers/moto.ts';
import { startVault, type Vault } from '../peers/vault.ts';
import { ageIdentity, fill, type Ran, runProgram, startProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

type Env = Readonly<Record<string, string>>;

const cwd = temporaryFolder('keys');
const file = 'secret.json';
const plain = '{\n\t"a": "kept"\n}\n';

/** Groups of a creation rule: `{ age: […], hc_vault: […], kms: […] }`. */
const rule = (groups: readonly object[], threshold?: number): string =>
  JSON.stringify({ creation_rules: [{ key_groups: groups, ...(threshold === undefined ? {} : { shamir_threshold: threshold }) }] });

/** Runs beside this process, in which servers may have to answer. */
async function run(
  argv: readonly string[],
  env: Env,
  command: readonly string[] = program,
): Promise<Pick<Ran, 'status'> & { output: string }> {
  const started = startProgram(command, argv, { cwd, env });
  started.child.stdin?.end();
  const status = await started.ended;
  return { status: typeof status === 'number' ? status : null, output: started.output() };
}

/** The entries of all master keys of a kind: what is wrapped, and when. */
function entriesOf(kind: string): readonly { readonly enc: string; readonly created_at?: string }[] {
  const { sops }: { sops: Record<string, never[]> & { key_groups?: Record<string, never[]>[] } } = JSON.parse(textOf(cwd, file));
  return [sops, ...(sops.key_groups ?? [])].flatMap((group) => group[kind] ?? []);
}
const wrappedBy = (kind: string): readonly string[] => entriesOf(kind).map(({ enc }) => enc);
const valueIn = (): string => /"a": "(ENC[^"]+)"/.exec(textOf(cwd, file))?.[1] ?? '';

describe.skipIf(lacks('sops', 'bao', 'moto_server', 'age-keygen'))('keys of services', () => {
  let vault: Vault;
  let moto: Moto;
  let env: Env;
  const own = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
  const seal = async (config: string): Promise<void> => {
    fill(cwd, { [file]: plain, '.sops.yaml': config });
    expect(await run(['encrypt', '-i', file], env, [needed('sops')])).toMatchObject({ status: 0 });
  };
  const opened = async (): Promise<string> => (await run(['decrypt', file], env, [needed('sops')])).output;

  beforeAll(async () => {
    [vault, moto] = await Promise.all([startVault(), startMoto()]);
    for (const name of ['one', 'two']) await vault.api('POST', `transit/keys/${name}`, {});
    fill(cwd, { 'own.txt': own.identity });
    env = {
      ...moto.env,
      AWS_EC2_METADATA_DISABLED: 'true',
      VAULT_TOKEN: await vault.token('path "transit/*" { capabilities = ["create", "update"] }'),
      SOPS_AGE_KEY_FILE: join(cwd, 'own.txt'),
    };
  }, 60_000);
  afterAll(async () => {
    await vault.close();
    await moto.close();
  });

  test('--rewrap moves every entry to the current version, and touches no value', async () => {
    await seal(rule([{ age: [own.recipient], hc_vault: [vault.key('one')], kms: [{ arn: moto.key }] }]));
    const value = valueIn();
    const before = new Set([...wrappedBy('age'), ...wrappedBy('hc_vault'), ...wrappedBy('kms')]);
    await vault.api('POST', 'transit/keys/one/rotate', {});
    expect(await run(['updatekeys', '-y', file], env)).toMatchObject({ status: 0, output: expect.stringContaining('already up to date') });

    const { status, output } = await run(['updatekeys', '-y', '--rewrap', file], env);
    expect(status, output).toBe(0);
    expect(output).toContain('wrapped anew');
    expect(wrappedBy('hc_vault')).toEqual([expect.stringMatching(/^vault:v2:/)]);
    expect([...wrappedBy('age'), ...wrappedBy('hc_vault'), ...wrappedBy('kms')].filter((one) => before.has(one))).toEqual([]);
    expect(valueIn()).toBe(value);
    expect(await opened()).toBe(plain);
  });

  test('who may only rewrap can, and never sees the data key', async () => {
    await seal(rule([{ hc_vault: [vault.key('one'), vault.key('two')] }]));
    const before = wrappedBy('hc_vault');
    await vault.api('POST', 'transit/keys/two/rotate', {});
    const VAULT_TOKEN = await vault.token('path "transit/rewrap/*" { capabilities = ["update"] }');
    expect(await run(['decrypt', file], { VAULT_TOKEN })).toMatchObject({ status: 128 });
    const { status, output } = await run(['updatekeys', '-y', '--rewrap', file], { VAULT_TOKEN });
    expect(status, output).toBe(0);
    const after = wrappedBy('hc_vault');
    expect(after.filter((one) => before.includes(one))).toEqual([]);
    expect(after[1]).toMatch(/^vault:v2:/);
    expect(await opened()).toBe(plain);
  });

  test('who may not rewrap but encrypt and decrypt still can', async () => {
    await seal(rule([{ hc_vault: [vault.key('one')] }]));
    const before = wrappedBy('hc_vault');
    const VAULT_TOKEN = await vault.token(
      'path "transit/encrypt/*" { capabilities = ["update"] }\npath "transit/decrypt/*" { capabilities = ["update"] }',
    );
    const { status, output } = await run(['updatekeys', '-y', '--rewrap', file], { VAULT_TOKEN });
    expect(status, output).toBe(0);
    expect(wrappedBy('hc_vault')).not.toEqual(before);
    expect(await opened()).toBe(plain);
  });

  test('who may do neither is told, and the file stays as it is', async () => {
    await seal(rule([{ hc_vault: [vault.key('one')], age: [own.recipient] }]));
    const before = textOf(cwd, file);
    const VAULT_TOKEN = await vault.token('path "transit/decrypt/*" { capabilities = ["update"] }');
    const { status, output } = await run(['updatekeys', '-y', '--rewrap', file], { ...env, VAULT_TOKEN });
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('with 1 of 2 master keys') });
    expect(textOf(cwd, file)).toBe(before);
  });

  test('over several groups, too, each keeps its share where it can', async () => {
    await seal(rule([{ hc_vault: [vault.key('one')] }, { age: [own.recipient], kms: [{ arn: moto.key }] }], 2));
    const before = new Set([...wrappedBy('hc_vault'), ...wrappedBy('age'), ...wrappedBy('kms')]);
    const { status, output } = await run(['updatekeys', '-y', '--rewrap', file], env);
    expect(status, output).toBe(0);
    expect([...wrappedBy('hc_vault'), ...wrappedBy('age'), ...wrappedBy('kms')].filter((one) => before.has(one))).toEqual([]);
    expect(await opened()).toBe(plain);
  });

  test('whom the rule adds and takes away is added and taken away on the way', async () => {
    await seal(rule([{ hc_vault: [vault.key('one')], age: [own.recipient] }]));
    fill(cwd, { '.sops.yaml': rule([{ hc_vault: [vault.key('one'), vault.key('two')] }]) });
    const before = wrappedBy('hc_vault');
    expect(await run(['updatekeys', '-y', '--rewrap', file], env)).toMatchObject({ status: 0 });
    expect(wrappedBy('age')).toEqual([]);
    expect(wrappedBy('hc_vault').filter((one) => before.includes(one))).toEqual([]);
    expect(await opened()).toBe(plain);
  });

  test('keys tells which master keys open here and now, without printing anything secret', async () => {
    await seal(rule([{ hc_vault: [vault.key('one')], kms: [{ arn: moto.key }] }, { age: [own.recipient] }]));
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...others } = env;
    const { status, output } = await run(['keys', file], { ...others, ...moto.stranger });
    expect(status).toBe(0);
    expect(output).toMatch(/^secret\.json: opens here, 2 of 2 groups needed\nGROUP +OPENS +KIND +CREATED +MASTER KEY\n/);
    expect(output).toMatch(/^0 +yes +hc_vault +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +http:\/\/\S+\/keys\/one$/m);
    expect(output).toMatch(/^0 +no +kms +\S+ +arn:aws:kms:\S+\n {7}\S/m);
    expect(output).toMatch(/^1 +yes +age +- +age1\S+$/m);
    expect(output).not.toContain(env['VAULT_TOKEN']);

    const asJson = await run(['keys', '--json', file], { ...others, ...moto.stranger });
    expect(JSON.parse(asJson.output)).toEqual([
      {
        file,
        opens: true,
        needed: 2,
        groups: [
          {
            opens: true,
            keys: [
              { kind: 'kms', name: moto.key, createdAt: expect.stringMatching(/Z$/), opens: false, error: expect.any(String) },
              { kind: 'hc_vault', name: vault.key('one'), createdAt: expect.stringMatching(/Z$/), opens: true },
            ],
          },
          { opens: true, keys: [{ kind: 'age', name: own.recipient, createdAt: null, opens: true }] },
        ],
      },
    ]);
  });

  describe('where a service takes connections and never answers', () => {
    const silent = createServer(() => undefined);
    let address: string;
    beforeAll(async () => {
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const at = silent.address();
      address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
    });
    afterAll(() => {
      silent.close();
    });

    test('keys waits for no longer than the limit', async () => {
      await seal(rule([{ age: [own.recipient], hc_vault: [vault.key('one')] }]));
      const start = Date.now();
      const { status, output } = await run(['keys', file], { VAULT_TOKEN: 'any', VAULT_AGENT_ADDR: address, SOPSMITH_KEY_TIMEOUT: '1s' });
      expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/did not\s+answer\s+within\s+1\s+s/) });
      expect(Date.now() - start).toBeLessThan(8000);
    });

    test('the next key of the group opens the file, and the program ends at once', async () => {
      await seal(rule([{ hc_vault: [vault.key('one'), vault.key('two')] }]));
      fill(cwd, { [file]: textOf(cwd, file).replace(vault.url, address) });
      const start = Date.now();
      expect(await run(['decrypt', file], env)).toEqual({ status: 0, output: plain });
      expect(Date.now() - start).toBeLessThan(8000);
    });

    test('a file that needs it is told of, with the limit and the variable', async () => {
      await seal(rule([{ hc_vault: [vault.key('one')] }]));
      fill(cwd, { [file]: textOf(cwd, file).replace(vault.url, address) });
      const { status, output } = await run(['decrypt', file], { ...env, SOPSMITH_KEY_TIMEOUT: '1.5' });
      expect(status).toBe(128);
      expect(output.replaceAll(/[\s|]+/g, ' ')).toMatch(/did not answer within 1\.5 s: .*SOPSMITH_KEY_TIMEOUT/);
    });
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('keys of several files', () => {
  const own = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
  const env: Env = { SOPS_AGE_KEY_FILE: 'own.txt' };
  const seal = (name: string, text: string, recipients: string): void => {
    const { stdout } = runProgram([needed('sops')], ['encrypt', '--age', recipients, '--filename-override', name], {
      cwd,
      env,
      input: text,
    });
    fill(cwd, { [name]: stdout });
  };

  test('and folders are listed one by one; what cannot be read is told, and the others go on', () => {
    const stranger = ageIdentity();
    fill(cwd, { 'own.txt': own.identity, 'folder/plain.yaml': 'a: 1\n', 'folder/readme.md': 'text' });
    for (const name of ['folder/a.yaml', 'folder/b.env', 'folder/deep/c.ini', 'folder/d.bin'])
      seal(
        name,
        name.endsWith('ini') ? '[s]\na = 1\n' : name.endsWith('yaml') ? 'a: 1\n' : 'a=1\n',
        `${own.recipient},${stranger.recipient}`,
      );
    const { status, stdout } = runProgram(program, ['keys', 'folder'], { cwd, env });
    expect(status).toBe(0);
    expect(stdout.match(/^\S+: opens here$/gm)).toEqual(
      ['folder/a.yaml', 'folder/b.env', 'folder/d.bin', 'folder/deep/c.ini'].map((name) => `${name}: opens here`),
    );
    const mixed = runProgram(program, ['keys', '--json', 'folder/plain.yaml', 'folder/a.yaml', 'nowhere'], { cwd, env });
    expect(mixed).toMatchObject({ status: 1, stderr: expect.stringContaining('sops metadata not found') });
    expect(JSON.parse(mixed.stdout)).toMatchObject([
      { file: 'folder/plain.yaml', error: { code: 'METADATA_NOT_FOUND' } },
      { file: 'folder/a.yaml', opens: true },
      { file: 'nowhere', error: { code: 'INPUT_UNREADABLE' } },
    ]);
  });

  test('that nobody here can open are no error', () => {
    seal('theirs.yaml', 'a: 1\n', ageIdentity().recipient);
    const { status, stdout } = runProgram(program, ['keys', 'theirs.yaml'], { cwd, env });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('theirs.yaml: does not open here\n') });
  });

  test('what an entry holds is looked at: the data key of another file is told', () => {
    seal('one.json', '{"a": 1}', own.recipient);
    seal('other.json', '{"a": 1}', own.recipient);
    const [one, other] = ['one.json', 'other.json'].map((name): { sops: { age: unknown } } => JSON.parse(textOf(cwd, name)));
    if (one === undefined || other === undefined) throw new Error('there is no file');
    fill(cwd, { 'mixed.json': JSON.stringify({ ...one, sops: { ...one.sops, age: other.sops.age } }) });
    const { stdout } = runProgram(program, ['keys', 'mixed.json'], { cwd, env });
    expect(stdout).toContain('mixed.json: does not open here');
    expect(stdout).toContain('what it unwraps is not the data key of this file');
  });
});
