// Metadata as sops wrote it since 1.x, around ciphertext of our own: read as real sops 3.13.3 reads it, or refused where it does.
import { describe, expect, it } from 'vitest';
import { ask } from '../interop/oracle.ts';
import { lacks } from '../support/peers.ts';
import { services } from '../interop/library.ts';
import { bytes, edit, open, seal } from './laboratory.ts';
import { formatOf } from '../interop/library.ts';
import { status } from '../../src/index.ts';

const plain = 'password: s3cret\nport: 5432\nactive: true\nclear_unencrypted: x\n';

interface Parts {
  readonly body: string;
  readonly mac: string;
  readonly time: string;
  readonly key: string;
}

async function parts(): Promise<Parts> {
  const sealed = await seal('yaml', plain, undefined);
  const field = (pattern: RegExp): string => pattern.exec(sealed)?.[1] ?? '';
  return {
    body: sealed.slice(0, sealed.indexOf('sops:')),
    mac: field(/mac: (.*)/),
    time: field(/lastmodified: "(.*)"/),
    key: field(/enc: (.*)/),
  };
}

const fingerprint = '85D77543B3D624B63CEA9E6DBC17301B491B3F21';
const pgp = (key: string, createdAt: string): string =>
  `    pgp:\n    -   created_at: ${createdAt}\n        enc: ${key}\n        fp: ${fingerprint}\n`;
const age = (key: string): string =>
  `    age:\n    -   recipient: age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u\n        enc: ${key}\n`;
const rest = ({ mac, time }: Parts, version: string, suffix = '    unencrypted_suffix: _unencrypted\n'): string =>
  `    lastmodified: '${time}'\n    mac: ${mac}\n${suffix}    version: ${version}\n`;

const records: readonly (readonly [string, (parts: Parts) => string])[] = [
  [
    '1.17',
    (p) =>
      `    attention: This section contains key material that should only be modified\n        with extra care. See \`sops -h\`.\n${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, "'1.17'")}`,
  ],
  ['1.17, its version a number', (p) => `    kms: null\n${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, '1.17')}`],
  ['1.0, without a suffix', (p) => `${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, '1.0', '')}`],
  ['2.0', (p) => `${pgp(p.key, "'2017-01-02T03:04:05Z'")}    kms: []\n${rest(p, '2.0.0')}`],
  ['3.0', (p) => `    kms: []\n    gcp_kms: []\n${rest(p, '3.0.5').replace(/^/, '')}${pgp(p.key, "'2018-01-02T03:04:05Z'")}`],
  [
    '3.2, with empty rules',
    (p) =>
      `    kms: []\n    gcp_kms: []\n    azure_kv: []\n${pgp(p.key, "'2019-01-02T03:04:05Z'")}${rest(p, '3.2.0')}    encrypted_suffix: ''\n`,
  ],
  [
    '3.3, with rules of null',
    (p) =>
      `    kms: []\n    gcp_kms: []\n    azure_kv: []\n${pgp(p.key, "'2019-06-02T03:04:05Z'")}${rest(p, '3.3.1')}    encrypted_suffix: null\n    encrypted_regex: null\n`,
  ],
  [
    '3.5',
    (p) => `    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n${pgp(p.key, '"2020-01-02T03:04:05Z"')}${rest(p, '3.5.0')}`,
  ],
  ['3.7', (p) => `    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n${age(p.key)}    pgp: []\n${rest(p, '3.7.3')}`],
  [
    '3.7, key groups',
    (p) =>
      `    kms: []\n    key_groups:\n    -   hc_vault: []\n    ${age(p.key).trimStart().replaceAll('\n    ', '\n        ').replace(/ +$/, '')}${rest(p, '3.7.1')}`,
  ],
  ['a time with a fraction', (p) => `${pgp(p.key, "'2015-08-27T19:57:10.123456Z'")}${rest(p, '3.0.0').replace("Z'", ".5Z'")}`],
  ['a time of creation with a zone', (p) => `${pgp(p.key, "'2015-08-27T19:57:10+02:00'")}${rest(p, '3.0.0')}`],
  ['a time of creation without quotes', (p) => `${pgp(p.key, '2015-08-27T19:57:10Z')}${rest(p, '3.0.0')}`],
  ['a time of creation without a time', (p) => `${pgp(p.key, "'2015-08-27'")}${rest(p, '3.0.0')}`],
  ['no time of creation', (p) => `${pgp(p.key, "''")}${rest(p, '3.0.0')}`],
  ['a time of change without quotes', (p) => `${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, '3.0.0').replaceAll("'", '')}`],
  ['a time of change with a blank', (p) => `${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, '3.0.0').replace('T', ' ')}`],
  ['no version', (p) => `${pgp(p.key, "'2015-08-27T19:57:10Z'")}${rest(p, 'null')}`],
  ['a threshold of zero', (p) => `    shamir_threshold: 0\n${age(p.key)}${rest(p, '3.6.0')}`],
  ['a MAC over all that says so', (p) => `    mac_only_encrypted: false\n${age(p.key)}${rest(p, '3.9.0')}`],
  ['no master key', (p) => `    kms: []\n    pgp: []\n${rest(p, '3.0.0')}`],
];

describe.skipIf(lacks('oracle'))('the metadata of an old version', () => {
  it.each(records)('%s', async (_, record) => {
    const all = await parts();
    const sealed = `${all.body}sops:\n${record(all)}`;
    const [theirs = {}] = ask('decrypt', 'yaml', [sealed]);
    const ours = await open('yaml', sealed);
    const shown = `${theirs.error ?? ''}\n${'error' in ours ? ours.error.message : ''}\n${sealed}`;
    expect('text' in ours ? ours.text : 'refused', shown).toBe(theirs.text ?? 'refused');
    if (theirs.text === undefined) return;
    expect(status(bytes(sealed), formatOf('yaml'), services).encrypted).toBe(!sealed.includes('version: null'));
    const edited = await edit('yaml', sealed, (text) => text.replace('s3cret', 'changed'));
    const [read] = ask('decrypt', 'yaml', [edited]);
    expect(read?.text, edited).toBe(plain.replace('s3cret', 'changed'));
  });

  it('most of them are read', async () => {
    const all = await parts();
    const answers = ask(
      'decrypt',
      'yaml',
      records.map(([, record]) => `${all.body}sops:\n${record(all)}`),
    );
    expect(answers.filter(({ text }) => text === plain).length).toBeGreaterThan(13);
  });
});
