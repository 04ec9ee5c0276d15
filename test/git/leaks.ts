// Repositories with planted leaks among clean files, from a seed: for the tests of `check` and for its numbers in the bench.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { FormatName } from '../../src/formats/format.ts';
import { defaultSelection, encrypt, formats, type Selection } from '../../src/index.ts';
import { encodeBech32 } from '../../src/keysources/age/bech32.ts';
import { services } from '../interop/library.ts';
import { below, once, pick, type Random, seeded } from '../support/random.ts';
import { recipients } from '../support/real-sops.ts';

/** A leak, and the rule that must find it. */
export interface Planted {
  readonly file: string;
  readonly rule: string;
  /** What else is rightly told of the same file. */
  readonly besides: readonly string[];
}

/** The files of a repository, and what is wrong with some of them. */
export interface Planting {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly planted: readonly Planted[];
}

const [alice, bob, carol] = recipients;

const config = `creation_rules:
  - path_regex: ^secrets/.*\\.(yaml|json|env|ini|bin)$
    age: ${alice},${bob}
  - path_regex: ^k8s/.*\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: ${alice},${bob}
  - age: ${alice},${bob}
`;

type Kind = { readonly format: FormatName; readonly ending: string };
const kinds = [
  { format: 'yaml', ending: 'yaml' },
  { format: 'json', ending: 'json' },
  { format: 'dotenv', ending: 'env' },
  { format: 'ini', ending: 'ini' },
] as const satisfies readonly Kind[];

const words = ['token', 'password', 'user', 'host', 'port', 'region', 'owner', 'key', 'bucket', 'note'] as const;

/** Entries of one level: no two names alike. */
function entries(random: Random): readonly (readonly [name: string, value: string])[] {
  return words
    .filter(() => once(random, 2))
    .concat('password')
    .filter((word, at, all) => all.indexOf(word) === at)
    .map((word) => [word, `${pick(random, words)} ${below(random, 100_000)}`]);
}

function plainText(format: FormatName, random: Random): string {
  const pairs = entries(random);
  switch (format) {
    case 'yaml':
      return `# ${pick(random, words)} of it\n${pairs.map(([name, value]) => `${name}: ${value}\n`).join('')}nothing: null\nempty: ""\nmap: {}\nlist: []\nport_unencrypted: 80\nlists:\n  - one\n  - two: ${below(random, 99)}\n`;
    case 'json':
      return `${JSON.stringify({ ...Object.fromEntries(pairs), nothing: null, empty: '', nested: { on: true, list: [1, 'two'] } }, undefined, 2)}\n`;
    case 'dotenv':
      return `# of the shop\n${pairs.map(([name, value]) => `${name.toUpperCase()}=${value}\n`).join('')}EMPTY=\n`;
    case 'ini':
      return `[main]\n${pairs.map(([name, value]) => `${name} = ${value}\n`).join('')}`;
    case 'binary':
      return randomBytes(below(random, 200) + 1).toString('latin1');
  }
}

