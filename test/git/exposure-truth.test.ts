// Random histories, compared with what their recipient could in truth read: no value that it knows may be missing.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MasterKey,
  decrypt,
  defaultSelection,
  encrypt,
  formats,
  keySources,
  localKeyService,
  planUpdateKeys,
  rotate,
  type Services,
  set,
  unset,
} from '../../src/index.ts';
import { createNodeContext } from '../../src/node/index.ts';
import { readSealed } from '../../src/operations/open-file.ts';
import { recoverDataKey } from '../../src/operations/recover-data-key.ts';
import { lacks } from '../support/peers.ts';
import { below, once, pick, type Random, seeded } from '../support/random.ts';
import { type Lab, gitLab } from './lab.ts';
import { ada, bob, type Past, pastIn } from './past.ts';

let lab: Lab;
beforeAll(() => {
  lab = gitLab();
});
afterAll(() => {
  lab.remove();
});

const context = { ...createNodeContext(), env: { SOPS_AGE_KEY: ada.identity } };
const services: Services = { keys: localKeyService(keySources, context), keySources, context };
const yaml = formats.find(({ name }) => name === 'yaml');
const masterKey = ({ recipient }: { readonly recipient: string }): MasterKey & { readonly recipient: string } => ({
  kind: 'age',
  recipient,
});
const everybody = [masterKey(ada), masterKey(bob)];
const printing = { print: {}, layout: 'never' } as const;

/** A state of a file: its plaintext, the data key, and whether it is encrypted for Bob. */
interface Known {
  readonly values: Readonly<Record<string, string>>;
  readonly dataKey: string;
  readonly forBob: boolean;
}

/** A file as it goes through its history. */
interface Living {
  name: string;
  content: Uint8Array;
  readonly states: Known[];
}

function theYaml(): NonNullable<typeof yaml> {
  if (yaml === undefined) throw new Error('there is no YAML');
  return yaml;
}

const both = (): { readonly input: NonNullable<typeof yaml>; readonly output: NonNullable<typeof yaml>; readonly print: object } => ({
  input: theYaml(),
  output: theYaml(),
  print: {},
});

async function stateOf(content: Uint8Array): Promise<Known> {
  const { metadata } = readSealed(content, theYaml(), services);
  const plain = await decrypt(content, both(), { ignoreMac: false }, services);
  const lines = new TextDecoder()
    .decode(plain.content)
    .split('\n')
    .filter((line) => line.includes(': '));
  return {
    values: Object.fromEntries(lines.map((line): [string, string] => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? ''])),
    dataKey: Buffer.from(await recoverDataKey(metadata, services)).toString('hex'),
    forBob: metadata.keyGroups.flat().some(({ masterKey: key }) => JSON.stringify(key).includes(bob.recipient)),
  };
}

/** Changes a file in one of the ways that people do. */
async function changed(content: Uint8Array, random: Random): Promise<Uint8Array> {
  const options = { ignoreMac: false, ...printing };
  const key = `key${below(random, 5)}`;
  switch (below(random, 6)) {
    case 0:
    case 1: {
      // Of few lengths, so that a change often cannot be told by them; and at times the same again.
      const value = { kind: 'leaf', type: 'str', text: `v${below(random, 12)}` } as const;
      return (await set(content, theYaml(), { path: [key], value, options }, services)).content;
    }
    case 2: {
      const { values } = await stateOf(content);
      if (Object.keys(values).length < 3 || values[key] === undefined) return content;
      return (await unset(content, theYaml(), { path: [key], options }, services)).content;
    }
    case 3:
      return (await rotate(content, both(), { add: [], remove: [], ignoreMac: false, layout: 'never' }, services)).content;
    default: {
      // Real sops wraps the data key anew for everybody; sopsmith does not.
      const keyGroups = [once(random, 2) ? everybody : [masterKey(ada)]];
      const plan = await planUpdateKeys(content, theYaml(), { keyGroups, shamirThreshold: 0, rewrap: once(random, 2) }, services);
      return plan.upToDate ? content : (await plan.apply()).content;
    }
  }
}

