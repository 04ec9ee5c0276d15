import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sopsVariables } from '../../src/cli/doctor/variables.ts';
import { encodeBech32 } from '../../src/keysources/age/bech32.ts';
import { parseSshPublicKey } from '../../src/keysources/age/ssh-public-key.node.ts';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { recipients } from '../support/real-sops.ts';

const [one, two] = recipients;
const hasTerminal = spawnSync('sh', ['-c', 'script --version'], { encoding: 'utf8' }).stdout.includes('util-linux');
const run = (cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ran =>
  runProgram(program, argv, { cwd, env });

describe.skipIf(lacks('sops') || lacks('age-keygen'))('init', () => {
  it('makes a key that age knows, and a config by which real sops encrypts and decrypts', () => {
    const folder = temporaryFolder('init');
    const made = run(folder, [
      'init',
      '--own-age-key',
      '--name',
      'alice # at work',
      '--path-regex',
      String.raw`\.ya?ml$`,
      '--schema',
      '.s.json',
    ]);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const keys = join(folder, '.config/sops/age/keys.txt');
    expect([statSync(keys).mode & 0o777, statSync(join(folder, '.config/sops/age')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readFileSync(keys, 'utf8')).toMatch(
      /^# created: \d{4}-\d\d-\d\dT[\d:]+Z\n# public key: age1[a-z0-9]{58}\nAGE-SECRET-KEY-1[A-Z0-9]{58}\n$/,
    );
    const recipient = spawnSync(needed('age-keygen'), ['-y', keys], { encoding: 'utf8' }).stdout.trim();
    expect(made.stdout).toContain(recipient);
    expect(made.stdout).not.toContain('SECRET');
    expect(textOf(folder, '.sops.yaml')).toBe(`# yaml-language-server: $schema=./.s.json
creation_rules:
  - path_regex: \\.ya?ml$
    age:
      - ${recipient}  # alice # at work
`);
    expect(textOf(folder, '.s.json')).toBe(run(folder, ['schema']).stdout);
    fill(folder, { 'a.yaml': 'a: secret\n' });
    const sops = (...argv: readonly string[]): Ran => runProgram([needed('sops')], argv, { cwd: folder });
    expect(sops('encrypt', '-i', 'a.yaml').status).toBe(0);
    expect(textOf(folder, 'a.yaml')).toContain(recipient);
    expect(sops('decrypt', 'a.yaml').stdout).toBe('a: secret\n');
  });

  it('puts keys of several kinds into one group, as real sops reads it', () => {
    const folder = temporaryFolder('init');
    const fingerprint = '1234567890123456789012345678901234567890';
    expect(run(folder, ['init', '--age', `${one}, ${two}`, '--pgp', fingerprint, '--encrypted-regex', "^(a|it's: x)$"]).status).toBe(0);
    fill(folder, { 'a.yaml': 'a: secret\nb: clear\n' });
    const config = textOf(folder, '.sops.yaml');
    expect(config).toContain(`encrypted_regex: '^(a|it''s: x)$'`);
    fill(folder, { '.sops.yaml': config.replace(/ {4}pgp:\n.*\n/, '') });
    expect(config).toContain(`- '${fingerprint}'`);
    const { stdout } = runProgram([needed('sops')], ['encrypt', 'a.yaml'], { cwd: folder });
    expect(stdout).toContain('b: clear');
    expect([one, two].every((recipient) => stdout.includes(recipient))).toBe(true);
  });

  it('uses an identity that is there, and overwrites nothing', () => {
    const folder = temporaryFolder('init');
    const own = ageIdentity();
    fill(folder, { '.config/sops/age/keys.txt': own.identity });
    expect(run(folder, ['init', '--own-age-key']).stdout).toContain(`Using the age key in`);
    expect(textOf(folder, '.config/sops/age/keys.txt')).toBe(own.identity);
    const before = textOf(folder, '.sops.yaml');
    expect(before).toContain(own.recipient);
    expect(run(folder, ['init', '--age', one])).toMatchObject({ status: 3, stdout: '' });
    expect(textOf(folder, '.sops.yaml')).toBe(before);
  });

  it('refers to the schema of the package where that is installed', () => {
    const folder = temporaryFolder('init');
    fill(folder, { 'node_modules/sopsmith/dist/sops-config.schema.json': '{}' });
    mkdirSync(join(folder, 'deploy'));
    expect(run(join(folder, 'deploy'), ['init', '--age', one]).status).toBe(0);
    expect(textOf(folder, 'deploy/.sops.yaml')).toContain('$schema=../node_modules/sopsmith/dist/sops-config.schema.json\n');
  });

  it('makes nothing where something is wrong', () => {
    const folder = temporaryFolder('init');
    const setsid = runProgram(['setsid', '-w', ...program], ['init'], { cwd: folder });
    expect(setsid).toMatchObject({ status: 1, stdout: '' });
    expect(setsid.stderr).toContain('--own-age-key');
    expect(run(folder, ['init', '--age', 'age1nonsense']).status).toBe(1);
    expect(run(folder, ['init', '--own-age-key', '--path-regex', '(']).status).toBe(1);
    expect(run(folder, ['init', '--age', one, '--encrypted-regex', 'a', '--encrypted-suffix', 'b']).status).toBe(8);
    expect([existsSync(join(folder, '.sops.yaml')), existsSync(join(folder, '.config'))]).toEqual([false, false]);
  });

  it.skipIf(!hasTerminal)('asks at the terminal', async () => {
    const folder = temporaryFolder('init');
    const line = [...program, 'init'].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      timeout: 30_000,
    });
    const answers = ['\r', 'secret/.*\r', '^pass\r'];
    let shown = '';
    await new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        shown += part;
        if (shown.split(/\): /).length - 1 > 3 - answers.length) {
          const answer = answers.shift() ?? '';
          setTimeout(() => child.stdin.write(answer), 200);
        }
      });
      child.on('close', resolve);
    });
    expect(textOf(folder, '.sops.yaml')).toMatch(/path_regex: secret\/\.\*\n {4}encrypted_regex: \^pass\n {4}age:\n {6}- age1/);
  });
});

