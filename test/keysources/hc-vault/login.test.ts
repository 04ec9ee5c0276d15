import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/hc-vault/client.ts';
import { hcVaultKey } from '../../../src/keysources/hc-vault/master-key.ts';
import type { Context } from '../../../src/ports.ts';
import { makeAuthority } from '../../peers/certificate.ts';
import { serve } from '../../peers/serve.ts';
import { startVault, type Vault } from '../../peers/vault.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';

type Env = Readonly<Record<string, string>>;

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 3);
const policy = 'path "transit/+/ci" { capabilities = ["create", "update"] }';

/** A signed JWT, as the issuer of a CI service or a cluster makes it. */
function jwt(key: KeyObject, claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: seconds, exp: seconds + 300, ...claims })}`;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}

const field = (answer: unknown, name: string): string => {
  const { data }: { data?: Record<string, string> } = Object(answer);
  return data?.[name] ?? '';
};

describe.skipIf(lacks('bao'))('a login at Vault', () => {
  let vault: Vault;
  let folder: string;
  let named: Env;
  beforeAll(async () => {
    vault = await startVault();
    folder = await mkdtemp(join(tmpdir(), 'login-'));
    named = { VAULT_ADDR: vault.url };
    await vault.api('PUT', 'sys/policies/acl/ci', { policy });
    await vault.api('POST', 'transit/keys/ci', {});
  }, 60_000);
  afterAll(async () => {
    await vault.close();
    await rm(folder, { recursive: true });
  });

  const file = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const works = async (env: Env, context: Context = testContext({ env: { ...named, ...env } })): Promise<boolean> => {
    const masterKey = hcVaultKey(vault.key('ci'));
    const wrapped = await client.wrap(dataKey, masterKey, context);
    return Buffer.from(await client.unwrap({ masterKey, wrapped }, context)).equals(dataKey);
  };
  /** How many tokens there are. */
  const tokens = async (): Promise<number> => {
    const { data }: { data?: { keys?: readonly string[] } } = Object(await vault.api('GET', 'auth/token/accessors?list=true'));
    return data?.keys?.length ?? 0;
  };

  describe('by AppRole', () => {
    let roleId: string;
    const secretId = async (): Promise<string> => field(await vault.api('POST', 'auth/approle/role/ci/secret-id', {}), 'secret_id');
    beforeAll(async () => {
      await vault.api('POST', 'sys/auth/approle', { type: 'approle' });
      await vault.api('POST', 'sys/auth/machines/ci', { type: 'approle' });
      await vault.api('POST', 'auth/approle/role/ci', { token_policies: ['ci'], token_ttl: '60s' });
      roleId = field(await vault.api('GET', 'auth/approle/role/ci/role-id'), 'role_id');
    });

    it('works with variables and with files', async () => {
      const method = { SOPSMITH_VAULT_AUTH: 'approle' };
      expect(await works({ ...method, SOPSMITH_VAULT_ROLE_ID: roleId, SOPSMITH_VAULT_SECRET_ID: await secretId() })).toBe(true);
      const files = {
        SOPSMITH_VAULT_ROLE_ID_FILE: await file('role', `${roleId}\n`),
        SOPSMITH_VAULT_SECRET_ID_FILE: await file('secret', `${await secretId()}\n`),
      };
      expect(await works({ ...method, ...files })).toBe(true);
    });

    it('works without a secret where the role wants none, and at a mount of another name', async () => {
      await vault.api('POST', 'auth/machines/ci/role/open', {
        token_policies: ['ci'],
        bind_secret_id: false,
        token_bound_cidrs: ['127.0.0.1/32'],
        secret_id_bound_cidrs: ['127.0.0.1/32'],
      });
      const open = field(await vault.api('GET', 'auth/machines/ci/role/open/role-id'), 'role_id');
      const env = { SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_AUTH_MOUNT: 'machines/ci/', SOPSMITH_VAULT_ROLE_ID: open };
      expect(await works(env)).toBe(true);
    });

    it('is done once a run, goes before a token that is there, and again when Vault no longer takes its token', async () => {
      const before = await tokens();
      const env = { SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: roleId, SOPSMITH_VAULT_SECRET_ID: await secretId() };
      const context = testContext({ env: { ...named, ...env, VAULT_TOKEN: 'of nobody' } });
      await Promise.all([works({}, context), works({}, context)]);
      await works({}, context);
      expect(await tokens()).toBe(before + 1);
      const { data }: { data?: { keys?: readonly string[] } } = Object(await vault.api('GET', 'auth/token/accessors?list=true'));
      for (const accessor of data?.keys ?? []) {
        const found = await vault.api('POST', 'auth/token/lookup-accessor', { accessor });
        if (field(found, 'path') === 'auth/approle/login') await vault.api('POST', 'auth/token/revoke-accessor', { accessor });
      }
      expect(await Promise.all([works({}, context), works({}, context)])).toEqual([true, true]);
      const logins = await tokens();
      const denied = client.wrap(dataKey, hcVaultKey(vault.key('of-others')), context);
      await expect(denied).rejects.toThrow('the policies of the token of the login by approle lack: path "transit/encrypt/of-others"');
      expect(await tokens()).toBe(logins);
    });

    it('says what is wrong, without the secret', async () => {
      const env = { SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: roleId, SOPSMITH_VAULT_SECRET_ID: 'not-the-secret' };
      const error: unknown = await works(env).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
      expect(String(error)).toContain(
        `no login by approle at 'auth/approle/login' of ${vault.url}: status 400, invalid role or secret ID; is this method mounted`,
      );
      expect(String(error)).not.toContain('not-the-secret');
      await expect(works({ SOPSMITH_VAULT_AUTH: 'approle' })).rejects.toThrow(
        'neither SOPSMITH_VAULT_ROLE_ID nor SOPSMITH_VAULT_ROLE_ID_FILE',
      );
      await expect(works({ ...env, SOPSMITH_VAULT_AUTH_MOUNT: 'nowhere' })).rejects.toThrow(/SOPSMITH_VAULT_AUTH_MOUNT/);
      await expect(works({ SOPSMITH_VAULT_AUTH: 'ldap' })).rejects.toThrow("SOPSMITH_VAULT_AUTH is approle, kubernetes or jwt, not 'ldap'");
      const other = { SOPSMITH_VAULT_ROLE_ID: '', SOPSMITH_VAULT_ROLE_ID_FILE: '/nowhere' };
      await expect(works({ ...env, ...other })).rejects.toThrow("SOPSMITH_VAULT_ROLE_ID_FILE names '/nowhere', which does not exist");
    });

    it('gives no credentials to a server that only the file names', async () => {
      const env = { SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: roleId, SOPSMITH_VAULT_SECRET_ID: await secretId() };
      for (const more of [{ VAULT_ADDR: '' }, { VAULT_ADDR: 'https://vault.example.org' }, { VAULT_ADDR: vault.url.slice(0, -1) }])
        await expect(works({ ...env, ...more })).rejects.toThrow(`no login at '${vault.url}', which only the file names: set VAULT_ADDR`);
      expect(await works({ ...env, VAULT_ADDR: '', BAO_ADDR: `${vault.url}/` })).toBe(true);
      for (const list of ['all', vault.url]) expect(await works({ ...env, VAULT_ADDR: '', SOPS_HC_VAULT_ALLOWLIST: list })).toBe(true);
    });
  });

  describe('by JWT', () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const claims = { iss: 'https://ci.example.org', sub: 'project:infra', aud: 'https://vault.example.org' };
    beforeAll(async () => {
      await vault.api('POST', 'sys/auth/jwt', { type: 'jwt' });
      const key = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      await vault.api('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [key], bound_issuer: claims.iss, default_role: 'ci' });
      const role = { role_type: 'jwt', user_claim: 'sub', bound_audiences: [claims.aud], bound_subject: claims.sub };
      await vault.api('POST', 'auth/jwt/role/ci', { ...role, token_policies: ['ci'], token_type: 'batch', token_ttl: '60s' });
    });

    it("works with the token of a job, from a variable or a file, with a role or the mount's default", async () => {
      const method = { SOPSMITH_VAULT_AUTH: 'jwt' };
      const token = jwt(keys.privateKey, claims);
      expect(await works({ ...method, SOPSMITH_VAULT_ROLE: 'ci', SOPSMITH_VAULT_JWT: token })).toBe(true);
      expect(await works({ ...method, SOPSMITH_VAULT_JWT_FILE: await file('jwt', `${token}\n`) })).toBe(true);
    });

    it('works with the token that GitHub makes on request', async () => {
      const port = await serve(({ url, headers }) => {
        if (headers.authorization !== 'Bearer of-the-job') return { status: 401, body: {} };
        const aud = url.searchParams.get('audience') ?? 'https://github.com/example';
        return { status: 200, body: { value: jwt(keys.privateKey, { ...claims, aud }) } };
      });
      const env = {
        SOPSMITH_VAULT_AUTH: 'jwt',
        SOPSMITH_VAULT_JWT_AUDIENCE: claims.aud,
        ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
      };
      expect(await works(env)).toBe(true);
      await expect(works({ ...env, SOPSMITH_VAULT_JWT_AUDIENCE: '' })).rejects.toThrow(/audience/);
      const error: unknown = await works({ ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-another' }).catch((reason: unknown) => reason);
      expect(String(error)).toContain('no token of this job at ACTIONS_ID_TOKEN_REQUEST_URL: status 401');
      expect(String(error)).not.toContain('of-another');
    });

    it('is refused for another project, another issuer, an expired token, or none', async () => {
      const attempt = async (token: string): Promise<string> =>
        works({ SOPSMITH_VAULT_AUTH: 'jwt', SOPSMITH_VAULT_ROLE: 'ci', SOPSMITH_VAULT_JWT: token }).then(String, String);
      for (const wrong of [{ sub: 'project:other' }, { iss: 'https://evil.example.org' }, { exp: 1_000_000_000 }, { aud: 'other' }]) {
        const token = jwt(keys.privateKey, { ...claims, ...wrong });
        const said = await attempt(token);
        expect(said).toMatch(/no login by jwt at 'auth\/jwt\/login' .*: status 40[03], .+; is this method mounted/);
        expect(said).not.toContain(token);
      }
      const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
      expect(await attempt(jwt(stranger.privateKey, claims))).toMatch(/no login by jwt/);
      expect(await attempt('')).toContain('neither SOPSMITH_VAULT_JWT nor SOPSMITH_VAULT_JWT_FILE');
    });
  });

  describe('by Kubernetes', () => {
    const authority = makeAuthority('a cluster');
    const cluster = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const account = { namespace: 'flux-system', name: 'kustomize-controller' };
    const podToken = (name: string): string =>
      jwt(cluster.privateKey, {
        iss: 'https://kubernetes.default.svc',
        sub: `system:serviceaccount:${account.namespace}:${name}`,
        'kubernetes.io': { namespace: account.namespace, serviceaccount: { name, uid: 'u-1' } },
      });
    const good = podToken(account.name);
    beforeAll(async () => {
      // What Vault asks of the cluster: whose token it is.
      const port = await serve(
        ({ url, method, body }) => {
          if (method !== 'POST' || url.pathname !== '/apis/authentication.k8s.io/v1/tokenreviews') return { status: 404, body: {} };
          const { spec }: { spec: { token: string } } = JSON.parse(body);
          const username = `system:serviceaccount:${account.namespace}:${account.name}`;
          const user = { username, uid: 'u-1', groups: ['system:serviceaccounts'] };
          const status = spec.token === good ? { authenticated: true, user } : { authenticated: false, error: 'unknown token' };
          return { status: 201, body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status } };
        },
        authority.issue(['127.0.0.1']),
      );
      await vault.api('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
      const config = {
        kubernetes_host: `https://127.0.0.1:${port}`,
        disable_local_ca_jwt: true,
        kubernetes_ca_cert: authority.certificate,
      };
      await vault.api('POST', 'auth/kubernetes/config', config);
      await vault.api('POST', 'auth/kubernetes/role/flux', {
        bound_service_account_names: [account.name],
        bound_service_account_namespaces: [account.namespace],
        token_policies: ['ci'],
        token_ttl: '60s',
      });
    });

    const env = { SOPSMITH_VAULT_AUTH: 'kubernetes', SOPSMITH_VAULT_ROLE: 'flux' };

    it('works with the token of the service account of the pod', async () => {
      expect(await works({ ...env, SOPSMITH_VAULT_JWT: good })).toBe(true);
      const context = testContext({ env: { ...named, ...env } });
      const asked: string[] = [];
      const read = async (path: string): Promise<Uint8Array | undefined> => {
        asked.push(path);
        return Buffer.from(`${good}\n`);
      };
      expect(await works({}, { ...context, files: { ...context.files, read } })).toBe(true);
      expect(asked).toEqual(['/var/run/secrets/kubernetes.io/serviceaccount/token']);
    });

    it('is refused for another service account, outside a pod, and without a role', async () => {
      await expect(works({ ...env, SOPSMITH_VAULT_JWT: podToken('other') })).rejects.toThrow(/no login by kubernetes .*: status (403|500)/);
      await expect(works(env)).rejects.toThrow("no service account has its token at '/var/run/secrets/");
      await expect(works({ ...env, SOPSMITH_VAULT_ROLE: '', SOPSMITH_VAULT_JWT: good })).rejects.toThrow('neither SOPSMITH_VAULT_ROLE nor');
    });
  });
});
