// Master keys, data keys and rules of encrypted versions that are put together.
import { describe, expect, test } from 'vitest';
import { defaultSelection, encrypt, planUpdateKeys, rotate, startEdit } from '../../../src/index.ts';
import { formatOf } from '../../interop/library.ts';
import { ageIdentity } from '../../support/cli.ts';
import { lacks } from '../../support/peers.ts';
import { recipients } from '../../support/real-sops.ts';
import { edit, forRecipients, open, recipient, seal } from '../bench.ts';
import { bytes, ciphertexts, merged, own, recipientsIn, servicesWith, starting, text } from './versions.ts';

const rotated = async (sealed: string, ...wanted: readonly string[]): Promise<string> => {
  const file = formatOf('yaml');
  const kept = wanted.length === 0 ? sealed : await forRecipients('yaml', sealed, ...wanted);
  const options = { add: [], remove: [], ignoreMac: false, layout: 'auto' } as const;
  return Buffer.from((await rotate(bytes(kept), { input: file, output: file, print: {} }, options, own)).content).toString();
};

const [ada, bob, eve] = recipients;

describe('master keys', () => {
  const plain = 'a: 1\nb: 2\n';

  test('that either side added are in, and those that either removed are out', async () => {
    const base = await forRecipients('yaml', await seal('yaml', plain), recipient, ada);
    const ours = await forRecipients('yaml', base, recipient, ada, bob);
    const theirs = await edit('yaml', await forRecipients('yaml', base, recipient, eve), (one) => one.replace('1', '3'));
    const { content, notes } = await merged('yaml', [base, ours, theirs]);
    expect(recipientsIn(text({ content })).toSorted()).toEqual([recipient, bob, eve].toSorted());
    expect(notes.join('\n')).toContain(`they removed ${ada}: it stays removed`);
    expect(notes.join('\n')).toContain('who was removed still knows the data key');
    expect(await open('yaml', text({ content }))).toBe('a: 3\nb: 2\n');
    // Nothing had to be wrapped: every entry is one of a side.
    for (const entry of text({ content }).match(/-----BEGIN[^]*?-----END/g) ?? []) expect(`${ours}${theirs}`).toContain(entry);
  });

  test('under the new data key where one side made one, with those that the other added', async () => {
    const base = await forRecipients('yaml', await seal('yaml', plain), recipient, ada);
    const ours = await forRecipients('yaml', base, recipient, ada, bob);
    const theirs = await rotated(base, recipient);
    for (const three of [
      [base, ours, theirs],
      [base, theirs, ours],
    ] as const) {
      const result = text(await merged('yaml', three));
      expect(recipientsIn(result)).toEqual(expect.arrayContaining([recipient, bob]));
      expect(recipientsIn(result)).not.toContain(ada);
      const [known, old] = [new Set(ciphertexts(theirs)), new Set(ciphertexts(ours))];
      expect(ciphertexts(result).filter((one) => known.has(one))).toHaveLength(2);
      expect(ciphertexts(result).filter((one) => old.has(one))).toEqual([]);
      expect(await open('yaml', result)).toBe(plain);
    }
  });

  test('whom both sides shut out by new data keys know none of them: there is a third', async () => {
    const base = await forRecipients('yaml', await seal('yaml', plain), recipient, ada, bob);
    const [ours, theirs] = [await rotated(base, recipient, bob), await rotated(base, recipient, ada)];
    const result = text(await merged('yaml', [base, ours, theirs]));
    expect(recipientsIn(result)).toEqual([recipient]);
    const known = new Set([base, ours, theirs].flatMap(ciphertexts));
    expect(ciphertexts(result).filter((one) => known.has(one))).toEqual([]);
    expect(await open('yaml', result)).toBe(plain);
  });

  test('shut out by their side do not come back where both made a new data key', async () => {
    const base = await forRecipients('yaml', await seal('yaml', plain), recipient, ada);
    const [ours, theirs] = [await rotated(base), await rotated(base, recipient)];
    expect(text(await merged('yaml', [base, ours, theirs]))).toBe(theirs);
  });

  test('of files that were made apart are all in', async () => {
    const ours = await forRecipients('yaml', await seal('yaml', 'a: 1\n'), recipient, ada);
    const theirs = await forRecipients('yaml', await seal('yaml', 'b: 2\n'), recipient, bob);
    const { content, notes } = await merged('yaml', [undefined, ours, theirs]);
    expect(recipientsIn(text({ content }))).toEqual([recipient, ada, bob]);
    expect(notes).toContain(`they added ${bob}: it can read the merged file`);
    expect(await open('yaml', text({ content }))).toBe('a: 1\nb: 2\n');
  });

  test.skipIf(lacks('age-keygen'))(
    'that could not open the common version can open a merge of versions that have its data key',
    async () => {
      const { identity, recipient: newcomer } = ageIdentity();
      const base = await seal('yaml', plain);
      const shared = await forRecipients('yaml', base, recipient, newcomer);
      const [ours, theirs] = [
        await edit('yaml', shared, (one) => `${one}c: 3\n`),
        await edit('yaml', shared, (one) => one.replace('1', '4')),
      ];
      const theirServices = servicesWith({ SOPS_AGE_KEY: identity });
      expect(await open('yaml', text(await merged('yaml', [base, ours, theirs], theirServices)))).toBe('a: 4\nb: 2\nc: 3\n');
    },
  );

  test.skipIf(lacks('age-keygen'))(
    'that cannot open the common version cannot tell what was removed: all that differs conflicts',
    async () => {
      const { identity, recipient: newcomer } = ageIdentity();
      const base = await seal('yaml', plain);
      const [ours, theirs] = [
        await rotated(base, recipient, newcomer),
        await rotated(await edit('yaml', base, () => 'b: 2\n'), recipient, newcomer),
      ];
      const merge = await starting('yaml', [base, ours, theirs], servicesWith({ SOPS_AGE_KEY: identity }));
      expect(merge.conflicts).toEqual(['a: it differs, and the common version cannot be read']);
    },
  );
});

