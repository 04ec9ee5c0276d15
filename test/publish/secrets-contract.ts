// What holds of every destination that takes secrets, whichever service it is.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createNodeContext } from '../../src/node/index.ts';
import { defaultSelection, encrypt, formats, keySources, localKeyService } from '../../src/index.ts';
import type { FaultPlan } from '../peers/planned-faults.ts';
import { fill, type Ran, temporaryFolder } from '../support/cli.ts';
import { Laboratory } from './lab.ts';

type Environment = Readonly<Record<string, string>>;

/** A secret as the service holds it. */
export interface HeldSecret {
  readonly content: string;
  readonly versions: number;
  /** All of them, those of sopsmith too. */
  readonly tags: Readonly<Record<string, string>>;
}
/** A service, and how it is looked at. */
export interface SecretService {
  /** Fields of a rule that publishes to it. */
  readonly rule: Readonly<Record<string, string | number>>;
  /** What a file, or a key of it, is called there. */
  readonly name: (file: string, key?: string) => string;
  readonly env: Environment;
  /** Credentials that may not write, others that are expired, and what is said of them. */
  readonly denied: { readonly env: Environment; readonly says: RegExp };
  readonly expired: { readonly env: Environment; readonly says: RegExp; readonly plan?: FaultPlan };
  /** A secret, unless it is deleted. */
  readonly secret: (name: string) => Promise<HeldSecret | undefined>;
  /** As somebody else makes one by hand. */
  readonly make: (name: string, text: string) => Promise<void>;
  readonly faults: (plan: FaultPlan | undefined) => Promise<void> | void;
  /** What is said of a service that fails with 429. */
  readonly throttled: RegExp;
  /** What a value alone looks like there. */
  readonly alone?: (text: string) => string;
  /** What somebody else made is written over, as sops does. */
  readonly takesOver?: true;
  /** It takes bytes that are no text. */
  readonly takesBytes?: true;
  /** It takes any name. */
  readonly anyName?: true;
  /** A new secret takes two requests that write: one makes it, one gives it its value. */
  readonly writesTwice?: true;
  /** It keeps a description. */
  readonly describes?: true;
  readonly close: () => Promise<void>;
}

/** Values that must stand nowhere but in the service. */
const planted = { one: 'planted-Value-1', two: 'planted "Value" 2', three: 'planted-Value-3\nin lines' };

/**
 * @param missing where a peer is not installed
 * @param whole whether also what no client has a part in
 */
