// Values published to the key-value engines of a real OpenBao: both programs write the same secrets.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startVault, type Vault } from '../peers/vault.ts';
import { fill, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { Laboratory } from './lab.ts';

describe.skipIf(lacks('sops', 'age-keygen', 'bao'))('publishing to Vault', () => {
  const cwd = temporaryFolder('publish-vault');
  let vault: Vault;
  let lab: Laboratory;
  let token: string;

  const rules = (kv: string): string => `
destination_rules:
  - vault_path: apps/
    vault_address: ${vault.url}
${kv}`;
  const version1 = '    vault_kv_mount_name: kv1/\n    vault_kv_version: 1\n';
  const inTwo = async (name: string): Promise<unknown> => data(data(await vault.api('GET', `secret/data/apps/${name}`)));
  const inOne = async (name: string): Promise<unknown> => data(await vault.api('GET', `kv1/apps/${name}`));
  const versions = async (name: string): Promise<number> => {
    const { versions: all }: { versions?: object } = Object(data(await vault.api('GET', `secret/metadata/apps/${name}`)));
    return Object.keys(all ?? {}).length;
  };

  beforeAll(async () => {
    vault = await startVault();
    await vault.api('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
    const capabilities = 'capabilities = ["create", "read", "update"]';
    token = await vault.token(`path "secret/data/apps/*" { ${capabilities} }\npath "kv1/apps/*" { ${capabilities} }`);
    lab = new Laboratory(cwd, { VAULT_TOKEN: token });
  }, 60_000);
  afterAll(async () => vault.close());

  test.each([
    ['version 2', '', inTwo],
    ['version 1', version1, inOne],
  ])('both programs write the same to %s', async (_, kv, read) => {
    lab.rules(rules(kv));
    for (const name of ['app.yaml', 'more/api.json', 'more/app.env', 'raw.bin']) {
      const base = name.replace(/.*\//, '');
      const theirs = await lab.sops(['publish', '--yes', name]);
      const theirSecret = await read(base);
      await vault.api('DELETE', `${kv === '' ? 'secret/metadata' : 'kv1'}/apps/${base}`);
      const ours = await lab.ours(['publish', '--yes', name]);
      expect(ours).toEqual(theirs);
      expect(ours).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(await read(base)).toEqual(theirSecret);
    }
  });

  test('folders, without endings', async () => {
    lab.rules(rules(''));
    for (const run of [lab.sops.bind(lab), lab.ours.bind(lab)]) {
      expect(await run(['publish', '--yes', '--recursive', '--omit-extensions', 'more'])).toMatchObject({ status: 0, stdout: '' });
      expect(await inTwo('api')).toEqual({ token: 't0ken', deep: { n: 1 } });
      expect(await inTwo('app')).toEqual({ A: 'one', B: 'two three' });
      for (const name of ['api', 'app']) await vault.api('DELETE', `secret/metadata/apps/${name}`);
    }
  });

  test('what is there already is not written again; numbers, of which real sops knows nothing, count too', async () => {
    lab.rules(rules(''));
    for (const who of ['sops', 'ours'] as const) {
      const run = lab[who].bind(lab);
      await run(['publish', '--yes', '--omit-extensions', 'more/app.env']);
      const { status, stderr } = await run(['publish', '--verbose', '--yes', '--omit-extensions', 'more/app.env']);
      expect(status).toBe(0);
      expect(stderr).toContain(who === 'ours' ? 'Secret in secret/data/apps/app is already up-to-date.' : '');
      expect(await versions('app')).toBe(1);
      await vault.api('DELETE', 'secret/metadata/apps/app');
    }
    await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
    for (const again of [false, true]) {
      const { stderr } = await lab.ours(['publish', '--verbose', '--yes', 'app.yaml']);
      expect(stderr.includes('up-to-date')).toBe(again);
    }
    expect(await versions('app.yaml')).toBe(1);
    await lab.sops(['publish', '--yes', 'app.yaml']);
    expect(await versions('app.yaml')).toBe(2);
  });

  test('lists of maps, several documents and long numbers arrive as they are', async () => {
    lab.rules(rules(''));
    const plaintext =
      'list:\n    - a: 1\n    # a comment\n    - b: two\nbig: 9223372036854775807\n---\nbig: 9223372036854775806\nmore: "1"\n';
    const { stdout } = await lab.ours(['encrypt', '--age', lab.people.own.recipient, '--filename-override', 'x.yaml'], {
      input: plaintext,
    });
    fill(cwd, { 'hard.yaml': stdout });
    expect(await lab.ours(['publish', '--yes', 'hard.yaml'])).toMatchObject({ status: 0 });
    expect(await inTwo('hard.yaml')).toMatchObject({ list: [{ a: 1 }, { b: 'two' }], more: '1' });
    // A number that JavaScript does not know exactly is never taken for the same.
    await lab.ours(['publish', '--yes', 'hard.yaml']);
    expect(await versions('hard.yaml')).toBe(2);
    lab.rules(rules(version1));
    await lab.ours(['publish', '--yes', 'hard.yaml']);
    const answer = await fetch(`${vault.url}/v1/kv1/apps/hard.yaml`, { headers: { 'X-Vault-Token': token } });
    expect(await answer.text()).toContain('"big":9223372036854775806');
  });

  test('a binary file that is no text is refused, where real sops sends something else', async () => {
    lab.rules(rules(''));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${cwd}/bytes.bin`, Buffer.from([0xff, 0xfe, 0, 1]));
    expect(await lab.ours(['encrypt', '-i', '--age', lab.people.own.recipient, 'bytes.bin'])).toMatchObject({ status: 0 });
    const { status, stderr } = await lab.ours(['publish', '--yes', 'bytes.bin']);
    expect({ status, stderr }).toMatchObject({ status: 4, stderr: expect.stringContaining('the file is not text') });
  });

  test('asks with the address of the rule, or of the environment', async () => {
    lab.rules(rules(''));
    const words = ['publish', 'app.yaml'];
    expect((await lab.ours(words, { input: 'n\n' })).stdout).toBe((await lab.sops(words, { input: 'n\n' })).stdout);
    lab.rules('destination_rules:\n  - vault_path: apps\n    vault_kv_mount_name: secret\n');
    for (const env of [{}, { VAULT_ADDR: `${vault.url}/` }])
      expect((await lab.ours(words, { input: 'n\n', env })).stdout).toBe((await lab.sops(words, { input: 'n\n', env })).stdout);
    await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
    expect(await lab.ours(['publish', '-y', 'app.yaml'], { env: { VAULT_ADDR: vault.url } })).toMatchObject({ status: 0 });
    expect(await inTwo('app.yaml')).toMatchObject({ name: 'app' });
  });

  test('a token that may write but not read writes all the same, and says so', async () => {
    lab.rules(rules(''));
    const writer = await vault.token('path "secret/data/apps/*" { capabilities = ["create", "update"] }');
    for (const run of [lab.sops.bind(lab), lab.ours.bind(lab)]) {
      await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
      const { status, stderr } = await run(['publish', '--yes', 'app.yaml'], { env: { VAULT_TOKEN: writer } });
      expect({ status, stderr }).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('Cannot check if destination secret already exists in secret/data/apps/app.yaml.'),
      });
      expect(await versions('app.yaml')).toBe(1);
    }
  });

  test.each([
    ['a token of nobody', async () => ({ VAULT_TOKEN: 'hvs.unknown' }), /VAULT_TOKEN is expired, revoked/],
    ['no token', async () => ({ VAULT_TOKEN: '' }), /no token was sent: set VAULT_TOKEN/],
    [
      'a token that may not',
      async () => ({ VAULT_TOKEN: await vault.token('path "secret/*" { capabilities = ["read"] }') }),
      /lack: path "secret\/data\/apps\/app\.yaml" { capabilities = \["create", "read", "update"\] }/,
    ],
  ])('%s is told with the remedy', async (_, env, message) => {
    lab.rules(rules(''));
    await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
    const { status, stderr } = await lab.ours(['publish', '--yes', 'app.yaml'], { env: await env() });
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot publish to ${vault.url}/v1/secret/data/apps/app.yaml: status 403`);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('s3cret');
    expect((await lab.sops(['publish', '--yes', 'app.yaml'], { env: await env() })).status).toBe(1);
  });

  test.each([
    ['no server', 'destination_rules: [{vault_path: apps, vault_address: "http://127.0.0.1:9"}]', /nobody listens at 127\.0\.0\.1:9/],
    [
      'no engine',
      'destination_rules: [{vault_path: apps, vault_kv_mount_name: nowhere, vault_address: URL}]',
      /no secrets engine is mounted there|lack: path/,
    ],
    [
      'a path that leads elsewhere',
      'destination_rules: [{vault_path: ../sys, vault_address: URL}]',
      /'\.\.' cannot be part of a path of Vault/,
    ],
  ])('%s is told', async (_, text, message) => {
    lab.rules(text.replace('URL', `"${vault.url}"`));
    const { status, stderr } = await lab.ours(['publish', '--yes', 'app.yaml']);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(message) });
  });

  test('a login by AppRole does as a token does', async () => {
    lab.rules(rules(''));
    await vault.api('POST', 'sys/auth/approle', { type: 'approle' });
    await vault.api('PUT', 'sys/policies/acl/publisher', {
      policy: 'path "secret/data/apps/*" { capabilities = ["create", "read", "update"] }',
    });
    await vault.api('POST', 'auth/approle/role/publisher', { token_policies: 'publisher' });
    await vault.api('POST', 'auth/approle/role/publisher/role-id', { role_id: 'id' });
    await vault.api('POST', 'auth/approle/role/publisher/custom-secret-id', { secret_id: 'secret' });
    const login = {
      VAULT_TOKEN: '',
      VAULT_ADDR: vault.url,
      SOPSMITH_VAULT_AUTH: 'approle',
      SOPSMITH_VAULT_ROLE_ID: 'id',
      SOPSMITH_VAULT_SECRET_ID: 'secret',
    };
    await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
    expect(await lab.ours(['publish', '--yes', 'app.yaml'], { env: login })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await inTwo('app.yaml')).toMatchObject({ name: 'app' });
  });

  test('version 1 takes one secret a key, and keeps nothing by which to prune', async () => {
    lab.rules(rules(`${version1}    per_key: true\n`));
    for (const stdout of ['', '']) expect(await lab.ours(['publish', '--yes', 'more/app.env'])).toEqual({ status: 0, stdout, stderr: '' });
    expect(await inOne('app.env/B')).toEqual({ value: 'two three' });
    const { status, stderr } = await lab.ours(['publish', '--yes', '--prune', 'more/app.env']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('keeps nothing by which a secret of ours is known') });
  });

  test('--dry-run names what differs, and shows no value', async () => {
    lab.rules(rules(''));
    const told = `app.yaml would be published to ${vault.url}/v1/secret/data/apps/app.yaml (decrypted)\n`;
    const dryRun = async (): Promise<unknown> => lab.ours(['publish', '--dry-run', 'app.yaml']);
    await vault.api('DELETE', 'secret/metadata/apps/app.yaml');
    expect(await dryRun()).toEqual({ status: 0, stdout: `${told}added: name, db, list, works, ratio, nothing\n`, stderr: '' });
    expect(await versions('app.yaml').catch(() => 0)).toBe(0);
    await vault.api('PUT', 'secret/data/apps/app.yaml', { data: { name: 'app', works: false, ratio: 1.5, old: 's3cret-old' } });
    expect(await dryRun()).toEqual({
      status: 0,
      stdout: `${told}added: db, list, nothing\nchanged: works\nremoved: old\nunchanged: name, ratio\n`,
      stderr: '',
    });
    expect(await versions('app.yaml')).toBe(1);
  });
});

const data = (answer: unknown): unknown => new Map<string, unknown>(Object.entries(Object(answer))).get('data');
