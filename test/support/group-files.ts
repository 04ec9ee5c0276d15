// Files of several key groups, as real sops writes them and as attackers change them.
import { ageIdentity, fill, type Files, runProgram } from './cli.ts';
import { other, own, prepare, prepared } from './compare.ts';
import { lacks, needed } from './peers.ts';

export const missing: boolean = lacks('sops', 'age-keygen');

/** A third key, beside those that the comparison has. */
export const third: typeof own = missing ? { identity: '', recipient: '' } : ageIdentity();

/** For who has all keys. */
export const all: Readonly<Record<string, string>> = { SOPS_AGE_KEY_FILE: 'all.txt' };
export const keyFile: Files = { 'all.txt': [own, other, third].map(({ identity }) => identity).join('\n') };

/** A config file with one rule of age recipients, group by group. */
export const groupsOf = (threshold: number | undefined, ...groups: readonly (readonly string[])[]): string =>
  JSON.stringify({
    creation_rules: [{ key_groups: groups.map((age) => ({ age })), ...(threshold === undefined ? {} : { shamir_threshold: threshold }) }],
  });

interface Metadata {
  key_groups: unknown[];
  shamir_threshold?: number;
}

const changes: Readonly<Record<string, (sops: Metadata) => Partial<Metadata>>> = {
  'three.json': () => ({}),
  'cut.json': ({ key_groups }) => ({ key_groups: key_groups.slice(0, 2) }),
  'alone.json': ({ key_groups }) => ({ key_groups: key_groups.slice(0, 1) }),
  'swapped.json': ({ key_groups }) => ({ key_groups: key_groups.toReversed() }),
  'doubled.json': ({ key_groups }) => ({ key_groups: [key_groups[0], key_groups[0]] }),
  'lowered.json': () => ({ shamir_threshold: 1 }),
  'raised.json': () => ({ shamir_threshold: 4 }),
  'with-empty.json': ({ key_groups }) => ({ key_groups: [...key_groups, { age: [] }] }),
  'none.json': () => ({ key_groups: [] }),
};

const encrypted = (): string =>
  runProgram([needed('sops')], ['encrypt', '--filename-override', 'a.json'], { cwd: prepared, input: '{"a": 1}' }).stdout;

/** Puts files into the folder that every case has a copy of: `two.json`, `three.json` (of which two are needed), and what attackers made of the latter. */
export function prepareGroups(): void {
  if (missing) return;
  prepare();
  fill(prepared, { ...keyFile, '.sops.yaml': groupsOf(2, [own.recipient], [other.recipient], [third.recipient]) });
  const sealed: { readonly sops: Metadata } = JSON.parse(encrypted());
  const files = Object.entries(changes).map(([name, change]): [string, string] => {
    const sops = { ...sealed.sops, ...change(sealed.sops) };
    return [name, `${JSON.stringify({ ...sealed, sops }, undefined, '\t')}\n`];
  });
  fill(prepared, { ...Object.fromEntries(files), '.sops.yaml': groupsOf(undefined, [own.recipient], [other.recipient]) });
  fill(prepared, { 'two.json': encrypted() });
}