export function testSecrets(
  of: string,
  start: () => Promise<SecretService>,
  missing: boolean,
  whole: 'all' | 'what clients do' = 'what clients do',
): void {
  describe.skipIf(missing)(`secrets in ${of}`, () => {
    const cwd = temporaryFolder('publish-secrets');
    const scratch = join(cwd, 'scratch');
    let service: SecretService;
    let lab: Laboratory;
    let count = 0;
    /** Each test has names of its own. */
    let file = '';

    beforeAll(async () => {
      service = await start();
      mkdirSync(scratch);
      lab = new Laboratory(cwd, { ...service.env, TMPDIR: scratch });
    }, 90_000);
    afterAll(async () => service.close());
    beforeEach(async () => {
      count += 1;
      file = `app${count}.json`;
      await service.faults(undefined);
    });

    const rules = (more: object = {}): void =>
      lab.rules(JSON.stringify({ destination_rules: [{ path_regex: 'json$', ...service.rule, ...more }] }));

    const write = async (name: string, values: object): Promise<void> =>
      fill(cwd, { [name]: await sealed(JSON.stringify(values), lab.people.own.recipient, 'json') });

    /** Runs it, and looks for what is planted in all that it leaves behind. */
    async function publish(words: readonly string[], more: { readonly input?: string; readonly env?: Environment } = {}): Promise<Ran> {
      const ran = await lab.ours(['publish', '--verbose', ...words], more);
      const said = `${ran.stdout}${ran.stderr}`;
      for (const value of Object.values(planted))
        for (const text of [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64')])
          expect(said).not.toContain(text);
      expect(readdirSync(scratch)).toEqual([]);
      return ran;
    }
    const held = async (key?: string, name = file): Promise<HeldSecret | undefined> => service.secret(service.name(name, key));
    /** How a text that stands alone is held. */
    const alone = (text: string): string => service.alone?.(text) ?? text;
    const good = { status: 0, stdout: '' };
    /** What no client has a part in is looked at with some services alone. */
    const generic = whole === 'all' ? ['whatever the service'] : [];

    test('one secret of the whole file: its values as JSON, and a second run writes nothing', async () => {
      rules();
      await write(file, { a: planted.one, n: 2.5, deep: { b: [1, true] } });
      expect(await publish(['--yes', file])).toMatchObject(good);
      const first = await held();
      expect(first).toMatchObject({ versions: 1 });
      expect(JSON.parse(first?.content ?? '')).toMatchObject({ a: planted.one, deep: { b: [1, true] } });
      await write(file, { deep: { b: [1, true] }, a: planted.one, n: 1.5 });
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect(await held()).toMatchObject({ versions: 2 });
      const json = await lab.ours(['publish', '--yes', '--json', file]);
      expect(JSON.parse(json.stdout)).toEqual([{ file, status: 'unchanged' }]);
      await write(file, { a: planted.one, n: 1.5, deep: { b: [1, true] } });
      expect(await publish(['--yes', file])).toMatchObject({ ...good, stderr: expect.stringContaining('already up-to-date') });
      expect(await held()).toMatchObject({ versions: 2 });
    });

    test('one secret a key: texts as they are, and only what changed is written', async () => {
      rules({ per_key: true });
      await write(file, { A: planted.one, B: planted.three, n: 1.5, deep: { b: [1, true] }, nothing: null });
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect((await held('A'))?.content).toBe(alone(planted.one));
      expect((await held('B'))?.content).toBe(alone(planted.three));
      expect((await held('n'))?.content).toContain('1.5');
      expect(JSON.stringify(JSON.parse((await held('deep'))?.content ?? ''))).toContain('{"b":[1,true]}');
      expect(await held('nothing')).toBeUndefined();
      await write(file, { A: planted.one, B: planted.two, n: 1.5, deep: { b: [1, true] } });
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect((await held('B'))?.content).toBe(alone(planted.two));
      expect(await versionsOf(['A', 'B', 'n', 'deep'])).toEqual([1, 2, 1, 1]);
    });

    const versionsOf = async (keys: readonly string[]): Promise<readonly (number | undefined)[]> => {
      const versions: (number | undefined)[] = [];
      for (const key of keys) versions.push((await held(key))?.versions);
      return versions;
    };

    test('a binary file is the secret itself; bytes that are no text go where bytes are taken', async () => {
      rules({ path_regex: 'bin$' });
      const [text, bytes] = [`text${count}.bin`, `bytes${count}.bin`];
      fill(cwd, {
        [text]: await sealed(new TextEncoder().encode(planted.three), lab.people.own.recipient, 'binary'),
        [bytes]: await sealed(Uint8Array.of(0xff, 0xfe, 0, 1), lab.people.own.recipient, 'binary'),
      });
      expect(await publish(['--yes', '--per-key', text])).toMatchObject(good);
      expect((await held(undefined, text))?.content).toBe(service.alone ? JSON.stringify({ data: planted.three }) : planted.three);
      const [status, said] = service.takesBytes ? [0, 'already up-to-date'] : [4, 'the file is not text'];
      await publish(['--yes', bytes]);
      expect(await publish(['--yes', bytes])).toMatchObject({ status, stderr: expect.stringContaining(said) });
    });

    test('--dry-run tells keys, never values, and writes nothing', async () => {
      rules();
      await write(file, { A: planted.one, B: 1 });
      const first = await publish(['--dry-run', file]);
      expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/ would be published to .*\(decrypted\)\nadded: A, B\n$/) });
      expect(await held()).toBeUndefined();
      await publish(['--yes', file]);
      await write(file, { A: planted.two, C: planted.three });
      const second = await publish(['--dry-run', file]);
      expect(second.stdout).toMatch(/\nadded: C\nchanged: A\nremoved: B\n$/);
      expect(await held()).toMatchObject({ versions: 1 });
    });

    test('tags, and where there is one a description, are kept beside without a version', async () => {
      rules();
      await write(file, { A: planted.one });
      await publish(['--yes', file]);
      rules({ tags: { team: 'web' }, ...(service.describes ? { description: 'of the web' } : {}) });
      expect((await publish(['--dry-run', file])).stdout).toMatch(/\nunchanged: A\ntags or description: changed\n$/);
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect(await held()).toMatchObject({ versions: 1, tags: { team: 'web' } });
      expect(Object.keys((await held())?.tags ?? {})).toEqual(expect.arrayContaining(['sopsmith-rule', 'sopsmith-file']));
      const again = await lab.ours(['publish', '--yes', '--json', file]);
      expect(JSON.parse(again.stdout)).toEqual([{ file, status: 'unchanged' }]);
    });

    test('--prune asks, and removes what the same rule made of the same file, nothing else', async () => {
      rules({ per_key: true });
      const other = `other${count}.json`;
      await write(other, { B: planted.three });
      await write(file, { A: planted.one, B: planted.two, C: planted.three });
      await publish(['--yes', file]);
      await publish(['--yes', other]);
      await service.make(service.name(file, 'byhand'), 'made by hand');
      await write(file, { A: planted.one });
      const dryRun = await publish(['--dry-run', '--prune', file]);
      expect(dryRun.stdout).toMatch(/\nunchanged: A\npruned: [^\n]*\n$/);
      expect(dryRun.stdout).toContain(service.name(file, 'B'));
      expect(dryRun.stdout).not.toContain('byhand');
      const no = await publish(['--prune', file], { input: 'y\nn\n' });
      expect(no).toMatchObject({ status: 0, stdout: expect.stringMatching(/removing .*[BC].*[BC] \? \(y\/n\): $/) });
      expect(await held('B')).toBeDefined();
      expect(await publish(['--prune', file], { input: 'y\n' })).toMatchObject({ status: 1, stderr: expect.stringContaining('--yes') });
      expect(await publish(['--prune', '--yes', file])).toMatchObject(good);
      expect(await held('A')).toMatchObject({ versions: 1 });
      expect([await held('B'), await held('C')]).toEqual([undefined, undefined]);
      expect(await held('byhand')).toBeDefined();
      expect(await held('B', other)).toBeDefined();
      // What was removed can come back.
      await write(file, { A: planted.one, B: planted.one });
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect((await held('B'))?.content).toBe(alone(planted.one));
    });

    test.each(generic)('--prune of a folder removes what files made that are gone, %s', async () => {
      rules({ per_key: true });
      const folder = `folder${count}`;
      await write(`${folder}/stays.json`, { A: planted.one });
      await write(`${folder}/goes.json`, { A: planted.two });
      expect(await publish(['--yes', '--recursive', folder])).toMatchObject(good);
      rmSync(join(cwd, folder, 'goes.json'));
      expect(await publish(['--yes', '--recursive', folder])).toMatchObject(good);
      expect(await held('A', 'goes.json')).toBeDefined();
      expect(await publish(['--yes', '--recursive', '--prune', folder])).toMatchObject(good);
      expect(await held('A', 'goes.json')).toBeUndefined();
      expect(await held('A', 'stays.json')).toMatchObject({ versions: 1 });
    });

    test('what others made is not written over, unless --adopt says so', async () => {
      rules({ per_key: true });
      await write(file, { A: planted.one, B: planted.two });
      await publish(['--yes', file]);
      rules({ per_key: true, owner: 'another' });
      await write(file, { A: planted.two, B: planted.two });
      const refused = await publish(['--yes', file]);
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/was published by another rule .*\n.*--adopt/s) });
      expect(await versionsOf(['A', 'B'])).toEqual([1, 1]);
      expect(await publish(['--yes', '--adopt', file])).toMatchObject(good);
      expect(await versionsOf(['A', 'B'])).toEqual([2, 1]);
      await service.make(service.name(file, 'C'), 'made by hand');
      await write(file, { A: planted.two, C: planted.three });
      const [status, said, content] = service.takesOver ? [0, '', planted.three] : [1, 'was not published by sopsmith', 'made by hand'];
      expect(await publish(['--yes', file])).toMatchObject({ status, stderr: expect.stringContaining(said) });
      expect((await held('C'))?.content).toBe(alone(content));
      expect(await publish(['--yes', '--adopt', file])).toMatchObject(good);
      expect((await held('C'))?.content).toBe(alone(planted.three));
    });

    test('a run that fails half way is finished by the next one, which writes the rest alone', async () => {
      rules({ per_key: true });
      const keys = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
      await write(file, Object.fromEntries(keys.map((key) => [key, `${planted.one}${key}`])));
      await service.faults({ on: 'write', pass: 5, times: 1000, status: 503 });
      const failed = await publish(['--yes', file]);
      expect(failed.status).toBe(1);
      expect(failed.stderr).toMatch(/cannot publish to .*\n.*[1-7] of 8 secrets are written: run it again/s);
      const before = (await versionsOf(keys)).filter((versions) => versions !== undefined && versions > 0).length;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(8);
      await service.faults(undefined);
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect(await versionsOf(keys)).toEqual(keys.map(() => 1));
    });

    test('a service that is busy for a moment is asked again; one that stays so is told', async () => {
      rules();
      await write(file, { A: planted.one });
      await service.faults({ on: 'any', pass: 1, times: 1, status: 429 });
      expect(await publish(['--yes', file])).toMatchObject(good);
      await write(file, { A: planted.two });
      await service.faults({ on: 'any', pass: 0, times: 1000, status: 429 });
      expect(await publish(['--yes', file])).toMatchObject({ status: 1, stderr: expect.stringMatching(service.throttled) });
      await service.faults(undefined);
      expect(await held()).toMatchObject({ versions: 1 });
    });

    test.each([['denied'], ['expired']] as const)('credentials that are %s are told, and nothing is written', async (what) => {
      rules();
      await write(file, { A: planted.one });
      const { env, says, plan }: SecretService['expired'] = service[what];
      await service.faults(plan);
      expect(await publish(['--yes', file], { env })).toMatchObject({ status: 1, stderr: expect.stringMatching(says) });
      expect(await held()).toBeUndefined();
    });

    test('a run that is interrupted is finished by the next one', async () => {
      rules({ per_key: true });
      const keys = ['A', 'B', 'C', 'D', 'E', 'F'];
      await write(file, Object.fromEntries(keys.map((key) => [key, `${planted.one}${key}`])));
      await service.faults({ on: 'write', pass: service.writesTwice ? 7 : 3, times: 1000, status: 'silent' });
      const { child, ended, output } = lab.start(['publish', '--yes', file]);
      await expect.poll(async () => versionsOf(keys), { timeout: 20_000 }).toContain(1);
      expect((await versionsOf(keys)).filter((versions) => versions !== undefined).length).toBeLessThan(keys.length);
      child.kill('SIGINT');
      expect(await ended).not.toBe(0);
      expect(output()).not.toContain(planted.one);
      await service.faults(undefined);
      expect(await publish(['--yes', file])).toMatchObject(good);
      expect(await versionsOf(keys)).toEqual(keys.map(() => 1));
    });

    test.each(generic)('two keys or files of one name there are refused, %s', async () => {
      rules({ per_key: true });
      await write(file, { 'a b': planted.one, 'a-b': planted.two });
      const [status, said] = service.anyName ? [0, ''] : [8, 'would both be published to'];
      expect(await publish(['--yes', file])).toMatchObject({ status, stderr: expect.stringContaining(said) });
    });

    test('nothing of it is left on the disk', () => {
      const names = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(cwd, name)).isFile());
      expect(names.length).toBeGreaterThan(10);
      for (const name of names) expect(readFileSync(join(cwd, name), 'utf8'), name).not.toMatch(/planted/);
    });
  });
}

/** A file as `encrypt` makes it, without another process. */
async function sealed(source: string | Uint8Array, recipient: string, kind: 'json' | 'binary'): Promise<string> {
  const context = createNodeContext();
  const services = { keys: localKeyService(keySources, context), keySources, context };
  const keyGroups = [keySources.find((each) => each.kind === 'age')?.parse(recipient, {}) ?? []];
  const settings = {
    keyGroups,
    shamirThreshold: 0,
    selection: defaultSelection,
    macOnlyEncrypted: false,
    layout: 'auto',
    strict: false,
  } as const;
  const format = formats.find(({ name }) => name === kind);
  if (format === undefined) throw new Error(`there is no ${kind}`);
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const { content } = await encrypt(bytes, { input: format, output: format, print: {} }, settings, services);
  return new TextDecoder().decode(content);
}
