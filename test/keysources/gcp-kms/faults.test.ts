// What a user is told when something is wrong, and that it always ends.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../peers/free-port.ts';
import { type Gcp, startGcp } from '../../peers/gcp.ts';
import type { Fault } from '../../peers/gcp-server.ts';
import { contextOf, dataKey, failure, unwrap, wrap } from './gcp.ts';

let gcp: Gcp;
beforeAll(async () => {
  gcp = await startGcp();
});
afterAll(async () => gcp.close());
afterEach(() => {
  gcp.seen.splice(0);
  gcp.faults.kms.splice(0);
  gcp.faults.tokens.splice(0);
});

const user = 'sops@p1.iam.gserviceaccount.com';
const withToken = (): Record<string, string> => ({ GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue(user) });
const later = 'try again later, or see SOPS_GCP_KMS_ENDPOINT and HTTPS_PROXY';

describe.each(['grpc', 'rest'] as const)('over %s', (protocol) => {
  const reach = (): Record<string, string> => gcp.reach(protocol);
  const as = (account: object): Record<string, string> => ({ ...reach(), GOOGLE_CREDENTIALS: JSON.stringify(account) });

  test.each([
    ['missing', /NOT? ?FOUND|not found; 'gcloud kms keys list'/],
    ['disabled', /DISABLED; 'gcloud kms keys versions enable'/],
    ['destroyed', /DESTROYED; .*'gcloud kms keys versions restore'/],
  ] as const)('a key that is %s', async (which, said) => {
    const message = await failure(wrap(gcp.keys[which], contextOf(as(gcp.accounts.user))));
    expect(message).toMatch(said);
    expect(message).toContain(`DATA_KEY_UNWRAPPABLE: cannot wrap with GCP KMS key '${gcp.keys[which]}': `);
  });

  test('a right that is missing', async () => {
    const wrapped = await wrap(gcp.keys.key, contextOf(as(gcp.accounts.user)));
    const context = contextOf(as(gcp.accounts.stranger));
    expect(await failure(wrap(gcp.keys.key, context))).toContain('; it takes the role roles/cloudkms.cryptoKeyEncrypter on the key');
    const message = await failure(unwrap(gcp.keys.key, wrapped, context));
    expect(message).toMatch(
      /^DATA_KEY_UNRECOVERABLE: cannot unwrap .* denied on resource .*; it takes the role roles\/cloudkms.cryptoKeyDecrypter on the key$/,
    );
  });

  test('another key than the one that wrapped', async () => {
    const context = contextOf(as(gcp.accounts.user));
    const message = await failure(unwrap(gcp.keys.other, await wrap(gcp.keys.key, context), context));
    expect(message).toMatch(/the ciphertext is invalid; the data key was wrapped with another key, or damaged$/);
  });

  test('a token that has expired', async () => {
    const token = gcp.tokens.issue(user, 'expired');
    const message = await failure(wrap(gcp.keys.key, contextOf({ ...reach(), GOOGLE_OAUTH_ACCESS_TOKEN: token })));
    expect(message).toMatch(/GOOGLE_OAUTH_ACCESS_TOKEN is expired or wrong: 'gcloud auth print-access-token' prints a new one$/);
    expect(message).not.toContain(token);
  });

  test('nobody who listens', async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    const env = { ...reach(), ...withToken(), SOPS_GCP_KMS_ENDPOINT: protocol === 'grpc' ? nowhere : `http://${nowhere}` };
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toMatch(new RegExp(`nobody listens at ${nowhere}; ${later}$`));
  });

  test('a host that speaks no TLS', async () => {
    const host = gcp.url.replace('http://', '');
    const env = { ...reach(), ...withToken(), SOPS_GCP_KMS_ENDPOINT: protocol === 'grpc' ? host : `https://${host}` };
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toContain(`${host} does not speak TLS; see SOPS_GCP_KMS_ENDPOINT`);
  });

  test('a certificate that nobody vouches for', async () => {
    const env = { ...reach(), ...withToken(), SSL_CERT_FILE: '/dev/null', SOPS_GCP_KMS_ENDPOINT: gcp.secure };
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toMatch(
      /the certificate of .* is not trusted: .*; SSL_CERT_FILE names the authorities to trust$/,
    );
  });

  test.each<Fault>(['broken', { status: 'UNAVAILABLE' }, { status: 'INTERNAL' }, { status: 'RESOURCE_EXHAUSTED' }])(
    'passes over one fault: %j',
    async (fault) => {
      const context = contextOf({ ...reach(), ...withToken() });
      const wrapped = await wrap(gcp.keys.key, context);
      gcp.faults.kms.push(fault);
      expect(Uint8Array.from(await unwrap(gcp.keys.key, wrapped, context))).toEqual(dataKey);
    },
  );

  test.each<[Fault, string]>([
    ['broken', 'the connection was closed by'],
    [{ status: 'UNAVAILABLE' }, 'the service has a fault'],
    [{ status: 'INTERNAL' }, 'the service has a fault'],
    [{ status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded.' }, 'Quota exceeded; '],
  ])('gives up after three tries: %j', async (fault, said) => {
    gcp.faults.kms.push(fault, fault, fault, fault);
    const message = await failure(wrap(gcp.keys.key, contextOf({ ...reach(), ...withToken() })));
    expect(message).toContain(said);
    expect(message).toContain(later);
    expect(gcp.seen).toEqual(Array(3).fill(`${protocol} encrypt`));
  });

  test.each<[Fault, RegExp]>([
    ['rubbish', /the answer (of .* is not JSON|is not a message of Cloud KMS); see SOPS_GCP_KMS_ENDPOINT$/],
    ['corrupt', /the answer was damaged on the way: its checksum is another$/],
  ])('an answer that is none: %j', async (fault, said) => {
    gcp.faults.kms.push(fault);
    expect(await failure(wrap(gcp.keys.key, contextOf({ ...reach(), ...withToken() })))).toMatch(said);
  });

  test('tells no token and no data key, even where the service repeats them', async () => {
    const token = gcp.tokens.issue(user);
    const key = Buffer.from(dataKey).toString('base64');
    gcp.faults.kms.push({ status: 'INVALID_ARGUMENT', message: `${token} sent ${key}\nand more ${'x'.repeat(1000)}` });
    const message = await failure(wrap(gcp.keys.key, contextOf({ ...reach(), GOOGLE_OAUTH_ACCESS_TOKEN: token })));
    expect(message).toContain('… sent … and more xxx');
    expect(message.length).toBeLessThan(600);
  });

  test.each(['kms', 'tokens'] as const)('silence of %s, until a signal', async (part) => {
    gcp.faults[part].push('silent');
    const env = { ...reach(), GOOGLE_CREDENTIALS: JSON.stringify(gcp.federation('url')) };
    const context = contextOf(env);
    const stop = new AbortController();
    const doing = failure(wrap(gcp.keys.key, context, stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 300));
    stop.abort();
    expect(await doing).toMatch(/given up$/);
    expect(await failure(wrap(gcp.keys.key, context, stop.signal))).toMatch(/given up$/);
  });
});

describe('whoever gives out tokens', () => {
  const told = async (credentials: object | string, more: Record<string, string> = {}): Promise<string> => {
    const text = typeof credentials === 'string' ? credentials : JSON.stringify(credentials);
    return failure(wrap(gcp.keys.key, contextOf({ ...gcp.reach('rest'), ...more, GOOGLE_CREDENTIALS: text })));
  };

  test("refuses a person's credentials that were revoked", async () => {
    const message = await told({ ...gcp.tokens.personFile, refresh_token: '1//revoked' }, { HTTPS_PROXY: gcp.proxy });
    expect(message).toMatch(
      /the token endpoint refused with status 400: invalid_grant: Token has been expired or revoked\.?; 'gcloud auth application-default login' gives new credentials$/,
    );
    expect(message).not.toContain('1//revoked');
  });

  test("refuses an account's key that it does not know", async () => {
    const { private_key: otherKey } = gcp.accounts.stranger;
    expect(await told({ ...gcp.accounts.user, private_key: otherKey })).toMatch(
      /invalid_grant: Invalid JWT Signature\.?; see that the account's key was not deleted/,
    );
  });

  test('refuses a workload, and an account that another may not act as', async () => {
    expect(await told({ ...gcp.federation('url'), audience: '//iam.googleapis.com/another' })).toMatch(
      /the security token service refused .* see that the provider/,
    );
    expect(await told({ ...gcp.impersonating, source_credentials: gcp.accounts.stranger })).toMatch(
      /the IAM credentials service refused with status 403: PERMISSION_DENIED: .*roles\/iam.serviceAccountTokenCreator/,
    );
  });

  test('is away, broken, or gives no token', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}/token`;
    expect(await told({ ...gcp.accounts.user, token_uri: nowhere })).toContain(`nobody listens at ${new URL(nowhere).host}`);
    gcp.faults.tokens.push({ status: 'UNAVAILABLE' }, { status: 'UNAVAILABLE' }, { status: 'UNAVAILABLE' });
    expect(await told(gcp.accounts.user)).toContain('the token endpoint refused with status 503: UNAVAILABLE: the service has a fault; ');
    expect(gcp.seen).toEqual(Array(3).fill('POST /token'));
    gcp.faults.tokens.push('rubbish');
    expect(await told(gcp.accounts.user)).toContain('the answer of the token endpoint is not a JSON object');
    gcp.faults.tokens.push('broken');
    expect(await wrap(gcp.keys.key, contextOf({ ...gcp.reach('rest'), GOOGLE_CREDENTIALS: JSON.stringify(gcp.accounts.user) }))).not.toBe(
      '',
    );
  });

  test('is a metadata server that is away', async () => {
    expect(await failure(wrap(gcp.keys.key, contextOf(gcp.reach('rest'))))).toContain('nobody listens at 127.0.0.1:9');
  });

  test.each([
    ['a secret that is no JSON', 'GOOGLE_CREDENTIALS is neither JSON nor the path of a file that can be read'],
    ['c2VjcmV0'.repeat(600), 'GOOGLE_CREDENTIALS is neither JSON nor the path of a file that can be read'],
    ['{"private_key": "secret"', 'the credentials in GOOGLE_CREDENTIALS are not a JSON object'],
    ['{}', "the credentials in GOOGLE_CREDENTIALS are without 'type'"],
    ['{"type": "odd"}', "the credentials in GOOGLE_CREDENTIALS are of a type that is not known: 'odd'"],
    ['{"type": "service_account", "client_email": "a@b"}', "the credentials in GOOGLE_CREDENTIALS are without 'private_key'"],
    [
      '{"type": "service_account", "client_email": "a@b", "private_key": "secret"}',
      "'private_key' of the credentials in GOOGLE_CREDENTIALS is not an RSA key in PEM",
    ],
    ['{"type": "external_account"}', "the credentials in GOOGLE_CREDENTIALS are without 'credential_source'"],
    ['{"type": "external_account", "credential_source": {}}', 'is of a kind that is not known'],
    [
      '{"type": "external_account", "credential_source": {"file": "/nowhere"}}',
      "there is no file '/nowhere', which 'credential_source' names",
    ],
    [
      '{"type": "external_account", "credential_source": {"executable": {"command": "id"}}}',
      'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 allows it',
    ],
    ['{"type": "impersonated_service_account"}', "are without 'source_credentials'"],
    [
      '{"type": "authorized_user", "universe_domain": "universe.example"}',
      "are for 'universe.example', not for 'googleapis.com'; set SOPS_GCP_KMS_UNIVERSE_DOMAIN",
    ],
  ])('is not asked with credentials that are none: %s', async (credentials, said) => {
    const message = await told(credentials);
    expect(message).toContain(said);
    expect(message).not.toMatch(/secret/);
    expect(message).not.toContain('c2VjcmV0');
  });

  test('is not asked where the credentials themselves stand for their path', async () => {
    const env = { ...gcp.reach('rest'), GOOGLE_APPLICATION_CREDENTIALS: JSON.stringify(gcp.accounts.user) };
    const message = await failure(wrap(gcp.keys.key, contextOf(env)));
    expect(message).toMatch(/GOOGLE_APPLICATION_CREDENTIALS takes the path of a file; the JSON itself goes into GOOGLE_CREDENTIALS$/);
    expect(message).not.toContain('PRIVATE KEY');
  });

  test('is not asked where a file is named that is not there', async () => {
    const env = { ...gcp.reach('rest'), GOOGLE_APPLICATION_CREDENTIALS: '/nowhere.json' };
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toContain(
      "there is no file '/nowhere.json', which GOOGLE_APPLICATION_CREDENTIALS names",
    );
  });
});

describe('before anything is asked', () => {
  test.each([
    'key1',
    'projects/p/locations/l/keyRings/r/cryptoKeys/',
    'projects/p/locations/../keyRings/r/cryptoKeys/k',
    'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1',
  ])('a name that is none: %s', async (name) => {
    expect(await failure(wrap(name, contextOf({ ...gcp.reach('rest'), ...withToken() })))).toMatch(
      /^MALFORMED_KEY: '.*' is not the resource ID of a key of GCP KMS/,
    );
  });

  test('an endpoint that is none', async () => {
    const env = { ...gcp.reach('grpc'), ...withToken(), SOPS_GCP_KMS_ENDPOINT: 'no host at all' };
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toContain(
      'SOPS_GCP_KMS_ENDPOINT is neither a host, perhaps with a port, nor a URL',
    );
  });

  test('a wrapped data key that is no base64', async () => {
    expect(await failure(unwrap(gcp.keys.key, '***', contextOf({ ...gcp.reach('rest'), ...withToken() })))).toMatch(/^MALFORMED_METADATA/);
  });
});
