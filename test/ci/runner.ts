// A runner of GitHub Actions, as far as composite actions need one: inputs become variables as the action says, each step has its files of commands, masks hold from the line on that asks for them.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formats } from '../../src/index.ts';
import { masksIn, readEnvironmentFile } from '../export/read-github.ts';
import { plainOf } from '../support/nodes.ts';
import { peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

interface Step {
  readonly id?: string;
  readonly shell: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs?: Readonly<Record<string, { readonly default?: string; readonly required?: boolean; readonly description: string }>>;
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

/** The first document of a text in YAML, as JSON. */
export function yamlAsJson(text: string): string {
  const [branch] = formats.find(({ name }) => name === 'yaml')?.parse(text).branches ?? [];
  return JSON.stringify(branch === undefined ? null : plainOf(branch));
}

export const actionAt = (path: string): Action => JSON.parse(yamlAsJson(readFileSync(join(root, path), 'utf8')));

/** What a job has seen so far. */
export interface Job {
  readonly folder: string;
  readonly temp: string;
  readonly workspace: string;
  /** What people can read: masked. */
  readonly log: () => string;
  /** What the steps wrote, unmasked, but for the commands. */
  readonly masks: () => readonly string[];
  readonly env: () => ReadonlyMap<string, string>;
  /** The words of every call of sopsmith. */
  readonly calls: () => string;
  /** Runs an action; answers the status of the first step that failed, or 0, and the outputs of its steps. */
  readonly use: (
    path: string,
    inputs?: Readonly<Record<string, string>>,
    more?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly outputs: ReadonlyMap<string, string> }>;
  /** Runs a line of a workflow. */
  readonly run: (line: string) => Promise<number>;
}

/** Starts a job in a new folder. */
export function startJob(folder: string, given: Readonly<Record<string, string>>): Job {
  const folderOf = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const [temp, workspace, bin, commands] = [folderOf('temp'), folderOf('workspace'), folderOf('bin'), folderOf('commands')];
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const quoted = program.map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'sopsmith'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  const masks: string[] = [];
  const env = new Map<string, string>();
  let log = '';
  let count = 0;

  const note = (text: string): void => {
    for (const line of text.split('\n')) {
      const [mask] = masksIn(line);
      if (mask !== undefined) {
        if (mask.trim() !== '') masks.push(mask);
      } else
        log += `${masks.toSorted((one, other) => other.length - one.length).reduce((shown, one) => shown.replaceAll(one, '***'), line)}\n`;
    }
  };
  const step = async (
    run: string,
    own: Readonly<Record<string, string>>,
  ): Promise<{ status: number; outputs: ReadonlyMap<string, string> }> => {
    const fileOf = (name: string): string => join(commands, `${name}-${count++}`);
    const [script, envFile, outputFile, pathFile] = [fileOf('script'), fileOf('env'), fileOf('output'), fileOf('path')];
    writeFileSync(script, run);
    for (const file of [envFile, outputFile, pathFile]) writeFileSync(file, '');
    const { HOME: _, ...inherited } = peerEnvironment();
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${bin}:${inherited['PATH'] ?? ''}`,
        HOME: folder,
        TMPDIR: temp,
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: root.replace(/\/$/, ''),
        GITHUB_ENV: envFile,
        GITHUB_OUTPUT: outputFile,
        GITHUB_PATH: pathFile,
        RUNNER_TEMP: temp,
        ...given,
        ...Object.fromEntries(env),
        ...own,
      },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
    const status = await new Promise<number>((resolve) => {
      child.on('close', (code) => resolve(code ?? -1));
    });
    // Masks of either stream hold for both, as the runner reads them in the order in which they come: ours come before anything else.
    note(err);
    note(out);
    for (const [name, text] of readEnvironmentFile(readFileSync(envFile, 'utf8'))) env.set(name, text);
    const outputs = readEnvironmentFile(readFileSync(outputFile, 'utf8'));
    for (const file of [script, envFile, outputFile, pathFile]) rmSync(file);
    return { status, outputs };
  };
  return {
    folder,
    temp,
    workspace,
    log: () => log,
    masks: () => masks,
    env: () => env,
    calls: () => readFileSync(calls, 'utf8'),
    use: async (path, inputs = {}, more = {}) => {
      const action = actionAt(path);
      const all = {
        ...Object.fromEntries(Object.entries(action.inputs ?? {}).map(([name, { default: usual = '' }]) => [name, usual])),
        ...inputs,
      };
      const outputs = new Map<string, string>();
      for (const { run, env: wanted = {} } of action.runs.steps) {
        const own = Object.entries(wanted).map(([name, text]) => [
          name,
          text.replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, input: string) => all[input] ?? ''),
        ]);
        const done = await step(run, { ...more, ...Object.fromEntries(own) });
        for (const [name, text] of done.outputs) outputs.set(name, text);
        if (done.status !== 0) return { status: done.status, outputs };
      }
      return { status: 0, outputs };
    },
    run: async (line) => (await step(line, {})).status,
  };
}

/** All that lies in a folder, as one text. */
export function contentsOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true && dirname(path) !== join(folder, 'bin'))
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');
}