describe.skipIf(lacks('age-keygen'))('doctor', () => {
  const own = ageIdentity();
  const home = (config: string): string => {
    const folder = temporaryFolder('doctor');
    fill(folder, { '.config/sops/age/keys.txt': own.identity, '.sops.yaml': config, 'plain.yaml': 'a: planted\n' });
    chmodSync(join(folder, '.config/sops/age/keys.txt'), 0o600);
    return folder;
  };
  const rules = `creation_rules:\n  - age:\n      # Alice\n      - ${own.recipient}\n      - ${one} # Bob\n`;
  const problems = (folder: string, env: Readonly<Record<string, string>>, ...argv: readonly string[]): string => {
    const { status, stdout } = run(folder, ['doctor', '--json', ...argv], env);
    const { problems: found }: { readonly problems: readonly object[] } = JSON.parse(stdout);
    expect(status).toBe(found.length === 0 ? 0 : 1);
    expect(stdout).not.toMatch(/SECRET-KEY-1[A-Z0-9]{6}/);
    return JSON.stringify(found);
  };

  it('names who opens what, and finds nothing wrong where nothing is', () => {
    const folder = home(rules);
    fill(folder, { 's.yaml': run(folder, ['encrypt', 'plain.yaml']).stdout });
    const { status, stdout } = run(folder, ['doctor', 's.yaml']);
    expect(stdout).toContain(`yes  age ${own.recipient} (Alice)`);
    expect(stdout).toContain(`no   age ${one} (Bob)`);
    expect(stdout).toContain('s.yaml: opens');
    expect([status, stdout.includes('Nothing is wrong.')]).toEqual([0, true]);
  });

  it('says that a file does not open, as the error of decrypt does', () => {
    const folder = home(`creation_rules:\n  - age: &bob ${one}\n`);
    fill(folder, { 'a b.yaml': run(folder, ['encrypt', 'plain.yaml']).stdout });
    expect(problems(folder, {}, 'a b.yaml')).toMatch(/none of your keys is among.*a b\.yaml.*does not open/);
    const { status, stderr } = run(folder, ['decrypt', 'a b.yaml']);
    expect(status).toBe(128);
    expect(stderr).toContain(`${one}: FAILED (bob)`);
    expect(stderr).toContain("`sopsmith doctor 'a b.yaml'`");
    expect(stderr).toContain('keys.txt');
  });

  it.each([
    [{ SOPS_AGE_KEYFILE: 'x' }, 'did you mean SOPS_AGE_KEY_FILE?'],
    [{ SOPS_AGE_RECIPIENT: 'x' }, 'did you mean SOPS_AGE_RECIPIENTS?'],
    [{ SOPS_AGE_KEY_FILE: '/nowhere/keys' }, 'which is not there'],
    [{ SOPS_AGE_KEY_FILE: own.identity.split('\n').at(-2) ?? '' }, 'belongs into SOPS_AGE_KEY'],
    [{ SOPS_AGE_KEY: '~/keys.txt' }, 'belongs into SOPS_AGE_KEY_FILE'],
    [{ SOPS_AGE_KEY: one }, 'the public half'],
    [{ GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/c.json' }, 'which is not there'],
    [{ AWS_CONFIG_FILE: '/nowhere/config' }, 'which is not there'],
    [{ AWS_ACCESS_KEY_ID: 'x' }, 'AWS_SECRET_ACCESS_KEY'],
    [{ VAULT_CACERT: '/nowhere/ca' }, 'which is not there'],
    [{ VAULT_ADDR: 'vault:8200' }, 'is no address'],
    [{ EDITOR: 'no-such-editor --wait' }, 'is no program on the path'],
    [{ SOPS_KEYSERVICE: 'tcp://127.0.0.1:1' }, 'refuses the connection'],
    [{ SOPS_KEYSERVICE: 'nonsense' }, 'is neither tcp'],
    [{ SOPS_AGE_KEY_CMD: 'false' }, 'failed with status 1'],
  ])('finds what is wrong: %j', (env, says) => {
    expect(problems(home(rules), env)).toContain(says);
  });

  it('does not mind variables of others, and key services that answer', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const folder = home(rules);
    const child = spawn(program[0], [...program.slice(1), 'doctor'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, SOPS_VERSION: '3', SOPS_KEYSERVICE: `tcp://127.0.0.1:${port}` },
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    server.close();
  });

  it('finds identities that others can read, and broken ones', () => {
    const folder = home(rules);
    chmodSync(join(folder, '.config/sops/age/keys.txt'), 0o644);
    expect(problems(folder, {})).toContain('chmod 600');
    chmodSync(join(folder, '.config/sops/age/keys.txt'), 0o600);
    fill(folder, { '.config/sops/age/keys.txt': 'AGE-SECRET-KEY-1ABC\n' });
    expect(problems(folder, {})).toContain('cannot be used');
    fill(folder, { '.sops.yaml': 'creation_rules: [{age: 1}]\n' });
    expect(problems(folder, {})).toContain('neither a text nor a list');
  });

  it.skipIf(lacks('ssh-keygen'))('tells an SSH key from the X25519 form of it', () => {
    const folder = home('stores:\n');
    mkdirSync(join(folder, '.ssh'), { mode: 0o700 });
    spawnSync(needed('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', 'me', '-f', join(folder, '.ssh/id_ed25519')]);
    const ssh = textOf(folder, '.ssh/id_ed25519.pub').trim();
    fill(folder, { '.sops.yaml': `creation_rules:\n  - age: ["${ssh}"]\n` });
    expect(problems(folder, {})).toBe('[]');
    const key = parseSshPublicKey(ssh);
    const point = typeof key !== 'string' && key.type === 'ssh-ed25519' ? key.point : new Uint8Array(32);
    fill(folder, { '.sops.yaml': `creation_rules:\n  - age: ${encodeBech32('age', point)}\n` });
    expect(problems(folder, {})).toMatch(/X25519 form that ssh-to-age makes of the SSH key in [^ ]*id_ed25519.*ssh-to-age -private-key/);
    const { places }: { readonly places: readonly { readonly keys: readonly string[] }[] } = JSON.parse(
      run(folder, ['doctor', '--json']).stdout,
    );
    expect(places.flatMap(({ keys }) => keys)).toContain(ssh.split(' ').slice(0, 2).join(' '));
    fill(folder, { '.sops.yaml': `creation_rules:\n  - age: ["${ssh}"]\n` });
    spawnSync('rm', [join(folder, '.ssh/id_ed25519')]);
    expect(problems(folder, { SSH_AUTH_SOCK: '/tmp/agent' })).toContain('the agent of SSH (SSH_AUTH_SOCK) is of no use here');
  });
});

describe('what is listed', () => {
  it('is every variable that the source reads', () => {
    const source = fileURLToPath(new URL('../../src', import.meta.url));
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const read = files.flatMap((name) => readFileSync(join(source, name), 'utf8').match(/\bSOPS_[A-Z_]+[A-Z]\b/g) ?? []);
    // That one is set for the command in SOPS_AGE_KEY_CMD.
    expect([...new Set(read)].filter((name) => name !== 'SOPS_AGE_RECIPIENT').sort()).toEqual([...sopsVariables].sort());
  });

  it('is every command under a topic', () => {
    expect(run(temporaryFolder('help'), ['--help']).stdout).not.toContain('More:');
  });
});

describe('schema', () => {
  it('is printed, and written to a file', () => {
    const folder = temporaryFolder('schema');
    const { status, stdout } = run(folder, ['schema']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
    expect(run(folder, ['schema', '--output', 'x.json'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(textOf(folder, 'x.json')).toBe(stdout);
  });
});

describe.skipIf(!hasTerminal)('colours', () => {
  const shown = (env: Readonly<Record<string, string>>): string =>
    spawnSync('script', ['-qec', [...program, 'decypt', '--help'].map((word) => `'${word}'`).join(' '), '/dev/null'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
    }).stdout;

  it('stand on a terminal, and never with NO_COLOR', () => {
    expect(shown({})).toContain('\u001B[');
    expect(shown({ NO_COLOR: '1' })).not.toContain('\u001B[');
    expect(run(temporaryFolder('help'), ['--help']).stdout).not.toContain('\u001B[');
  });
});
