// Writes cases below a root, and reads what became of them as `fixtures/flux` has it.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { formatOf } from '../interop/library.ts';
import { fill } from '../support/cli.ts';
import type { Case } from './flux-case.ts';
import type { Sealer } from './flux-sealer.ts';

/** Writes cases into folders below one, with a kustomization that names them all. */
export async function writeCases(folder: string, cases: readonly Case[], seal: Sealer): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const one of cases) {
    const place = join(folder, one.name);
    fill(place, await one.files(seal));
    for (const [link, target] of Object.entries(one.links ?? {})) symlinkSync(target, join(place, link));
  }
  fill(folder, { 'kustomization.yaml': `resources:\n${cases.map(({ name }) => `  - ${name}\n`).join('')}` });
}

/** All regular files below a folder. */
export const filesBelow = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** What the controller answered for a case. */
export interface Recorded {
  readonly error?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly resources?: readonly Manifest[];
  readonly resourceErrors?: readonly string[];
}

const fixture: { readonly answers: Readonly<Record<string, Recorded>> } = JSON.parse(
  readFileSync(new URL('../../fixtures/flux/answers.json', import.meta.url), 'utf8'),
);

export const recorded: Readonly<Record<string, Recorded>> = fixture.answers;

const sealed = '(ciphertext)';

/** A stream of manifests, by kind and name: entries decoded, ciphertext and the suffixes of generated names left out. */
export function readStream(stream: string): ReadonlyMap<string, unknown> {
  const json = formatOf('json');
  const branches = formatOf('yaml').parse(stream).branches;
  return new Map(
    branches.map((branch) => {
      const manifest: Manifest = JSON.parse(json.print([branch], {}));
      return [keyOf(manifest), scrubbed(manifest)];
    }),
  );
}

const withoutSuffix = (name: string): string => name.replace(/-[a-z0-9]{10}$/, '');

export const keyOf = ({ kind, metadata }: Manifest): string => `${kind} ${withoutSuffix(metadata.name)}`;

const holdsCiphertext = (text: string): boolean =>
  text.includes('ENC[AES256_GCM') || Buffer.from(text, 'base64').toString().includes('ENC[AES256_GCM');

function scrubbed(value: unknown): unknown {
  if (typeof value === 'string') return holdsCiphertext(value) ? sealed : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(scrubbed);
  const isSecret = 'kind' in value && value.kind === 'Secret';
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, scrubbedField(key, below, isSecret)]));
}

function scrubbedField(key: string, value: unknown, ofSecret: boolean): unknown {
  if (key === 'sops' && typeof value === 'object' && value !== null && 'mac' in value) return sealed;
  if (key === 'name' && typeof value === 'string') return withoutSuffix(value);
  return ofSecret && key === 'data' && typeof value === 'object' && value !== null ? decoded(value) : scrubbed(value);
}

const decoded = (data: object): unknown =>
  Object.fromEntries(
    Object.entries(data).map(([key, text]: readonly [string, unknown]) => {
      if (typeof text !== 'string' || !/^[A-Za-z0-9+/=\s]+$/.test(text)) return [key, text];
      return [key, scrubbed(Buffer.from(text, 'base64').toString())];
    }),
  );

/** Layout is kept here, and not by sops: texts are the same but for white space, quotes and braces around them. */
export const bare = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll(/[\s"']/g, '');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(bare);
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, bare(below)]));
};
