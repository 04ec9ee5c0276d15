// `keyservice` and `--keyservice`, ours and real sops's, in every pairing.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../peers/free-port.ts';
import { ageIdentity, fill, type Ran, runProgram, type Started, startProgram, temporaryFolder, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('keyservice');
const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const real = (): readonly string[] => [needed('sops')];
/** The URI of a socket that there is not. */
const nowhere = `unix://${join(folder, 'none')}`;
const plain = 'a: one\nb: 0x1F # two\n';

beforeAll(() => {
  fill(folder, { 'identity.txt': identity, 'plain.yaml': plain });
});

const started: Started[] = [];
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

/** Starts a key service that has the identity, and waits until it listens. */
async function serve(server: readonly string[], address: readonly string[], ...more: readonly string[]): Promise<Started> {
  const one = startProgram(server, ['keyservice', '--verbose', ...address, ...more], {
    cwd: folder,
    env: { SOPS_AGE_KEY_FILE: 'identity.txt' },
  });
  started.push(one);
  await until(() => one.output().includes('Listening on') || one.child.exitCode !== null);
  return one;
}

/** Text without the breaks of long lines in the list of what was tried. */
const withoutBreaks = (text: string): string => text.replaceAll(/\n {6}\| /g, ' ');

let count = 0;
/** An address of its own: what the server is told, and the URI for clients. */
async function addressOf(
  network: 'tcp' | 'unix',
): Promise<{ readonly flags: readonly string[]; readonly uri: string; readonly path: string }> {
  const path = network === 'unix' ? join(folder, `${(count += 1)}.sock`) : `127.0.0.1:${await freePort()}`;
  return { flags: ['--net', network, '--addr', path], uri: `${network}://${path}`, path };
}

/** Runs a client that has no identity of its own. */
const ask = (client: readonly string[], argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ran =>
  runProgram(client, argv, { cwd: folder, env: { SOPS_DISABLE_VERSION_CHECK: '1', ...env } });

const pairs = (['tcp', 'unix'] as const).flatMap((network) => [
  { network, server: 'ours', client: 'ours' },
  { network, server: 'ours', client: 'real sops' },
  { network, server: 'real sops', client: 'ours' },
]);
const programOf = (name: string): readonly string[] => (name === 'ours' ? program : real());

describe.skipIf(lacks('sops', 'age-keygen'))('the key service', () => {
  test.each(pairs)('of $server serves $client over $network', async ({ network, server, client }) => {
    const { flags, uri } = await addressOf(network);
    await serve(programOf(server), flags);
    const remote = ['--enable-local-keyservice=false', '--keyservice', uri];
    const sealed = ask(programOf(client), ['encrypt', ...remote, '--age', recipient, 'plain.yaml']);
    expect(sealed).toMatchObject({ status: 0, stderr: '' });
    fill(folder, { 'sealed.yaml': sealed.stdout });
    expect(ask(programOf(client), ['decrypt', ...remote, 'sealed.yaml'])).toMatchObject({ status: 0, stderr: '' });
    // Beside the local one, which has no identity; and from the environment.
    const asked = ask(programOf(client), ['decrypt', '--extract', '["a"]', 'sealed.yaml'], { SOPS_KEYSERVICE: `${nowhere},${uri}` });
    expect(asked).toMatchObject({ status: 0, stdout: 'one' });
    const rotated = ask(programOf(client), ['rotate', '-i', ...remote, 'sealed.yaml']);
    expect(rotated).toMatchObject({ status: 0 });
    expect(ask(real(), ['decrypt', 'sealed.yaml'], { SOPS_AGE_KEY_FILE: 'identity.txt' })).toMatchObject({ status: 0 });
  });

  test('says of each key service why it could not', async () => {
    const argv = ['decrypt', '--keyservice', nowhere, '--keyservice', `tcp://127.0.0.1:${await freePort()}`, 'sealed.yaml'];
    const { status, stderr } = ask(program, argv);
    expect(status).toBe(128);
    const unbroken = withoutBreaks(stderr);
    expect(unbroken).toMatch(/^ {2}age1\w+: FAILED\n {4}- \| no age identity/m);
    expect(unbroken).toContain(`\n    \n    - | key service ${nowhere}: there is no such socket: is the key service running?\n    \n`);
    expect(unbroken).toMatch(/\n {4}- \| key service tcp:\/\/127\.0\.0\.1:\d+: connection refused: nothing listens there\n/);
    expect(ask(real(), argv).status).toBe(status);
  });

  test('that is the only one and is not there leaves the file as it is', () => {
    const { status, stderr } = ask(program, [
      'encrypt',
      '--enable-local-keyservice=false',
      '--keyservice',
      nowhere,
      '--age',
      recipient,
      'plain.yaml',
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${recipient}: key service ${nowhere}: there is no such socket`);
  });

  test('that there is none of is said, as is an address that is none', () => {
    const { status, stderr } = ask(program, [
      'decrypt',
      '--enable-local-keyservice=false',
      '--keyservice',
      'http://127.0.0.1',
      'sealed.yaml',
    ]);
    expect(status).toBe(128);
    expect(stderr).toContain("Warning: key service 'http://127.0.0.1' is left out: that is neither tcp://HOST:PORT nor unix:///PATH");
    expect(stderr).toContain('there is no key service to ask');
    expect(ask(real(), ['decrypt', '--enable-local-keyservice=false', 'sealed.yaml']).status).toBe(128);
    const switchedOff = { SOPS_ENABLE_LOCAL_KEYSERVICE: 'false', SOPS_AGE_KEY_FILE: 'identity.txt' };
    for (const one of [program, real()]) expect(ask(one, ['decrypt', 'sealed.yaml'], switchedOff).status).toBe(128);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends well on %s, and its socket with it', async (signal) => {
    const { flags, path, uri } = await addressOf('unix');
    const { child, ended, output } = await serve(program, flags);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect(ask(program, ['decrypt', '--keyservice', uri, 'sealed.yaml']).status).toBe(0);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(output()).toContain(`Caught signal ${signal}: shutting down.`);
    expect(existsSync(path)).toBe(false);
  });

  test('says that other machines reach it', async () => {
    const { output } = await serve(program, ['--address', '0.0.0.0:0']);
    await until(() => output().includes('Listening on'));
    expect(output()).toMatch(
      /^Warning: tcp:\/\/0\.0\.0\.0:\d+ is reached from other machines: whoever does can use your keys, and data keys pass without encryption\nListening on tcp:\/\/0\.0\.0\.0:\d+\n$/,
    );
  });

  test('takes over the socket of a server that was killed, and no other', async () => {
    const { flags, uri } = await addressOf('unix');
    const { child, ended } = await serve(program, flags);
    expect(ask(program, ['keyservice', ...flags])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('another server listens there'),
    });
    child.kill('SIGKILL');
    await ended;
    expect(withoutBreaks(ask(program, ['decrypt', '--keyservice', uri, 'sealed.yaml']).stderr)).toContain('connection refused');
    await serve(program, flags);
    expect(ask(program, ['decrypt', '--keyservice', uri, 'sealed.yaml']).status).toBe(0);
  });

  test('cannot listen where another does', async () => {
    const { flags, path } = await addressOf('tcp');
    await serve(program, flags);
    const { status, stderr } = ask(program, ['keyservice', ...flags]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `Error: cannot listen on '${path}': address already in use: another server listens there\n`,
    });
    expect(ask(real(), ['keyservice', ...flags]).status).toBe(1);
  });

  test('tells of requests and never of keys', async () => {
    const { flags, uri } = await addressOf('unix');
    const { output } = await serve(program, flags);
    const remote = ['--enable-local-keyservice=false', '--keyservice', uri];
    const stranger = ageIdentity().recipient;
    fill(folder, { 'other.yaml': ask(real(), ['encrypt', '--age', stranger, 'plain.yaml']).stdout });
    expect(ask(real(), ['decrypt', ...remote, 'sealed.yaml']).status).toBe(0);
    expect(ask(real(), ['decrypt', ...remote, 'other.yaml'])).toMatchObject({
      status: 128,
      stderr: expect.stringContaining('no age identity'),
    });
    await until(() => output().includes('Refused'));
    const [, answered, refused, ...rest] = output().trimEnd().split('\n');
    expect(answered).toBe(`Answered decrypt request using age key with recipient ${recipient}`);
    expect(refused).toMatch(new RegExp(`^Refused decrypt request using age key with recipient ${stranger}: no age identity`));
    expect(rest).toEqual([]);
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('the key service with --prompt', () => {
  const question = `\nReceived decrypt request using age key with recipient ${recipient}. Respond to request? (y/n): `;
  const asking = async (uri: string): Promise<Started> => {
    const client = startProgram(real(), ['decrypt', '--enable-local-keyservice=false', '--keyservice', uri, 'sealed.yaml'], {
      cwd: folder,
    });
    started.push(client);
    return client;
  };
  const times = (output: string): number => output.split(question).length - 1;

  test('asks before each use, until the answer is y or n', async () => {
    const { flags, uri } = await addressOf('unix');
    const { child, output, ended } = await serve(program, flags, '--prompt');
    const first = await asking(uri);
    await until(() => times(output()) === 1);
    expect(first.output()).toBe('');
    child.stdin?.write('perhaps\n');
    await until(() => times(output()) === 2);
    child.stdin?.write('y\n');
    expect(await first.ended).toBe(0);
    expect(first.output()).toMatch(/^a: one$/m);
    const second = await asking(uri);
    await until(() => times(output()) === 3);
    child.stdin?.write('n\n');
    expect(await second.ended).toBe(128);
    expect(withoutBreaks(second.output())).toContain('Request rejected by user');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('asks one question at a time', async () => {
    const { flags, uri } = await addressOf('tcp');
    const { child, output } = await serve(program, flags, '--prompt');
    const clients = [await asking(uri), await asking(uri), await asking(uri)];
    await until(() => times(output()) === 1);
    child.stdin?.write('y\n');
    await until(() => times(output()) === 2);
    child.stdin?.write('n\n');
    await until(() => times(output()) === 3);
    child.stdin?.write('y\n');
    const statuses = await Promise.all(clients.map(async ({ ended }) => ended));
    expect(statuses.map(Number).toSorted((one, other) => one - other)).toEqual([0, 0, 128]);
  });

  test('ends well while a question waits', async () => {
    const { flags, uri, path } = await addressOf('unix');
    const { child, output, ended } = await serve(program, flags, '--prompt');
    const client = await asking(uri);
    await until(() => times(output()) === 1);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await client.ended).toBe(128);
    expect(existsSync(path)).toBe(false);
  });

  test('refuses where nobody can answer', async () => {
    const { flags, uri } = await addressOf('unix');
    const { child } = await serve(program, flags, '--prompt');
    child.stdin?.end();
    const client = await asking(uri);
    expect(await client.ended).toBe(128);
    expect(withoutBreaks(client.output())).toContain('Request rejected by user');
  });
});
