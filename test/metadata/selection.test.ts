import { afterAll, describe, expect, it } from 'vitest';
import type { Comment, Leaf } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import { SopsError } from '../../src/errors.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import type { Selection } from '../../src/metadata/metadata.ts';
import { loadRegexps } from '../../src/metadata/regexp.ts';
import { patternsOf, selectionsFrom, type Selector, selector } from '../../src/metadata/selection.ts';
import { withoutRecord } from '../../src/metadata/shape.ts';
import { lacks } from '../support/peers.ts';
import { Folder, recipients } from '../support/real-sops.ts';

const source = `# about the file
password: one
user_unencrypted: two
data:
  # enc
  password: three
  plain:
    # plain: below
    # and more
    - four
    # enc
    # after enc
    - token_enc: five
      x: 6
stringData_enc:
  é: seven
  PASSWORD: eight # enc
key.with.dots: nine
last: ten
# enc at the end
`;

const cases: readonly (readonly [Selection['by'], string])[] = [
  ['unencrypted_suffix', '_unencrypted'],
  ['encrypted_suffix', '_enc'],
  ['encrypted_suffix', 'd'],
  ...[
    '^password$',
    'pass',
    '(?i)^PASS',
    '^(data|x)$',
    '[^a-z]',
    '\\.',
    '^.$',
    'é',
    'a{2}',
    'x|',
    '\\bplain\\b',
    '(password|user)',
    '^[a-z]+_enc$',
    '[',
  ].flatMap((pattern) => [['encrypted_regex', pattern] as const, ['unencrypted_regex', pattern] as const]),
  ...['enc', '^ enc$', 'plain', '^ (plain|and)', '$', 'nowhere', '[[:upper:]]{60}'].flatMap((pattern) => [
    ['encrypted_comment_regex', pattern] as const,
    ['unencrypted_comment_regex', pattern] as const,
  ]),
];

const selectionOf = (by: Selection['by'], rule: string): Selection => {
  const [selection] = selectionsFrom((name) => (name === by ? rule : ''));
  if (!selection) throw new Error('no rule');
  return selection;
};

/** As for a file that exists: a pattern that does not compile matches nothing. */
async function made(by: Selection['by'], rule: string): Promise<Selector> {
  const selection = selectionOf(by, rule);
  const compile = await loadRegexps(patternsOf(selection));
  return selector(selection, (pattern) => {
    try {
      return compile(pattern);
    } catch {
      return () => false;
    }
  });
}

const isSealed = (item: Leaf | Comment): boolean => item.text.startsWith('ENC[');

describe.skipIf(lacks('sops'))('selects what real sops selects', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  it.each(cases)('%s %s', async (by, rule) => {
    folder.write('.sops.yaml', `creation_rules: [{ age: ${recipients[0]}, ${by}: '${rule}' }]`);
    folder.write('file.yaml', source);
    const run = folder.sops('encrypt', 'file.yaml');
    expect(ourChoice(await made(by, rule))).toEqual(
      run.status === 0 ? realChoice(run.stdout) : run.stderr.replace(/^.* matches Unenc.*$/s, 'VALUE_UNSEALABLE'),
    );
  });
});

/** For each value and comment whether it is sealed, or the code of the error. */
function ourChoice(select: Selector): readonly boolean[] | string {
  const choice: boolean[] = [];
  try {
    for (const branch of yaml.parse(source).branches)
      walk(branch, (item, path, comments) => {
        const selected = select(path, comments, item.kind === 'comment');
        choice.push(selected);
        if (selected && item.kind === 'comment') select.checkSealedComment('ENC[AES256_GCM,data:x,type:comment]', path);
      });
    return choice;
  } catch (error) {
    if (error instanceof SopsError) return error.code;
    throw error;
  }
}

function realChoice(encrypted: string): readonly boolean[] {
  const choice: boolean[] = [];
  for (const branch of withoutRecord(yaml.parse(encrypted).branches, 'nested')) walk(branch, (item) => choice.push(isSealed(item)));
  return choice;
}

describe('selector', () => {
  it('decides on 100,000 leaves at once', async () => {
    const select = await made('encrypted_regex', '^(password|token|.*_secret)$');
    const start = performance.now();
    let selected = 0;
    for (let at = 0; at < 100_000; at++)
      if (select(['services', `service_${at % 100}`, at % 2 === 0 ? 'password' : 'host'], [], false)) selected++;
    expect(selected).toBe(50_000);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('leaves nothing in clear where the rule is empty', () => {
    const select = selector({ by: 'unencrypted_suffix', suffix: '' }, () => () => false);
    expect(select(['a_unencrypted'], [], false)).toBe(true);
  });
});
