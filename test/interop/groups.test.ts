// Files of one to ten key groups with every threshold, both ways with real sops, in every format.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { decrypt, defaultSelection, encrypt, keySources, localKeyService, type MasterKey, type Services } from '../../src/index.ts';
import { testContext } from '../keysources/context.ts';
import { ageIdentity, temporaryFolder } from '../support/cli.ts';
import { lacks, needed, peerEnvironment } from '../support/peers.ts';
import { formatOf } from './library.ts';

const plain: Readonly<Record<FormatName, { readonly ending: string; readonly text: string }>> = {
  yaml: { ending: 'yaml', text: 'a: 1\nb:\n    - two\n' },
  json: { ending: 'json', text: '{\n\t"a": 1,\n\t"b": "two"\n}\n' },
  dotenv: { ending: 'env', text: 'A=1\nB=two\n' },
  ini: { ending: 'ini', text: '[section]\na = 1\n' },
  binary: { ending: 'bin', text: 'any text\n' },
};
const formatNames: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini', 'binary'];

/** How a file is shared, and in which format. */
interface Sharing {
  readonly format: FormatName;
  readonly groups: number;
  readonly threshold: number;
}

const sharings: readonly Sharing[] = [
  { format: 'yaml', groups: 1, threshold: 0 } as const,
  ...Array.from({ length: 9 }, (_, at) => at + 2).flatMap((groups) =>
    Array.from({ length: groups - 1 }, (_, at) => ({ format: formatNames[(groups + at) % 5] ?? 'yaml', groups, threshold: at + 2 })),
  ),
  ...formatNames.flatMap((format) => [
    { format, groups: 3, threshold: 2 },
    { format, groups: 2, threshold: 0 },
  ]),
];

const folder = temporaryFolder('groups');
const identities: { readonly identity: string; readonly recipient: string }[] = [];

beforeAll(() => {
  if (!lacks('age-keygen')) for (let at = 0; at < 10; at++) identities.push(ageIdentity());
});

/** Some of the first identities, other ones each time. */
function someOf(groups: number, count: number, turn: number): string {
  return Array.from({ length: count }, (_, at) => identities[(at + turn) % groups]?.identity ?? '').join('\n');
}

const run = async (argv: readonly string[], env: Readonly<Record<string, string>>): Promise<{ status: number | null; stdout: string }> =>
  new Promise((resolve) => {
    const { SOPS_AGE_KEY_FILE: _, ...others } = peerEnvironment();
    const child = spawn(needed('sops'), argv, {
      env: { ...others, HOME: folder, SOPS_DISABLE_VERSION_CHECK: 'true', ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(parts).toString() });
    });
  });

function servicesWith(identity: string): Services {
  const context = testContext({ env: { SOPS_AGE_KEY: identity }, home: folder });
  return { keys: localKeyService(keySources, context), keySources, context };
}

const inOne = (
  name: FormatName,
): { input: ReturnType<typeof formatOf>; output: ReturnType<typeof formatOf>; print: { indent?: number } } => ({
  input: formatOf(name),
  output: formatOf(name),
  print: {},
});

async function sealHere({ format, groups, threshold }: Sharing): Promise<string> {
  const keyGroups = identities.slice(0, groups).map(({ recipient }): readonly MasterKey[] => [{ kind: 'age', recipient } as MasterKey]);
  const { content } = await encrypt(
    Buffer.from(plain[format].text),
    inOne(format),
    {
      keyGroups,
      shamirThreshold: threshold,
      selection: format === 'binary' ? { by: 'unencrypted_suffix', suffix: '' } : defaultSelection,
      macOnlyEncrypted: false,
      layout: 'auto',
      strict: false,
    },
    servicesWith(''),
  );
  return Buffer.from(content).toString();
}

async function openHere(sealed: string, { format }: Sharing, identity: string): Promise<string> {
  try {
    const { content } = await decrypt(Buffer.from(sealed), inOne(format), { ignoreMac: false }, servicesWith(identity));
    return Buffer.from(content).toString();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** What stays the same from one encryption to the next. */
const skeleton = (sealed: string): string =>
  sealed
    .replaceAll(/ENC\[[^\]]*\]/g, 'ENC[]')
    .replaceAll(/(-----BEGIN AGE ENCRYPTED FILE-----)(.*?)(-----END)/gs, '$1$3')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');

describe.skipIf(lacks('sops', 'age-keygen')).concurrent('key groups', { timeout: 60_000 }, () => {
  test.each(sharings.map((one, at) => [`${one.groups} groups, threshold ${one.threshold}, ${one.format}`, one, at] as const))(
    '%s',
    async (_, sharing, turn) => {
      const { format, groups, threshold } = sharing;
      const needs = groups === 1 ? 1 : threshold || groups;
      const [enough, tooFew] = [someOf(groups, needs, turn), someOf(groups, needs - 1, turn)];
      const place = join(folder, String(turn));
      const file = (name: string): string => join(place, `${name}.${plain[format].ending}`);
      mkdirSync(place);
      const key_groups = identities.slice(0, groups).map(({ recipient }) => ({ age: [recipient] }));
      const rule = { key_groups, ...(threshold === 0 ? {} : { shamir_threshold: threshold }) };
      writeFileSync(join(place, 'config.yaml'), JSON.stringify({ creation_rules: [rule] }));
      writeFileSync(file('plain'), plain[format].text);

      const byUs = await sealHere(sharing);
      writeFileSync(file('ours'), byUs);
      const { stdout: byThem } = await run(['--config', join(place, 'config.yaml'), 'encrypt', file('plain')], {});
      expect(skeleton(byUs)).toBe(skeleton(byThem));
      expect(readFileSync(file('ours'), 'utf8').includes('key_groups')).toBe(groups > 1);

      expect(await run(['decrypt', file('ours')], { SOPS_AGE_KEY: enough })).toEqual({ status: 0, stdout: plain[format].text });
      expect(await run(['decrypt', file('ours')], { SOPS_AGE_KEY: tooFew })).toMatchObject({ status: 128, stdout: '' });
      for (const sealed of [byUs, byThem]) {
        expect(await openHere(sealed, sharing, enough)).toBe(plain[format].text);
        expect(await openHere(sealed, sharing, tooFew)).toBe('DATA_KEY_UNRECOVERABLE');
      }
    },
  );
});
