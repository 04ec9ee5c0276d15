#!/usr/bin/env node
// Installs the programs that tests compare with into .cache/peers/bin: real sops (two versions), age with a plugin, the oracle, moto, OpenBao; gpg and ssh-keygen come from the system.
// Idempotent and quick when all is there. What is missing fails the run when CI is set; elsewhere the tests that need it are skipped by name.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache', 'peers');
const bin = join(cache, 'bin');
const stampFile = join(cache, 'installed.json');

/** A program of the Go module proxy. @param {string} module @param {string} program */
const fromGo = (module, program = module.split('@')[0]?.split('/').at(-1) ?? '') => ({
  needs: 'go',
  recipe: module,
  install: (/** @type {string} */ target) => {
    const scratch = mkdtempSync(join(cache, 'go-'));
    try {
      run('go', ['install', module], { GOBIN: scratch });
      renameSync(join(scratch, program), target);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
});

/** @type {Record<string, { needs: string; recipe: string; system?: boolean; install: (target: string) => void }>} */
const peers = {
  sops: fromGo('github.com/getsops/sops/v3/cmd/sops@v3.13.3'),
  'sops-3.11': fromGo('github.com/getsops/sops/v3/cmd/sops@v3.11.0'),
  age: fromGo('filippo.io/age/cmd/age@v1.3.2'),
  'age-keygen': fromGo('filippo.io/age/cmd/age-keygen@v1.3.2'),
  'age-plugin-batchpass': fromGo('filippo.io/age/cmd/age-plugin-batchpass@v1.3.2'),
  kustomize: fromGo('sigs.k8s.io/kustomize/kustomize/v5@v5.7.1', 'kustomize'),
  // No program: the schemas of the External Secrets Operator's manifests, which are but one file of its module.
  'external-secrets-schemas': {
    needs: 'go',
    recipe: 'github.com/external-secrets/external-secrets@v1.3.2',
    install: (target) => {
      const folder = JSON.parse(run('go', ['mod', 'download', '-json', 'github.com/external-secrets/external-secrets@v1.3.2'])).Dir;
      writeFileSync(target, readFileSync(join(folder, 'deploy', 'crds', 'bundle.yaml')), { mode: 0o755 });
    },
  },
  oracle: {
    needs: 'go',
    recipe: digest(join(root, 'test', 'oracle')),
    install: (target) => run('go', ['build', '-o', target, '.'], {}, join(root, 'test', 'oracle')),
  },
  moto_server: {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements.txt')),
    install: fromPython('venv', 'requirements.txt'),
  },
  bao: {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements-bao.txt')),
    install: fromPython('venv-bao', 'requirements-bao.txt'),
  },
  dotenv: {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements-dotenv.txt')),
    install: fromPython('venv-dotenv', 'requirements-dotenv.txt'),
  },
  'pre-commit': {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements-pre-commit.txt')),
    install: fromPython('venv-pre-commit', 'requirements-pre-commit.txt'),
  },
  lefthook: {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements-lefthook.txt')),
    install: fromPython('venv-lefthook', 'requirements-lefthook.txt'),
  },
  shellcheck: {
    needs: 'python3',
    recipe: digest(join(root, 'test', 'peers', 'requirements-shellcheck.txt')),
    install: fromPython('venv-shellcheck', 'requirements-shellcheck.txt'),
  },
  'variable-reader': {
    needs: 'go',
    recipe: digest(join(root, 'test', 'readers')),
    install: (target) => run('go', ['build', '-o', target, '.'], {}, join(root, 'test', 'readers')),
  },
  gpg: fromSystem('gnupg'),
  'ssh-keygen': fromSystem('openssh-client'),
  zsh: fromSystem('zsh'),
  fish: fromSystem('fish'),
  pg_ctlcluster: fromSystem('postgresql'),
  'callers-python': {
    needs: 'python3',
    recipe: ['callers', 'collections'].map((name) => digest(join(root, 'test', 'peers', `requirements-${name}.txt`))).join(' '),
    install: (target) => {
      fromPython('venv-callers', 'requirements-callers.txt', { program: 'python3', options: ['--no-deps'] })(target);
      bringCollection(join(cache, 'venv-callers'), 'requirements-collections.txt', 'ansible_collections/community/sops/');
    },
  },
  'callers-node': {
    needs: 'npm',
    recipe: 'sops-wrapper@1.0.0',
    install: (target) => fromNpm('npm-callers', 'sops-wrapper@1.0.0', target),
  },
};

/** Node, for which packages are in reach of `require`. @param {string} folder @param {string} packageName @param {string} target */
function fromNpm(folder, packageName, target) {
  const prefix = join(cache, folder);
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix);
  writeFileSync(join(prefix, 'package.json'), '{"private": true}');
  run('npm', ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', packageName]);
  writeFileSync(target, `#!/bin/sh\nNODE_PATH='${join(prefix, 'node_modules')}' exec node "$@"\n`, { mode: 0o755 });
}

/** One collection out of the package that has them all, which installed would be of some 500 MB. @param {string} venv @param {string} requirements @param {string} collection */
function bringCollection(venv, requirements, collection) {
  const scratch = mkdtempSync(join(cache, 'wheel-'));
  try {
    const file = join(root, 'test', 'peers', requirements);
    run(join(venv, 'bin', 'pip'), [
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--dest',
      scratch,
      '--requirement',
      file,
    ]);
    const [wheel = ''] = readdirSync(scratch);
    const extract =
      'import sys, sysconfig, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall(sysconfig.get_path("purelib"), [n for n in z.namelist() if n.startswith(sys.argv[2])])';
    run(join(venv, 'bin', 'python3'), ['-c', extract, join(scratch, wheel), collection]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * A program of a Python package, in an environment of its own; it may have another name there.
 * @param {string} folder @param {string} requirements @param {{ program?: string; options?: readonly string[] }} [how]
 */
function fromPython(folder, requirements, { program, options = [] } = {}) {
  return (/** @type {string} */ target) => {
    const venv = join(cache, folder);
    rmSync(venv, { recursive: true, force: true });
    run('python3', ['-m', 'venv', venv]);
    run(join(venv, 'bin', 'pip'), [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...options,
      '--requirement',
      join(root, 'test', 'peers', requirements),
    ]);
    writeFileSync(target, `#!/bin/sh\nexec '${join(venv, 'bin', program ?? basename(target))}' "$@"\n`, { mode: 0o755 });
  };
}

/** A program that is used from wherever it is on the PATH. @param {string} packageName */
function fromSystem(packageName) {
  return {
    needs: 'apt-get',
    recipe: packageName,
    system: true,
    install: () => {
      if (process.getuid?.() !== 0)
        throw new Error(`it is not on the PATH, and only root can install it: install your system’s ${packageName}`);
      run('apt-get', ['update', '--quiet']);
      run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', packageName], { DEBIAN_FRONTEND: 'noninteractive' });
    },
  };
}

/** What stands in a file or a folder of files, as a short digest. @param {string} path */
function digest(path) {
  if (!existsSync(path)) return 'missing';
  const files = path.endsWith('.txt')
    ? [path]
    : readdirSync(path)
        .toSorted()
        .map((name) => join(path, name));
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} command @param {readonly string[]} args @param {Record<string, string>} [env] @param {string} [cwd] */
function run(command, args, env = {}, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(
      error?.message ??
        `${command} ${args.join(' ')} ended with ${status}:\n${`${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n')}`,
    );
  return stdout;
}

/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}

/** @param {string} program */
function onPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs one peer where it is not there in the version wanted; answers why it could not. @param {string} name @param {Record<string, string>} stamps */
function bring(name, stamps) {
  const { needs, recipe, system, install } = peers[name] ?? fail(`no peer is called ${name}`);
  const target = join(bin, name);
  if (system ? onPath(name) : stamps[name] === recipe && isExecutable(target)) return undefined;
  if (recipe === 'missing') return 'its source is not in this checkout';
  if (!onPath(needs)) return `${needs} is not on the PATH`;
  const start = Date.now();
  process.stdout.write(`peers: installing ${name} ...`);
  try {
    install(target);
  } catch (error) {
    process.stdout.write(' failed\n');
    return error instanceof Error ? error.message : String(error);
  }
  process.stdout.write(` ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  stamps[name] = recipe;
  writeFileSync(stampFile, JSON.stringify(stamps, undefined, 2));
  return undefined;
}

mkdirSync(bin, { recursive: true });
/** @type {Record<string, string>} */
const stamps = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
const wanted = process.argv.slice(2);
const missing = (wanted.length > 0 ? wanted : Object.keys(peers)).flatMap((name) => {
  const reason = bring(name, stamps);
  return reason === undefined ? [] : [{ name, reason }];
});
for (const { name, reason } of missing) console.error(`peers: ${name} is missing: ${reason}`);
if (missing.length > 0) {
  console.error(
    `peers: tests against ${missing.map(({ name }) => name).join(', ')} ${process.env['CI'] ? 'must run in CI' : 'will be skipped'}`,
  );
  if (process.env['CI']) process.exitCode = 1;
}