describe('key groups', () => {
  const yaml = formatOf('yaml');
  const groupsOf = (
    groups: readonly (readonly string[])[],
  ): { keyGroups: { kind: string; recipient: string }[][]; shamirThreshold: number } => ({
    keyGroups: groups.map((group) => group.map((one) => ({ kind: 'age', recipient: one }))),
    shamirThreshold: 2,
  });
  const shared = async (plain: string, groups: readonly (readonly string[])[]): Promise<string> => {
    const settings = { ...groupsOf(groups), selection: defaultSelection, macOnlyEncrypted: false, layout: 'auto', strict: false } as const;
    return text(
      await encrypt(bytes(plain), { input: yaml, output: yaml, print: {} }, settings, own).then((made) => ({ content: made.content })),
    );
  };
  const updated = async (sealed: string, groups: readonly (readonly string[])[]): Promise<string> =>
    text(await (await planUpdateKeys(bytes(sealed), yaml, groupsOf(groups), own)).apply());
  const sizes = (sealed: string): readonly number[] =>
    (/key_groups:\n([^]*?)^ {4}\w/m.exec(sealed)?.[1] ?? '')
      .split(/^ {8}- /m)
      .slice(1)
      .map((group) => recipientsIn(group).length);

  test('merge group by group, and give new shares where somebody leaves', async () => {
    const base = await shared('a: 1\nb: 2\n', [
      [recipient, ada],
      [recipient, bob],
    ]);
    const ours = await updated(base, [
      [recipient, ada, eve],
      [recipient, bob],
    ]);
    const theirs = await edit('yaml', await updated(base, [[recipient, ada], [recipient]]), (one) => one.replace('1', '5'));
    const { content, notes } = await merged('yaml', [base, ours, theirs]);
    const result = text({ content });
    expect(sizes(result)).toEqual([3, 1]);
    expect(notes).toContain(`they removed ${bob} in key group 1: it stays removed`);
    for (const entry of result.match(/-----BEGIN[^]*?-----END/g) ?? []) expect(ours).not.toContain(entry);
    expect(await open('yaml', result)).toBe('a: 5\nb: 2\n');
  });

  test('of other numbers are those of the side that changed them, or a conflict', async () => {
    const base = await shared('a: 1\n', [
      [recipient, ada],
      [recipient, bob],
    ]);
    const ours = await edit('yaml', base, (one) => `${one}c: 3\n`);
    const theirs = await updated(base, [[recipient], [recipient, ada], [bob]]);
    const result = text(await merged('yaml', [base, ours, theirs]));
    expect(sizes(result)).toEqual([1, 2, 1]);
    expect(await open('yaml', result)).toBe('a: 1\nc: 3\n');
    const other = await updated(base, [[recipient, eve], [recipient]]);
    const merge = await starting('yaml', [base, other, theirs]);
    expect(merge.ruleConflicts).toEqual(['the key groups: changed on both sides']);
    expect(sizes(text(await merge.settled('theirs')))).toEqual([1, 2, 1]);
    expect(sizes(text(await merge.settled('ours')))).toEqual([2, 1]);
  });
});

describe('rules', () => {
  const selecting = (sealed: string, pattern: string): Promise<string> =>
    editMetadata(sealed, (one) => one.replace(/^ {4}(?:un)?encrypted_(?:suffix|regex): .*$/m, `    encrypted_regex: ${pattern}`));
  const editMetadata = async (sealed: string, change: (text: string) => string): Promise<string> => {
    const options = { ignoreMac: false, strict: false, showMasterKeys: true, print: {}, layout: 'auto' } as const;
    const session = await startEdit(bytes(sealed), formatOf('yaml'), options, own);
    return text(await session.finish(bytes(change(Buffer.from(session.plaintext).toString()))).then(({ content }) => ({ content })));
  };

  test('changed on one side hold, and on both sides in different ways conflict', async () => {
    const base = await selecting(await seal('yaml', 'a: 1\nb: 2\n'), '^[ab]$');
    const ours = await selecting(base, '^[abc]$');
    const theirs = await edit('yaml', base, (one) => one.replace('1', '3'));
    expect(text(await merged('yaml', [base, ours, theirs]))).toContain('encrypted_regex: ^[abc]$');
    const merge = await starting('yaml', [base, ours, await selecting(base, '^[abd]$')]);
    expect(merge.ruleConflicts).toEqual(['the selection of values: changed on both sides']);
    expect(text(await merge.settled('theirs'))).toContain('encrypted_regex: ^[abd]$');
  });

  test('never leave in clear what a side has encrypted', async () => {
    const base = await selecting(await seal('yaml', 'a: 1\nb: 2\n'), '^[abt]$');
    const ours = await selecting(base, '^[ab]$');
    const theirs = await edit('yaml', base, (one) => `${one}t: hush\n`);
    const merge = await starting('yaml', [base, ours, theirs]);
    await expect(merge.settled('ours')).rejects.toMatchObject({
      code: 'MERGE_CONFLICT',
      message: expect.stringMatching(/^t would stand in clear/),
    });
  });
});
