// `kustomize decrypt` on a tree of encrypted manifests in one call, beside a process of real sops for each file.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is timed, and what it is held against. */
export interface KustomizeBench {
  /** A folder of its own. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: Readonly<Record<'sops' | 'npm' | 'standalone', readonly string[]>>;
  readonly recipient: string;
  readonly manifests: number;
  readonly verdict: (work: string, ratio: number, budget: number, detail: string) => void;
}

const perFolder = 50;

const manifest = (number: number): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-${number}\nstringData:\n${Array.from({ length: 5 }, (_, at) => `  key${at}: value ${at} of secret ${number}\n`).join('')}`;

/** Encrypts each manifest by itself, in one call, times real sops on some of them, and the tree in one call. */
export function benchKustomize({ folder, env, programs, recipient, manifests, verdict }: KustomizeBench): void {
  const tree = join(folder, 'kustomize');
  const files = writeTree(tree, manifests);
  const call = (name: keyof typeof programs, ...words: readonly string[]): number => {
    const [program = '', ...before] = programs[name];
    const start = performance.now();
    const { status, stderr } = spawnSync(program, [...before, ...words], { cwd: tree, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
    return performance.now() - start;
  };
  call('npm', 'encrypt', '--in-place', '--encrypted-regex', '^stringData$', '--age', recipient, ...files);
  const sample = files.slice(0, 50);
  const theirs = (sample.reduce((sum, file) => sum + call('sops', 'decrypt', file), 0) / sample.length) * manifests;
  for (const name of ['npm', 'standalone'] as const) {
    const ours = call(name, 'kustomize', 'decrypt', '--output', `plain-${name}`, '.');
    rmSync(join(tree, `plain-${name}`), { recursive: true });
    const detail = `${ours.toFixed(0)} ms, ${manifests} calls of sops ${theirs.toFixed(0)} ms, from ${sample.length}`;
    verdict(`kustomize: decrypt a tree of ${manifests} manifests, ${name}`, ours / theirs, 0.1, detail);
  }
}

/** Folders of manifests below one kustomization; answers the manifests. */
function writeTree(tree: string, manifests: number): readonly string[] {
  const folders = Array.from({ length: Math.ceil(manifests / perFolder) }, (_, at) => `part-${at}`);
  mkdirSync(tree, { recursive: true });
  writeFileSync(join(tree, 'kustomization.yaml'), `resources:\n${folders.map((name) => `  - ${name}\n`).join('')}`);
  return folders.flatMap((name, at) => {
    mkdirSync(join(tree, name));
    const numbers = Array.from({ length: Math.min(perFolder, manifests - at * perFolder) }, (_, one) => at * perFolder + one);
    writeFileSync(join(tree, name, 'kustomization.yaml'), `resources:\n${numbers.map((number) => `  - m-${number}.yaml\n`).join('')}`);
    for (const number of numbers) writeFileSync(join(tree, name, `m-${number}.yaml`), manifest(number));
    return numbers.map((number) => `${name}/m-${number}.yaml`);
  });
}
