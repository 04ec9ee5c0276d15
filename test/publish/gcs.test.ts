// Files published to Google Cloud Storage (a small server of ours, which real sops is shown to use): both programs put the same objects there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gcp, startGcp } from '../peers/gcp.ts';
import type { StoredObject } from '../peers/gcs.ts';
import { temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { Laboratory, plain } from './lab.ts';

describe.skipIf(lacks('sops', 'age-keygen'))('publishing to Google Cloud Storage', () => {
  let gcp: Gcp;
  let emulated: Laboratory;
  let real: Laboratory;

  beforeAll(async () => {
    gcp = await startGcp();
    const alone = { GCE_METADATA_HOST: '127.0.0.1:9', HOME: gcp.home };
    emulated = new Laboratory(temporaryFolder('publish-gcs-emulated'), { ...alone, STORAGE_EMULATOR_HOST: gcp.url });
    real = new Laboratory(temporaryFolder('publish-gcs'), {
      ...alone,
      SSL_CERT_FILE: gcp.reach('rest')['SSL_CERT_FILE'] ?? '',
      HTTPS_PROXY: gcp.proxy,
      GOOGLE_APPLICATION_CREDENTIALS: await gcp.write(gcp.accounts.user),
    });
    for (const lab of [emulated, real]) lab.rules(rules);
  });
  afterAll(async () => gcp.close());

  const rules = `
destination_rules:
  - path_regex: json$
    gcs_bucket: published
    recreation_rule: {age: READER}
  - path_regex: env$
    gcs_bucket: nowhere
  - gcs_bucket: published
    gcs_prefix: a/b c/
    omit_extensions: true
`;
  const take = (): readonly (readonly [string, StoredObject])[] => {
    const all = [...gcp.storage.objects].sort(([one], [other]) => (one < other ? -1 : 1));
    gcp.storage.objects.clear();
    return all;
  };

  test.each([
    ['an emulator', () => emulated],
    ['the service, through a proxy, with an account', () => real],
  ])('%s gets the same from both programs', async (_, labOf) => {
    const lab = labOf();
    const theirs = await lab.sops(['publish', '--yes', 'app.yaml']);
    const theirObjects = take();
    const ours = await lab.ours(['publish', '--yes', 'app.yaml']);
    expect(theirs).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(ours).toEqual(theirs);
    expect(theirObjects).toHaveLength(1);
    expect(theirObjects[0]?.[0]).toBe('a/b c/app');
    expect(take()).toEqual(theirObjects);
  });

  test('a file is encrypted anew', async () => {
    const theirs = await emulated.sops(['publish', '--yes', 'more/api.json']);
    const [[name, theirObject] = ['', { content: '', type: '' }]] = take();
    const ours = await emulated.ours(['publish', '--yes', 'more/api.json']);
    const [[ourName, ourObject] = ['', { content: '', type: '' }]] = take();
    expect(ours).toEqual(theirs);
    expect(ourName).toBe(name);
    expect(ourObject.type).toBe(theirObject.type);
    for (const { content } of [theirObject, ourObject])
      expect(emulated.decrypted(content, 'api.json', emulated.people.reader.identity)).toBe(plain['more/api.json']);
  });

  test('asks with the address', async () => {
    const theirs = await emulated.sops(['publish', 'app.yaml'], { input: 'y\n' });
    take();
    expect(await emulated.ours(['publish', 'app.yaml'], { input: 'y\n' })).toEqual(theirs);
    expect(take()).toHaveLength(1);
  });

  test('what real sops does not tell: that the bucket is not there', async () => {
    expect((await emulated.sops(['publish', '--yes', 'more/app.env'])).status).toBe(0);
    expect(await emulated.ours(['publish', '--yes', 'more/app.env'])).toEqual({
      status: 1,
      stdout: '',
      stderr:
        "Error: more/app.env: cannot publish to gcs://nowhere/app.env: The specified bucket does not exist; is there a bucket 'nowhere'?\n",
    });
  });

  test.each([
    [
      'who may not',
      async () => ({ GOOGLE_APPLICATION_CREDENTIALS: await gcp.write(gcp.accounts.stranger) }),
      /roles\/storage\.objectUser on the bucket 'published'/,
    ],
    ['no credentials', async () => ({ GOOGLE_APPLICATION_CREDENTIALS: '' }), /127\.0\.0\.1:9/],
    [
      'an old token',
      async () => ({ GOOGLE_APPLICATION_CREDENTIALS: '', GOOGLE_OAUTH_ACCESS_TOKEN: 'old' }),
      /GOOGLE_OAUTH_ACCESS_TOKEN is expired or wrong/,
    ],
    ['nobody there', async () => ({ STORAGE_EMULATOR_HOST: '127.0.0.1:9' }), /nobody listens at 127\.0\.0\.1:9/],
  ])('%s is told with the remedy', async (_, env, message) => {
    const { status, stderr } = await real.ours(['publish', '--yes', 'app.yaml'], { env: await env() });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: app\.yaml: cannot publish to gcs:\/\/published\/a\/b c\/app: /);
    expect(stderr).toMatch(message);
    expect(take()).toHaveLength(0);
  });

  test('a fault that passes is waited for; one that stays is told', async () => {
    gcp.faults.storage.push({ status: 'UNAVAILABLE' });
    expect(await started(emulated, 'app.yaml')).toMatchObject({ status: 0 });
    expect(take()).toHaveLength(1);
    gcp.faults.storage.push(...Array.from({ length: 3 }, () => ({ status: 'UNAVAILABLE' }) as const));
    expect(await started(emulated, 'app.yaml')).toMatchObject({ status: 1, stderr: expect.stringContaining('try again later') });
    gcp.faults.storage.push('rubbish');
    expect(await started(emulated, 'app.yaml')).toMatchObject({ status: 1, stderr: expect.stringMatching(/cannot publish.*answer/) });
    expect(take()).toHaveLength(0);
  });
});

const started = async (lab: Laboratory, file: string): Promise<unknown> => lab.ours(['publish', '--yes', file]);
