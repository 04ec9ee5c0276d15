// The service on loopback, before ours may believe it: real sops, on Google's own libraries, finds everything there that it asks Google for.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Gcp, startGcp } from '../../peers/gcp.ts';
import { run } from '../../peers/run.ts';
import { lacks, needed } from '../../support/peers.ts';
import { credentials, type Credentials } from './credentials.ts';

describe.skipIf(lacks('sops'))('GCP on loopback, with real sops', () => {
  let gcp: Gcp;
  beforeAll(async () => {
    gcp = await startGcp();
  });
  afterAll(async () => gcp.close());
  beforeEach(() => gcp.seen.splice(0));

  const sops = async (
    args: readonly string[],
    env: Record<string, string>,
    input: string,
  ): Promise<{ status: number; output: string; error: string }> => {
    const { status, stdout, stderr } = await run([needed('sops'), '--config', '/dev/null', ...args, await gcp.write(input)], { env });
    return { status, output: Buffer.from(stdout).toString(), error: stderr };
  };
  const types = ['--input-type', 'json', '--output-type', 'json'];
  const encrypt = async (key: string, env: Record<string, string>) => sops(['encrypt', ...types, '--gcp-kms', key], env, '{"a":"b"}');

  describe.each(['grpc', 'rest'] as const)('over %s', (protocol) => {
    test.each(credentials)('$name', async ({ variables }: Credentials) => {
      const env = { ...gcp.reach(protocol), ...(await variables(gcp)) };
      const { output, error } = await encrypt(gcp.keys.key, env);
      expect(error).not.toContain('Failed');
      expect(await sops(['decrypt', ...types], env, output)).toMatchObject({ status: 0, output: '{\n\t"a": "b"\n}\n' });
      expect(gcp.seen).toEqual(expect.arrayContaining([`${protocol} encrypt`, `${protocol} decrypt`]));
    });

    test.each([
      ['missing', 'not found'],
      ['disabled', 'DISABLED'],
      ['destroyed', 'DESTROYED'],
    ] as const)('refuses a key that is %s', async (which, said) => {
      const env = { ...gcp.reach(protocol), GOOGLE_CREDENTIALS: JSON.stringify(gcp.accounts.user) };
      const { status, error } = await encrypt(gcp.keys[which], env);
      expect(status).not.toBe(0);
      expect(error).toMatch(new RegExp(said, 'i'));
    });

    test.each(['stranger', 'keeper'] as const)('refuses %s', async (who) => {
      const env = { ...gcp.reach(protocol), GOOGLE_CREDENTIALS: JSON.stringify(gcp.accounts[who]) };
      expect((await encrypt(gcp.keys.key, env)).error).toMatch(/denied on resource/);
    });

    test.each(['expired', 'unknown'])('refuses a token that is %s', async (which) => {
      const token = which === 'expired' ? gcp.tokens.issue('sops@p1.iam.gserviceaccount.com', 'expired') : 'ya29.unknown';
      const { error } = await encrypt(gcp.keys.key, { ...gcp.reach(protocol), GOOGLE_OAUTH_ACCESS_TOKEN: token });
      expect(error).toMatch(/invalid authentication credentials/);
    });
  });

  test("is where Google's own addresses lead through its proxy", async () => {
    const { HOME = '', SSL_CERT_FILE = '', GCE_METADATA_HOST = '' } = gcp.reach('grpc');
    const env = {
      HOME,
      SSL_CERT_FILE,
      GCE_METADATA_HOST,
      HTTPS_PROXY: gcp.proxy,
      GOOGLE_CREDENTIALS: JSON.stringify(gcp.tokens.personFile),
    };
    const { output, error } = await encrypt(gcp.keys.key, env);
    expect(error).not.toContain('Failed');
    expect(await sops(['decrypt', ...types], env, output)).toMatchObject({ status: 0 });
    expect(gcp.seen).toEqual(
      expect.arrayContaining(['CONNECT cloudkms.googleapis.com:443', 'CONNECT oauth2.googleapis.com:443', 'POST /token', 'grpc decrypt']),
    );
  });
});
