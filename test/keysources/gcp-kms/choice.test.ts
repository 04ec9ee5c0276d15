// Which credentials, endpoint and protocol are taken: what real sops does with the same variables.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeOf } from '../../../src/keysources/gcp-kms/place.ts';
import { type Gcp, startGcp } from '../../peers/gcp.ts';
import { people } from '../../peers/gcp-kms.ts';
import { run } from '../../peers/run.ts';
import { lacks, needed } from '../../support/peers.ts';
import { contextOf, failure, unwrap, wrap } from './gcp.ts';

let gcp: Gcp;
beforeAll(async () => {
  gcp = await startGcp();
});
afterAll(async () => gcp.close());

const elsewhere = 'universe.example';

interface Choice {
  readonly name: string;
  readonly env: (gcp: Gcp) => Promise<Record<string, string>>;
  /** Whether it lets us in. */
  readonly works: boolean;
}

const good = (g: Gcp): string => g.tokens.issue(people.user);
const json = (file: object): string => JSON.stringify(file);
const choices: readonly Choice[] = [
  {
    name: 'GOOGLE_CREDENTIALS before GOOGLE_OAUTH_ACCESS_TOKEN',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.stranger), GOOGLE_OAUTH_ACCESS_TOKEN: good(g) }),
    works: false,
  },
  {
    name: 'GOOGLE_OAUTH_ACCESS_TOKEN before GOOGLE_APPLICATION_CREDENTIALS',
    env: async (g) => ({ GOOGLE_OAUTH_ACCESS_TOKEN: good(g), GOOGLE_APPLICATION_CREDENTIALS: await g.write(g.accounts.stranger) }),
    works: true,
  },
  {
    name: 'GOOGLE_APPLICATION_CREDENTIALS before the metadata server',
    env: async (g) => ({ GOOGLE_APPLICATION_CREDENTIALS: await g.write(g.accounts.stranger), GCE_METADATA_HOST: g.url.slice(7) }),
    works: false,
  },
  {
    name: 'empty variables are none',
    env: async (g) => ({
      GOOGLE_CREDENTIALS: '',
      GOOGLE_OAUTH_ACCESS_TOKEN: '',
      GOOGLE_APPLICATION_CREDENTIALS: '',
      GCE_METADATA_HOST: g.url.slice(7),
    }),
    works: true,
  },
  {
    name: 'GOOGLE_APPLICATION_CREDENTIALS is no JSON itself',
    env: async (g) => ({ GOOGLE_APPLICATION_CREDENTIALS: json(g.accounts.user) }),
    works: false,
  },
  {
    name: 'credentials of another universe',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json({ ...g.accounts.user, universe_domain: elsewhere }) }),
    works: false,
  },
  {
    name: 'credentials of another universe, which GOOGLE_CLOUD_UNIVERSE_DOMAIN says',
    env: async (g) => ({
      GOOGLE_CREDENTIALS: json({ ...g.accounts.user, universe_domain: elsewhere }),
      GOOGLE_CLOUD_UNIVERSE_DOMAIN: elsewhere,
    }),
    works: true,
  },
  {
    name: 'a client type in capitals',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.user), SOPS_GCP_KMS_CLIENT_TYPE: 'REST', SOPS_GCP_KMS_ENDPOINT: g.secure }),
    works: true,
  },
  {
    name: 'a client type that is none: gRPC',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.user), SOPS_GCP_KMS_CLIENT_TYPE: 'other' }),
    works: true,
  },
  {
    name: 'no client type: gRPC',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.user), SOPS_GCP_KMS_CLIENT_TYPE: '' }),
    works: true,
  },
  {
    name: 'an endpoint as gRPC names it',
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.user), SOPS_GCP_KMS_ENDPOINT: `dns:///${g.secure}` }),
    works: true,
  },
  {
    name: 'an endpoint that is a URL with a slash at its end',
    env: async (g) => ({
      GOOGLE_CREDENTIALS: json(g.accounts.user),
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      SOPS_GCP_KMS_ENDPOINT: `https://${g.secure}`,
    }),
    works: true,
  },
];

/** Universes have no endpoint of their own here: the proxy leads to them. */
const universes: readonly Choice[] = [
  {
    name: "credentials of a universe, by sops's variable",
    env: async (g) => ({
      GOOGLE_CREDENTIALS: json({ ...g.accounts.user, universe_domain: elsewhere }),
      SOPS_GCP_KMS_UNIVERSE_DOMAIN: elsewhere,
    }),
    works: true,
  },
  {
    name: 'the same over REST',
    env: async (g) => ({
      GOOGLE_CREDENTIALS: json({ ...g.accounts.user, universe_domain: elsewhere }),
      SOPS_GCP_KMS_UNIVERSE_DOMAIN: elsewhere,
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    }),
    works: true,
  },
  {
    name: 'the metadata server of a universe',
    env: async (g) => ({ GCE_METADATA_HOST: g.url.slice(7), SOPS_GCP_KMS_UNIVERSE_DOMAIN: elsewhere }),
    works: true,
  },
  {
    name: "Google's credentials in another universe",
    env: async (g) => ({ GOOGLE_CREDENTIALS: json(g.accounts.user), SOPS_GCP_KMS_UNIVERSE_DOMAIN: elsewhere }),
    works: false,
  },
];

