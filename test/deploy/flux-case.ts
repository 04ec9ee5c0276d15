// One thing that Flux's decryptor does, as a folder of a tree; and folders that many of them are like.
import type { Selection } from '../../src/index.ts';
import type { Sealer } from './flux-sealer.ts';

/** What is expected of one source: the file, the part of it, if it is a manifest or an entry; what becomes of it, and why. */
export type Expected = readonly [file: string, outcome: 'decrypted' | 'left' | 'failed', reason: string, part?: string];

export interface Case {
  /** Of its folder. */
  readonly name: string;
  readonly says: string;
  files(seal: Sealer): Promise<Readonly<Record<string, string>>>;
  /** Symbolic links in the folder, to what they lead. */
  readonly links?: Readonly<Record<string, string>>;
  readonly expected: readonly Expected[];
  /** Kustomize does not build it: it is looked at before the build alone. */
  readonly unbuilt?: true;
}

export const data: Selection = { by: 'encrypted_regex', pattern: '^(data|stringData)$' };

/** What no output but the decrypted may show. */
export const planted: string = 'planted-plaintext';

export const secret = (name: string, rest: string): string => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${rest}`;
export const b64 = (text: string): string => Buffer.from(text).toString('base64');

/** `secretGenerator` with these files. */
export const generator = (name: string, files: readonly string[]): string =>
  `secretGenerator:\n  - name: ${name}\n    files:\n${files.map((file) => `      - ${file}\n`).join('')}`;
export const envGenerator = (name: string, file: string): string => `secretGenerator:\n  - name: ${name}\n    envs:\n      - ${file}\n`;

/** One file of a `secretGenerator`, whose key may be another. */
export function generated(
  name: string,
  says: string,
  key: string,
  one: { readonly file: string; readonly make: (seal: Sealer) => Promise<string> | string; readonly expected: readonly Expected[] },
): Case {
  return {
    name,
    says,
    files: async (seal) => ({ 'kustomization.yaml': generator(name, [key]), [one.file]: await one.make(seal) }),
    expected: one.expected,
  };
}

/** One manifest of `resources`. */
export function manifest(
  name: string,
  says: string,
  make: (seal: Sealer) => Promise<string> | string,
  expected: readonly Expected[],
): Case {
  return {
    name,
    says,
    files: async (seal) => ({ 'kustomization.yaml': 'resources:\n  - m.yaml\n', 'm.yaml': await make(seal) }),
    expected,
  };
}

interface EntryContent {
  readonly make: (seal: Sealer) => Promise<string> | string;
  readonly outcome: Expected[1];
  readonly reason: string;
}

/** A Secret with one entry, an encrypted file in base64. */
export function entry(name: string, says: string, key: string, content: EntryContent | EntryContent['make']): Case {
  const { make, outcome, reason }: EntryContent =
    typeof content === 'function' ? { make: content, outcome: 'decrypted', reason: 'data-entry' } : content;
  return manifest(name, says, async (seal) => secret(name, `data:\n  ${key}: ${b64(await make(seal))}\n`), [
    ['m.yaml', outcome, reason, reason === 'in-clear' ? `Secret ${name}` : `Secret ${name}, data entry ${key}`],
  ]);
}

export const yamlText: string = `a: ${planted}-1\nb:\n  - 1\n  - true\n`;
export const jsonText: string = `{"a": "${planted}-2", "n": 7}\n`;
export const envText: string = `A=${planted}-3\nB=x y\n`;
export const iniText: string = `[main]\na = ${planted}-4\n`;