const manifest = (random: Random, kind: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${pick(random, words)}\n${kind === 'Secret' ? 'stringData' : 'spec'}:\n${entries(
    random,
  )
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;

interface Sealing {
  readonly selection?: Selection;
  readonly groups?: readonly (readonly string[])[];
}

async function sealed(
  format: FormatName,
  plain: string,
  { selection = defaultSelection, groups = [[alice, bob]] }: Sealing = {},
): Promise<string> {
  const one = formats.find(({ name }) => name === format);
  if (one === undefined) throw new Error(format);
  const { content } = await encrypt(
    Buffer.from(plain, format === 'binary' ? 'latin1' : 'utf8'),
    { input: one, output: one, print: {} },
    {
      keyGroups: groups.map((group) => group.map((recipient) => ({ kind: 'age', recipient }))),
      shamirThreshold: 0,
      selection: format === 'binary' ? { by: 'unencrypted_suffix', suffix: '' } : selection,
      macOnlyEncrypted: false,
      layout: 'auto',
      strict: false,
    },
    services,
  );
  return Buffer.from(content).toString();
}

const kubernetes: Selection = { by: 'encrypted_regex', pattern: '^(data|stringData)$' };
const token = /ENC\[AES256_GCM,data:[^\]]*\]/;
/** A value that is not one of the metadata: the first of the file, or the last before it. */
const firstValue = (text: string, instead: (found: string) => string): string =>
  text.replace(/(?<=password["']?\s*[:=]\s*"?)ENC\[AES256_GCM,data:[^\]]*\]/i, instead);

const pem = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
const armored = (title: string): string => `-----BEGIN ${title}-----\n\n${randomBytes(96).toString('base64')}\n-----END ${title}-----\n`;
const identity = (prefix: string, length: number): string => encodeBech32(prefix, randomBytes(length)).toUpperCase();

/** Private keys as they come to lie about. */
const privateKeys: readonly ((random: Random) => string)[] = [
  () => `# created: today\n${identity('age-secret-key-', 32)}\n`,
  () => `export SOPS_AGE_KEY="${identity('age-secret-key-pq-', 32)}"\n`,
  () => `const key = '${identity('age-plugin-test-', 12)}';\n`,
  pem,
  () => armored('OPENSSH PRIVATE KEY'),
  () => `notes\n\n${armored('PGP PRIVATE KEY BLOCK')}`,
  () => armored('RSA PRIVATE KEY').replaceAll('\n', '\r\n'),
  () => `${JSON.stringify({ type: 'service_account', private_key: pem() })}\n`,
  () => `data:\n  tls.key: ${Buffer.from(pem()).toString('base64')}\n`,
  () => `data:\n  keys.txt: ${Buffer.from(`${identity('age-secret-key-', 32)}\n`).toString('base64')}\n`,
  () => `data:\n  age.agekey: ${Buffer.from(`# created: 2026-01-01T00:00:00Z\n${identity('age-secret-key-', 32)}\n`).toString('base64')}\n`,
  () => `data:\n  both.pem: ${Buffer.from(`-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${pem()}`).toString('base64')}\n`,
  () => pem().replaceAll(/^(.+)$/gm, '  "$1\\n" +'),
  () =>
    `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: work\nPublic-Lines: 1\n${randomBytes(40).toString('base64')}\nPrivate-Lines: 1\n${randomBytes(40).toString('base64')}\n`,
  () => `vault login hvs.${randomBytes(75).toString('base64url')}\n`,
];

interface Leak {
  readonly rule: string;
  readonly besides?: readonly string[];
  /** Where it is planted; among the secrets of each format where nothing is said. */
  readonly name?: (number: number) => string;
  make(random: Random, format: FormatName): Promise<string> | string;
}

const removedRecord: Readonly<Record<string, RegExp>> = {
  yaml: /^sops:\n[^]*$/m,
  json: /,\s*"sops": \{[^]*(?=\n\}\s*$)/,
  dotenv: /^sops_.*\n/gm,
  ini: /\[sops\][^]*$/,
};
const twiceRecord: Readonly<Record<string, (text: string) => string>> = {
  yaml: (text) => `${text}${/^sops:\n[^]*$/m.exec(text)?.[0] ?? ''}`,
  json: (text) => text.replace(/("sops": \{[^]*\})(?=\n\}\s*$)/, '$1,\n  $1'),
  dotenv: (text) => `${text}${/^sops_mac=.*$/m.exec(text)?.[0] ?? ''}\n`,
  ini: (text) => `${text}\n${/^mac\s*=.*$/m.exec(text)?.[0] ?? ''}\n`,
};