describe.skipIf(lacks('sops'))('as real sops', () => {
  const sopsWorks = async (env: Record<string, string>): Promise<boolean> => {
    const command = [needed('sops'), '--config', '/dev/null', 'encrypt', '--gcp-kms', gcp.keys.key, await gcp.write('{"a":"b"}')];
    return (await run(command, { env })).status === 0;
  };
  const oursWorks = async (env: Record<string, string>): Promise<boolean> =>
    wrap(gcp.keys.key, contextOf(env)).then(
      () => true,
      () => false,
    );

  test.each(choices)('$name', async ({ env, works }) => {
    const all = { ...gcp.reach('grpc'), ...(await env(gcp)) };
    expect([await sopsWorks(all), await oursWorks(all)]).toEqual([works, works]);
  });

  test.each(universes)('$name', async ({ env, works }) => {
    const { SOPS_GCP_KMS_ENDPOINT: _endpoint, SOPS_GCP_KMS_CLIENT_TYPE: _type, ...reach } = gcp.reach('grpc');
    const all = { ...reach, HTTPS_PROXY: gcp.proxy, ...(await env(gcp)) };
    gcp.seen.splice(0);
    expect([await sopsWorks(all), await oursWorks(all)]).toEqual([works, works]);
    expect(gcp.seen.filter((asked) => asked === `CONNECT cloudkms.${elsewhere}:443`).length >= 2).toBe(works);
  });
});

describe('more than real sops', () => {
  test('takes an access token to another universe', async () => {
    const { HOME = '', SSL_CERT_FILE = '' } = gcp.reach('grpc');
    const env = {
      HOME,
      SSL_CERT_FILE,
      HTTPS_PROXY: gcp.proxy,
      SOPS_GCP_KMS_UNIVERSE_DOMAIN: elsewhere,
      GOOGLE_OAUTH_ACCESS_TOKEN: good(gcp),
    };
    expect(await wrap(gcp.keys.key, contextOf(env))).not.toBe('');
  });

  test('goes through a proxy to a gRPC endpoint, and is told when the proxy refuses', async () => {
    const env = { ...gcp.reach('grpc'), HTTPS_PROXY: gcp.proxy, GOOGLE_OAUTH_ACCESS_TOKEN: good(gcp) };
    gcp.seen.splice(0);
    expect(await wrap(gcp.keys.key, contextOf({ ...env, SOPS_GCP_KMS_ENDPOINT: 'cloudkms.googleapis.com:443' }))).not.toBe('');
    expect(gcp.seen).toEqual(['CONNECT cloudkms.googleapis.com:443', 'grpc encrypt']);
    expect(await failure(wrap(gcp.keys.key, contextOf({ ...env, SOPS_GCP_KMS_ENDPOINT: 'kms.example:443' })))).toContain(
      'the proxy does not let us through to kms.example:443',
    );
  });

  test('asks over REST at a URL, whatever the client type', async () => {
    const env = { ...gcp.reach('grpc'), SOPS_GCP_KMS_ENDPOINT: gcp.url, GOOGLE_OAUTH_ACCESS_TOKEN: good(gcp) };
    gcp.seen.splice(0);
    await wrap(gcp.keys.key, contextOf(env));
    // The proxy may still hear from the channel of the test before.
    expect(gcp.seen.filter((asked) => asked !== 'CONNECT kms.example:443')).toEqual(['rest encrypt']);
  });

  test.each([
    [{}, { protocol: 'rest', url: 'https://cloudkms.googleapis.com' }],
    [{ SOPS_GCP_KMS_CLIENT_TYPE: 'grpc' }, { protocol: 'rest', url: 'https://cloudkms.googleapis.com' }],
    [{ SOPS_GCP_KMS_UNIVERSE_DOMAIN: 's3nsapis.fr' }, { protocol: 'rest', url: 'https://cloudkms.s3nsapis.fr' }],
    [{ SOPS_GCP_KMS_ENDPOINT: 'cloudkms.s3nsapis.fr' }, { protocol: 'grpc', target: 'cloudkms.s3nsapis.fr:443' }],
    [
      { SOPS_GCP_KMS_ENDPOINT: '[::1]:9', SOPS_GCP_KMS_UNIVERSE_DOMAIN: 'ignored' },
      { protocol: 'grpc', target: '[::1]:9' },
    ],
    [
      { SOPS_GCP_KMS_ENDPOINT: 'kms:9', SOPS_GCP_KMS_CLIENT_TYPE: 'Rest' },
      { protocol: 'rest', url: 'https://kms:9' },
    ],
  ])('%j is asked at %j', (env, place) => {
    expect(placeOf(env)).toEqual(place);
  });
});

describe('tokens', () => {
  const env = (): Record<string, string> => ({ ...gcp.reach('rest'), GOOGLE_CREDENTIALS: json(gcp.accounts.user) });

  test('one serves a run, whoever asks at once', async () => {
    gcp.seen.splice(0);
    const context = contextOf(env());
    const [wrapped] = await Promise.all([wrap(gcp.keys.key, context), wrap(gcp.keys.other, context)]);
    await unwrap(gcp.keys.key, wrapped, context);
    expect(gcp.seen.filter((asked) => asked === 'POST /token')).toHaveLength(1);
  });

  test('a new one is got before the old one expires', async () => {
    gcp.seen.splice(0);
    let minutes = 0;
    const context = { ...contextOf(env()), now: () => new Date(Date.now() + minutes * 60_000) };
    for (minutes of [0, 55, 56]) await wrap(gcp.keys.key, context).catch(() => undefined);
    expect(gcp.seen.filter((asked) => asked === 'POST /token')).toHaveLength(1);
    minutes = 57;
    await wrap(gcp.keys.key, context).catch(() => undefined);
    expect(gcp.seen.filter((asked) => asked === 'POST /token').length).toBeGreaterThan(1);
  });

  test('whoever stops waiting does not take it from the others', async () => {
    const context = contextOf(env());
    const stop = new AbortController();
    const stopped = failure(wrap(gcp.keys.key, context, stop.signal));
    const other = wrap(gcp.keys.other, context);
    stop.abort();
    expect(await stopped).toMatch(/given up$/);
    expect(await other).not.toBe('');
  });
});
