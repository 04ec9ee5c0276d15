// Files published to S3 (moto, which checks signatures and rights): both programs put the same objects there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Moto, startMoto, takeObjects } from '../peers/moto.ts';
import { temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { Laboratory, plain } from './lab.ts';

describe.skipIf(lacks('sops', 'age-keygen', 'moto_server'))('publishing to S3', () => {
  const cwd = temporaryFolder('publish-s3');
  const bareFolder = temporaryFolder('publish-s3-bare');
  let moto: Moto;
  let lab: Laboratory;

  beforeAll(async () => {
    moto = await startMoto();
    lab = new Laboratory(cwd, { AWS_ENDPOINT_URL: moto.url, AWS_REGION: 'us-east-1', ...moto.publisher });
  }, 60_000);
  afterAll(async () => moto.close());

  const asTheyAre = `
destination_rules:
  - s3_bucket: published
    s3_prefix: as-it-is/
    path_regex: \\.(yaml|json|env|bin)$
`;

  test.each([
    ['a file by its name alone', ['--yes', 'more/api.json'], ['as-it-is/api.json']],
    ['a file without its ending', ['-y', '--omit-extensions', './app.yaml'], ['as-it-is/app']],
    ['a folder with the folders in it', ['--yes', '--recursive', 'more'], ['as-it-is/api.json', 'as-it-is/app.env']],
    ['a folder without endings', ['--yes', '--recursive', '--omit-extensions', 'more'], ['as-it-is/api', 'as-it-is/app']],
  ])('%s, as it is', async (_, words, keys) => {
    lab.rules(asTheyAre);
    const theirs = await lab.sops(['publish', ...words]);
    const theirObjects = await takeObjects(moto.url, 'published');
    const ours = await lab.ours(['publish', ...words]);
    const ourObjects = await takeObjects(moto.url, 'published');
    expect(ours).toEqual(theirs);
    expect(ours).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(ourObjects).toEqual(theirObjects);
    expect([...ourObjects.keys()].sort()).toEqual(keys);
  });

  test('a file that is encrypted anew says for whom, and opens for them alone', async () => {
    lab.rules('destination_rules:\n  - s3_bucket: published\n    recreation_rule:\n      age: READER\n');
    for (const [name, content] of Object.entries(plain)) {
      const theirs = await lab.sops(['publish', '--yes', name]);
      const [theirObject = ['', '']] = await takeObjects(moto.url, 'published');
      const ours = await lab.ours(['publish', '--yes', name]);
      const [ourObject = ['', '']] = await takeObjects(moto.url, 'published');
      expect(ours).toEqual(theirs);
      expect(ourObject[0]).toBe(theirObject[0]);
      for (const [, object] of [theirObject, ourObject]) {
        expect(object).not.toContain('s3cret');
        expect(object).not.toContain(lab.people.own.recipient);
        expect(lab.decrypted(object, name, lab.people.reader.identity)).toBe(content);
        expect(lab.decrypted(object, name, lab.people.own.identity)).toContain('FAILED');
      }
    }
  });

  test('a recreation rule with key groups, a threshold and a suffix', async () => {
    lab.rules(`
destination_rules:
  - s3_bucket: published
    recreation_rule:
      encrypted_suffix: word
      shamir_threshold: 2
      key_groups:
        - age: [READER]
        - age: [OWN]
`);
    const theirs = await lab.sops(['publish', '--yes', 'app.yaml']);
    const theirObject = (await takeObjects(moto.url, 'published')).get('app.yaml') ?? '';
    const ours = await lab.ours(['publish', '--yes', 'app.yaml']);
    const ourObject = (await takeObjects(moto.url, 'published')).get('app.yaml') ?? '';
    expect(ours).toEqual(theirs);
    const shape = (text: string): string =>
      text.replaceAll(/ENC\[.*\]|lastmodified: .*/g, '…').replaceAll(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g, '…');
    expect(shape(ourObject)).toBe(shape(theirObject));
    const both = `${lab.people.own.identity}\n${lab.people.reader.identity}`;
    expect(lab.decrypted(ourObject, 'app.yaml', both)).toBe(plain['app.yaml']);
  });

  test('a value under a key that ends in _unencrypted, which real sops makes unreadable, stays readable', async () => {
    lab.rules('destination_rules:\n  - s3_bucket: published\n    recreation_rule:\n      age: READER\n');
    const { stdout } = await lab.ours(['encrypt', '--age', lab.people.own.recipient, '--filename-override', 'x.yaml'], {
      input: 'a_unencrypted: shown\nb: hidden\n',
    });
    writeFileSync(join(cwd, 'suffix.yaml'), stdout);
    await lab.sops(['publish', '--yes', 'suffix.yaml']);
    const theirs = (await takeObjects(moto.url, 'published')).get('suffix.yaml') ?? '';
    expect(lab.decrypted(theirs, 'suffix.yaml', lab.people.reader.identity)).toContain('MAC mismatch');
    await lab.ours(['publish', '--yes', 'suffix.yaml']);
    const ours = (await takeObjects(moto.url, 'published')).get('suffix.yaml') ?? '';
    expect(lab.decrypted(ours, 'suffix.yaml', lab.people.reader.identity)).toBe('a_unencrypted: shown\nb: hidden\n');
  });

  test.each([
    ['yes', 'y\n', 1],
    ['no', 'n\n', 0],
    ['something else, then yes', 'yes\nmaybe\ny\n', 1],
    ['nothing', '', 0],
  ])('asks, and is told %s', async (_, input, count) => {
    lab.rules('destination_rules:\n  - s3_bucket: published\n    recreation_rule:\n      age: READER,OWN\n');
    const theirs = await lab.sops(['publish', 'app.yaml'], { input });
    expect(await takeObjects(moto.url, 'published')).toHaveLength(count);
    const ours = await lab.ours(['publish', 'app.yaml'], { input });
    expect(await takeObjects(moto.url, 'published')).toHaveLength(count);
    expect({ status: ours.status, stdout: ours.stdout }).toEqual({ status: theirs.status, stdout: theirs.stdout });
  });

  test('with --recursive, no to one file is no failure', async () => {
    lab.rules(asTheyAre);
    const words = ['publish', '--recursive', 'more'];
    const theirs = await lab.sops(words, { input: 'n\ny\n' });
    expect([...(await takeObjects(moto.url, 'published')).keys()]).toEqual(['as-it-is/app.env']);
    const ours = await lab.ours(words, { input: 'n\ny\n' });
    expect([...(await takeObjects(moto.url, 'published')).keys()]).toEqual(['as-it-is/app.env']);
    expect(ours).toEqual(theirs);
  });

  test.each([
    ['no file', []],
    ['a file that is not there', ['--yes', 'nowhere.yaml']],
    ['a folder without --recursive', ['--yes', 'more']],
    ['a file that is not encrypted', ['--yes', 'bare.yaml']],
    ['a file that no rule takes', ['--yes', 'app.yaml']],
    ['a file whose rule names nothing', ['--yes', 'raw.bin']],
    ['a bucket that is not there', ['--yes', 'more/api.json']],
  ])('%s fails in both programs alike', async (_, words) => {
    lab.rules(`
destination_rules:
  - path_regex: raw
  - path_regex: api
    s3_bucket: nowhere
  - path_regex: more|bare|nowhere
    s3_bucket: published
`);
    const theirs = await lab.sops(['publish', ...words]);
    const ours = await lab.ours(['publish', ...words]);
    expect(theirs.status).not.toBe(0);
    expect({ status: ours.status, stdout: ours.stdout }).toEqual({ status: theirs.status, stdout: theirs.stdout });
    expect(ours.stderr).not.toContain('internal error');
    expect(await takeObjects(moto.url, 'published')).toHaveLength(0);
  });

  test.each([
    ['who may not', {}, /AccessDenied.*; allow s3:PutObject for these credentials, in the policy of the bucket or in theirs/],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, /SignatureDoesNotMatch.*AWS does not know these credentials/],
    ['no credentials', { AWS_ACCESS_KEY_ID: '' }, /no credentials are to be found; set AWS_PROFILE/],
    ['no region', { AWS_REGION: '' }, /no region is set: set AWS_REGION/],
    ['nobody there', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, /nobody listens at 127\.0\.0\.1:9.*AWS_ENDPOINT_URL_S3/],
  ])('%s is told with the remedy', async (what, env, message) => {
    lab.rules(asTheyAre);
    const as = what === 'who may not' ? moto.stranger : env;
    const { status, stderr } = await lab.ours(['publish', '--yes', 'app.yaml'], { env: as });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: app\.yaml: cannot publish to s3:\/\/published\/as-it-is\/app\.yaml: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(moto.publisher.AWS_SECRET_ACCESS_KEY);
    expect((await lab.sops(['publish', '--yes', 'app.yaml'], { env: as })).status).toBe(1);
    expect(await takeObjects(moto.url, 'published')).toHaveLength(0);
  });

  test('a profile of the shared files gives credentials, region and endpoint', async () => {
    lab.rules(asTheyAre);
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = moto.publisher;
    writeFileSync(
      join(cwd, 'aws'),
      `[profile p]\nregion = us-east-1\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\nservices = l\n[services l]\ns3 =\n  endpoint_url = ${moto.url}\n`,
    );
    const bare = new Laboratory(bareFolder, { AWS_PROFILE: 'p', AWS_CONFIG_FILE: join(cwd, 'aws') });
    bare.rules(asTheyAre);
    const inBare = readFileSync(join(bareFolder, 'app.yaml'), 'utf8');
    for (const run of [bare.sops.bind(bare), bare.ours.bind(bare)]) {
      expect(await run(['publish', '--yes', 'app.yaml'])).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(await takeObjects(moto.url, 'published')).toEqual(new Map([['as-it-is/app.yaml', inBare]]));
    }
  });

  test('several files and folders in one call: failures are told, the others go', async () => {
    lab.rules(asTheyAre);
    const { status, stderr } = await lab.ours(['publish', '--yes', '--recursive', 'app.yaml', 'bare.yaml', 'more']);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/bare\.yaml: sops metadata not found[^]*4 files: 3 published, 1 failed/),
    });
    expect([...(await takeObjects(moto.url, 'published')).keys()].sort()).toEqual([
      'as-it-is/api.json',
      'as-it-is/app.env',
      'as-it-is/app.yaml',
    ]);
    const twice = await lab.ours(['publish', '--yes', 'app.yaml', 'raw.bin', '--json']);
    expect(JSON.parse(twice.stdout)).toEqual([
      { file: 'app.yaml', status: 'published' },
      { file: 'raw.bin', status: 'published' },
    ]);
    await takeObjects(moto.url, 'published');
    const clash = await lab.ours(['publish', '--yes', '--omit-extensions', 'app.yaml', 'more/app.env']);
    expect(clash).toMatchObject({ status: 8, stderr: expect.stringContaining('would both be published to s3://published/as-it-is/app') });
    await takeObjects(moto.url, 'published');
  });

  test('--dry-run says what would be sent where, and needs no key and no network', async () => {
    lab.rules(`
destination_rules:
  - path_regex: json$
    s3_bucket: published
    recreation_rule: {age: READER}
  - s3_bucket: published
    s3_prefix: p/
`);
    const nothing = { SOPS_AGE_KEY: '', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: '' };
    const { status, stdout, stderr } = await lab.ours(['publish', '--dry-run', '--recursive', 'more', 'app.yaml'], { env: nothing });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(
      `more/api.json would be published to s3://published/api.json (encrypted anew)\nGroup 1\n+++ ${lab.people.reader.recipient}\n--- ${lab.people.own.recipient}\n` +
        'more/app.env would be published to s3://published/p/app.env (as it is)\napp.yaml would be published to s3://published/p/app.yaml (as it is)\n',
    );
    expect(await takeObjects(moto.url, 'published')).toHaveLength(0);
  });

  test('where no rule takes the path as it is given, it is matched relative to the config file', async () => {
    lab.rules('destination_rules:\n  - path_regex: ^more/api\n    s3_bucket: published\n');
    expect(await lab.ours(['publish', '--yes', join(cwd, 'more/api.json')])).toMatchObject({ status: 0 });
    expect([...(await takeObjects(moto.url, 'published')).keys()]).toEqual(['api.json']);
  });
});