async function newFile(name: string, random: Random): Promise<Living> {
  const text = Array.from({ length: 4 }, (_, at) => `key${at}: v${below(random, 12)}\n`).join('');
  const settings = { keyGroups: [once(random, 2) ? everybody : [masterKey(ada)]], shamirThreshold: 0, selection: defaultSelection };
  const { content } = await encrypt(
    new TextEncoder().encode(text),
    both(),
    { ...settings, macOnlyEncrypted: false, layout: 'never', strict: false },
    services,
  );
  return { name, content, states: [await stateOf(content)] };
}

async function makeHistory(past: Past, random: Random): Promise<readonly Living[]> {
  const files = [await newFile('one.yaml', random), await newFile('two.yaml', random)];
  const commits = [files.map(written).join('')];
  for (let step = 0; step < 20; step++) {
    const file = pick(random, [files[0], files[1]]);
    if (file === undefined) continue;
    if (once(random, 12)) {
      const name = `${file.name.replace(/\d*\.yaml$/, '')}${step}.yaml`;
      commits.push(`R ${file.name} ${name}\n`);
      file.name = name;
      continue;
    }
    const content = await changed(file.content, random);
    if (Buffer.from(content).equals(Buffer.from(file.content))) continue;
    file.content = content;
    file.states.push(await stateOf(content));
    commits.push(written(file));
  }
  const stream = commits.map(
    (changes, at) => `commit refs/heads/main\ncommitter Ada <ada@example.org> ${1767225600 + at} +0000\ndata 4\nstep\n${changes}\n`,
  );
  execFileSync('git', ['-C', past.top, 'fast-import', '--quiet'], { env: lab.env, input: stream.join('') });
  return files;
}

/** A file in the words of `git fast-import`. */
const written = ({ name, content }: Living): string =>
  `M 100644 inline ${name}\ndata ${content.length}\n${new TextDecoder().decode(content)}\n`;

/** What Bob knows of the values as they are now: those that he could read since they last changed. */
function truth(files: readonly Living[]): ReadonlyMap<string, 'now' | 'earlier'> {
  const dataKeys = new Set(files.flatMap(({ states }) => states.filter(({ forBob }) => forBob).map(({ dataKey }) => dataKey)));
  const known = new Map<string, 'now' | 'earlier'>();
  for (const { name, states } of files) {
    const last = states.at(-1);
    for (const [path, value] of Object.entries(last?.values ?? {})) {
      const since = states.slice(states.findLastIndex(({ values }) => values[path] !== value) + 1);
      if (last && dataKeys.has(last.dataKey)) known.set(`${name} ${path}`, 'now');
      else if (since.some(({ dataKey }) => dataKeys.has(dataKey))) known.set(`${name} ${path}`, 'earlier');
    }
  }
  return known;
}

interface Told {
  readonly files: readonly { readonly file: string; readonly values: readonly { readonly path: string; readonly status: string }[] }[];
}

function toldOf(past: Past, ...flags: readonly string[]): ReadonlyMap<string, string> {
  const { status, stdout, stderr } = past.ours('exposure', '--json', ...flags, bob.recipient);
  if (stderr.includes('nothing in this history')) return new Map();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { files }: Told = JSON.parse(stdout);
  return new Map(files.flatMap(({ file, values }) => values.map(({ path, status: knows }) => [`${file} ${path}`, knows])));
}

describe.skipIf(lacks('age-keygen'))('exposure', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('misses nothing, and takes nothing for readable that is not: seed %i', async (seed) => {
    const past = pastIn(lab, `seed-${seed}`);
    const known = truth(await makeHistory(past, seeded(seed)));
    const when = (wanted: string): readonly string[] => [...known].flatMap(([value, at]) => (at === wanted ? [value] : [])).toSorted();
    const told = toldOf(past);
    const valuesThat = (...statuses: readonly string[]): readonly string[] =>
      [...told].flatMap(([value, status]) => (statuses.includes(status) ? [value] : [])).toSorted();
    expect(valuesThat('unchanged', 'set later')).toEqual(when('now'));
    expect(valuesThat('re-encrypted')).toEqual(expect.arrayContaining([...when('earlier')]));
    const compared = toldOf(past, '--decrypt');
    expect(when('earlier').filter((value) => compared.get(value) !== 'same')).toEqual([]);
    expect([...compared.values()]).not.toContain('re-encrypted');
  });
});