/** Every kind of leak; each is planted in every format. */
const leaks: readonly [Leak, ...Leak[]] = [
  { rule: 'not-encrypted', make: (random, format) => plainText(format, random) },
  { rule: 'not-encrypted', name: (number) => `k8s/secret-${number}.yaml`, make: (random) => manifest(random, 'Secret') },
  { rule: 'not-encrypted', name: (number) => `secrets/raw-${number}.bin`, make: (random) => plainText('binary', random) },
  {
    rule: 'value-in-clear',
    make: async (random, format) => firstValue(await sealed(format, plainText(format, random)), () => `clear${below(random, 99)}`),
  },
  {
    rule: 'value-in-clear',
    besides: ['selection-differs'],
    make: (random, format) =>
      sealed(format, plainText(format, random), { selection: { by: 'encrypted_regex', pattern: '^(?i:password)$' } }),
  },
  {
    rule: 'value-in-clear',
    name: (number) => `k8s/torn-${number}.yaml`,
    make: async (random) =>
      (await sealed('yaml', manifest(random, 'Secret'), { selection: kubernetes })).replace(
        'stringData:\n',
        'stringData:\n  added: by hand\n',
      ),
  },
  {
    rule: 'comment-in-clear',
    name: (number) => `secrets/comment-${number}.yaml`,
    make: async (random) => `# the old one is ${below(random, 9999)}\n${await sealed('yaml', plainText('yaml', random))}`,
  },
  {
    rule: 'selects-nothing',
    besides: ['selection-differs', 'value-in-clear'],
    name: (number) => `other/nothing-${number}.yaml`,
    make: (random) => sealed('yaml', 'a: 1\nb: two\n', { selection: { by: 'encrypted_suffix', suffix: `_${pick(random, words)}` } }),
  },
  {
    rule: 'broken-ciphertext',
    make: async (random, format) =>
      firstValue(await sealed(format, plainText(format, random)), (found) => found.slice(0, 30 + below(random, 9)).concat(']')),
  },
  {
    rule: 'stray-ciphertext',
    make: async (random, format) => (await sealed(format, plainText(format, random))).replace(/password(?=["']?\s*[:=])/i, 'x_unencrypted'),
  },
  {
    rule: 'conflict-markers',
    make: async (random, format) =>
      (await sealed(format, plainText(format, random))).replace(
        token,
        (found) => `\n<<<<<<< HEAD\n${found}\n=======\n${found}\n>>>>>>> other\n`,
      ),
  },
  {
    rule: 'malformed-metadata',
    make: async (random, format) =>
      (await sealed(format, plainText(format, random))).replace(/(lastmodified"?\s*[:=]\s*"?)\d{4}/, '$1then'),
  },
  {
    rule: 'duplicate-metadata',
    make: async (random, format) => twiceRecord[format]?.(await sealed(format, plainText(format, random))) ?? '',
  },
  {
    rule: 'missing-metadata',
    besides: ['not-encrypted'],
    make: async (random, format) => (await sealed(format, plainText(format, random))).replace(removedRecord[format] ?? '', ''),
  },
  {
    rule: 'missing-mac',
    make: async (random, format) =>
      (await sealed(format, plainText(format, random)))
        .replace(/((?:sops_|["\s])mac"?\s*[:=]\s*"?)ENC[^\]]*\]/, '$1')
        .replace(/^(mac\s*=\s*)ENC.*$/m, '$1'),
  },
  {
    rule: 'unreadable',
    name: (number) => `secrets/cut-${number}.yaml`,
    make: async (random) => (await sealed('yaml', plainText('yaml', random))).replace(/^(\w+): /m, '$1: "'),
  },
  { rule: 'recipient-missing', make: (random, format) => sealed(format, plainText(format, random), { groups: [[alice]] }) },
  { rule: 'recipient-removed', make: (random, format) => sealed(format, plainText(format, random), { groups: [[alice, bob, carol]] }) },
  { rule: 'key-groups-differ', make: (random, format) => sealed(format, plainText(format, random), { groups: [[alice], [bob]] }) },
  {
    rule: 'selection-differs',
    name: (number) => `secrets/other-${number}.yaml`,
    make: () => sealed('yaml', 'data:\n  a: 1\n', { selection: kubernetes }),
  },
  ...privateKeys.map((make, at): Leak => ({ rule: 'private-key', name: (number) => `src/key-${at}-${number}.txt`, make })),
];

/** What must raise no alarm, though some of it looks as if. */
const harmless: readonly ((
  random: Random,
  number: number,
) => readonly [name: string, content: string] | Promise<readonly [name: string, content: string]>)[] = [
  ...kinds.map(
    ({ format, ending }) =>
      async (random: Random, number: number) =>
        [`secrets/${format}-${number}.${ending}`, await sealed(format, plainText(format, random))] as const,
  ),
  async (random, number) => [`secrets/raw-clean-${number}.bin`, await sealed('binary', plainText('binary', random))],
  async (random, number) => [`k8s/sealed-${number}.yaml`, await sealed('yaml', manifest(random, 'Secret'), { selection: kubernetes })],
  (random, number) => [`k8s/deployment-${number}.yaml`, manifest(random, 'Deployment')],
  (random, number) => [`config/app-${number}.yaml`, `sops: true\n${plainText('yaml', random)}`],
  (random, number) => [`config/app-${number}.json`, plainText('json', random)],
  (random, number) => [`config/app-${number}.env`, plainText('dotenv', random)],
  (_, number) => [`secrets/team-${number}/README.md`, 'Keep secrets here.\n\nPasswords\n=======\n'],
  (_, number) => [`secrets/team-${number}/.gitkeep`, ''],
  (_, number) => [
    `src/armor-${number}.ts`,
    `const title = '-----BEGIN PRIVATE KEY-----';\nconst age = 'AGE-SECRET-KEY-1${'Q'.repeat(58)}';\nconst vault = 'hvs.EXAMPLE';\n`,
  ],
  (_, number) => [
    `src/public-${number}.pem`,
    `-----BEGIN CERTIFICATE-----\n${randomBytes(96).toString('base64')}\n-----END CERTIFICATE-----\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n${alice}\n`,
  ],
  (_, number) => [
    `src/tls-${number}.yaml`,
    `tls.crt: ${Buffer.from(`-----BEGIN CERTIFICATE-----\n${randomBytes(96).toString('base64')}\n`).toString('base64')}\n`,
  ],
  async (random, number) => [
    `docs/page-${number}.md`,
    `# How\n\n\`\`\`yaml\n${await sealed('yaml', plainText('yaml', random))}\`\`\`\n<<<<<<< HEAD\n=======\n>>>>>>> x\n`,
  ],
  (_, number) => [`charts/template-${number}.yaml`, '{{- if .Values.sops }}\nkey: {{ .Values.key }}\n{{- end }}\n'],
  (random, number) => [`assets/image-${number}.png`, `\u0089PNG${plainText('binary', random)}`],
  (_, number) => [`test/key-${number}.txt`, `# made for tests, sopsmith-allow: private-key\n${identity('age-secret-key-', 32)}\n`],
];

/** Makes a repository of about so many files. @param share one file in so many has a leak; each kind of leak is there at least once in every format */
export async function plantLeaks(seed: number, count: number, share = 4): Promise<Planting> {
  const random = seeded(seed);
  const files: Record<string, string | Uint8Array> = { '.sops.yaml': config };
  const planted: Planted[] = [];
  const plant = async (leak: Leak, { format, ending }: Kind, number: number): Promise<void> => {
    const { rule, besides = [], name } = leak;
    const file = name?.(number) ?? `secrets/leak-${number}.${ending}`;
    files[file] = latin1IfBinary(file, await leak.make(random, format));
    planted.push({ file, rule, besides });
  };
  let number = 0;
  for (const leak of leaks) for (const kind of leak.name === undefined ? kinds : [kinds[0]]) await plant(leak, kind, number++);
  while (Object.keys(files).length < count) {
    number += 1;
    if (once(random, share)) await plant(pick(random, leaks), pick<Kind>(random, kinds), number);
    else {
      const [name, content] = (await harmless[below(random, harmless.length)]?.(random, number)) ?? ['', ''];
      files[name] = latin1IfBinary(name, content);
    }
  }
  return { files, planted };
}

const latin1IfBinary = (name: string, content: string): string | Uint8Array =>
  /raw-\d+\.bin$|\.png$/.test(name) ? Buffer.from(content, 'latin1') : content;

/** What a check told, as `--format json` does. */
export interface Told {
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly file: string }[];
}

/** Which leaks were not found, and what was told that is none. */
export function compared(
  { planted }: Planting,
  { findings }: Told,
): { readonly missed: readonly string[]; readonly falseAlarms: readonly string[] } {
  const expected = new Map(planted.map((one) => [one.file, one]));
  return {
    missed: planted
      .filter(({ file, rule }) => !findings.some((one) => one.file === file && one.rule === rule))
      .map(({ file, rule }) => `${rule}: ${file}`),
    falseAlarms: findings
      .filter(({ rule, file }) => expected.get(file)?.rule !== rule && expected.get(file)?.besides.includes(rule) !== true)
      .map(({ rule, file }) => `${rule}: ${file}`),
  };
}
