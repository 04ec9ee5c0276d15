// Command lines that show what each flag of sops does, by the commands that take it.
import { type Case, other, own } from '../support/compare.ts';
import { all, groupsOf, third } from '../support/group-files.ts';

/** A command line that shows flags at work. */
export interface ParityCase extends Omit<Case, 'argv'> {
  /** Empty for what has no command's name. */
  readonly command: string;
  /** The flags that it shows, without dashes. */
  readonly covers: readonly string[];
  readonly given: readonly string[];
  readonly words: readonly string[];
  /** Our exit status, where we answer another than sops does, on purpose. */
  readonly ownStatus?: number;
  /** What stands behind the words belongs to another program. */
  readonly wordsEnd?: true;
}

type Outcome = Omit<ParityCase, 'command' | 'covers' | 'given' | 'words'>;
/** A command at its plainest: the flags it needs, its words, and what to look at. */
interface Base extends Outcome {
  readonly given: readonly string[];
  readonly words: readonly string[];
}

const age = ['--age', own.recipient] as const;
const sealedOutput = { stdout: { sealed: 'json' }, records: 'stdout' } as const;
const changed = (file: string): Outcome => ({ stdout: 'same', files: [file], records: file });
const editor = { EDITOR: 'sed -i s/s3cret/changed/' } as const;
const rules = (text: string): Outcome => ({ extra: { '.sops.yaml': text } });
const bothKeys = rules(groupsOf(undefined, [own.recipient, other.recipient]));
/** As a path in the old spelling of `set`. */
const index = '["n"]';

const bases = {
  decrypt: { given: [], words: ['sealed.json'], stdout: 'same' },
  encrypt: { given: age, words: ['plain.json'], ...sealedOutput },
  rotate: { given: [], words: ['sealed.json'], ...sealedOutput },
  edit: { given: [], words: ['sealed.json'], env: editor, ...changed('sealed.json') },
  set: { given: [], words: ['sealed.json', index, '6'], ...changed('sealed.json') },
  unset: { given: [], words: ['sealed.json', index], ...changed('sealed.json') },
  'exec-env': { given: [], words: ['sealed.env', 'printf "%s|%s" "$A" "$B"'], stdout: 'same' },
  'exec-file': { given: [], words: ['sealed.json', 'cat {}'], stdout: 'same' },
  'groups add': {
    given: ['-f', 'sealed.json', '--age', other.recipient],
    words: [],
    env: all,
    stdout: { sealed: 'json' },
    records: 'stdout',
  },
  'groups delete': { given: ['-f', 'three.json'], words: ['1'], env: all, stdout: { sealed: 'json' }, records: 'stdout' },
  updatekeys: { given: ['-y'], words: ['sealed.json'], ...changed('sealed.json'), ...bothKeys },
  filestatus: { given: [], words: ['sealed.json'], stdout: 'same' },
  '': { given: ['-d'], words: ['sealed.json'], stdout: 'same' },
} as const satisfies Readonly<Record<string, Base>>;

/** A command with more flags, and what else is then to be looked at. */
function using(command: keyof typeof bases, covers: string, more: readonly string[], outcome: Partial<Base> = {}): ParityCase {
  const base: Base = bases[command];
  return {
    ...base,
    ...outcome,
    command,
    covers: covers.split(' '),
    given: [...(outcome.given ?? base.given), ...more],
    env: { ...base.env, ...outcome.env },
    ...(command.startsWith('exec-') ? { wordsEnd: true as const } : {}),
  };
}

const ordering = ['decrypt', 'rotate', 'edit', 'set', 'unset', 'exec-env', 'exec-file', ''] as const;
const unwrapping = [...ordering, 'groups add', 'groups delete', 'updatekeys'] as const;

/** Where groups are changed, we say of a data key that was not found what we say of it elsewhere; sops ends with 1. */
const nobodyAsked = (command: string): Partial<Base> => ({
  stdout: undefined,
  records: undefined,
  ...(command.startsWith('groups') ? { ownStatus: 128 } : {}),
});

/** Flags that say who may unwrap the data key; `uri` is where a key service listens that can. */
export const serviceCases = (uri: string): readonly ParityCase[] => [
  ...[...unwrapping, 'encrypt' as const].flatMap((command) => [
    using(command, 'enable-local-keyservice', ['--enable-local-keyservice=false'], nobodyAsked(command)),
    using(command, 'enable-local-keyservice', [], { env: { SOPS_ENABLE_LOCAL_KEYSERVICE: 'false' }, ...nobodyAsked(command) }),
    using(command, 'keyservice', ['--enable-local-keyservice=false', '--keyservice', uri]),
    using(command, 'keyservice', [], { env: { SOPS_KEYSERVICE: uri, SOPS_AGE_KEY_FILE: '' } }),
  ]),
  ...ordering.flatMap((command) => [
    using(command, 'decryption-order', ['--decryption-order', 'pgp,age']),
    using(command, 'decryption-order', [], {
      env: { SOPS_DECRYPTION_ORDER: 'age,age' },
      stdout: undefined,
      says: /uplicate decryption key type/,
    }),
  ]),
];

const spoiled = { words: ['spoiled.json'], stdout: 'same' } as const;
const copied = { words: ['copy.yml-not'] } as const;

const macCases: readonly ParityCase[] = [
  ...(['decrypt', ''] as const).map((command) => using(command, 'ignore-mac', ['--ignore-mac'], spoiled)),
  using('edit', 'ignore-mac', ['--ignore-mac'], { words: ['spoiled.json'], ...changed('spoiled.json') }),
  using('set', 'ignore-mac', ['--ignore-mac'], { words: ['spoiled.json', index, '6'], ...changed('spoiled.json') }),
  using('unset', 'ignore-mac', ['--ignore-mac'], { words: ['spoiled.json', index], ...changed('spoiled.json') }),
];

const json = ['--input-type', 'json'] as const;
const types = [...json, '--output-type', 'json'] as const;
const typeCases: readonly ParityCase[] = [
  using('decrypt', 'input-type output-type', types, copied),
  using('', 'input-type output-type', types, copied),
  using('encrypt', 'input-type output-type', ['--input-type', 'yaml', '--output-type', 'json'], { words: ['plain.json'] }),
  using('rotate', 'input-type output-type', types, copied),
  using('edit', 'input-type output-type', types, { ...copied, ...changed('copy.yml-not'), files: [] }),
  using('set', 'input-type output-type', types, { words: ['copy.yml-not', index, '6'], ...changed('copy.yml-not'), files: [] }),
  using('unset', 'input-type output-type', types, { words: ['copy.yml-not', index], ...changed('copy.yml-not'), files: [] }),
  using('exec-file', 'input-type output-type', ['--input-type', 'json', '--output-type', 'yaml'], { words: ['copy.yml-not', 'cat {}'] }),
  using('updatekeys', 'input-type', json, { ...copied, ...changed('copy.yml-not'), files: [] }),
  using('filestatus', 'input-type', json, copied),
];

const placeCases: readonly ParityCase[] = [
  ...(['decrypt', 'encrypt', 'rotate'] as const).flatMap((command) => {
    const file = command === 'encrypt' ? 'plain.json' : 'sealed.json';
    const written = { stdout: 'same', files: [file, 'out.json'], records: undefined } as const;
    return [
      using(command, 'in-place', ['--in-place'], written),
      using(command, 'in-place', ['-i'], written),
      using(command, 'output', ['--output', 'out.json'], written),
    ];
  }),
  using('', 'in-place', ['-i'], { stdout: 'same', files: ['sealed.json'] }),
  using('', 'output', ['--output', 'out.json'], { stdout: 'same', files: ['out.json'] }),
  using('groups add', 'file in-place', ['--in-place'], {
    given: ['--file', 'sealed.json', '--age', other.recipient],
    stdout: 'same',
    files: ['sealed.json'],
    records: 'sealed.json',
  }),
  using('groups delete', 'file in-place', ['--in-place'], {
    given: ['--file', 'three.json'],
    stdout: 'same',
    files: ['three.json'],
    records: 'three.json',
  }),
  using('decrypt', 'filename-override', ['--filename-override', 'x.json'], { words: ['copy.yml-not'] }),
  using('encrypt', 'filename-override', ['--filename-override', 'x.json'], { words: ['plain.bin-json'] }),
  using('rotate', 'filename-override', ['--filename-override', 'x.json'], { words: ['copy.yml-not'] }),
  using('', 'filename-override', ['--filename-override', 'x.json'], { words: ['copy.yml-not'] }),
  using('decrypt', 'extract', ['--extract', '["db"]["user"]']),
  using('', 'extract', ['--extract', '["db"]']),
];

const selecting = {
  'encrypted-regex': '^password$',
  'unencrypted-regex': '^password$',
  'encrypted-suffix': 'word',
  'unencrypted-suffix': 'word',
  'encrypted-comment-regex': 'seal',
  'unencrypted-comment-regex': 'clear',
} as const;

const selectionCases: readonly ParityCase[] = Object.entries(selecting).flatMap(([name, value]) => {
  const flag = [`--${name}`, value];
  const old = using('', name, flag, { given: ['-e', ...age], words: ['plain.json'], ...sealedOutput });
  if (name.includes('comment')) return [old];
  return [
    old,
    using('encrypt', name, flag),
    using('edit', name, [...age, ...flag], { words: ['new.json'], env: { EDITOR: 'cp plain.json' }, ...changed('new.json') }),
  ];
});

const ageVariable = { SOPS_AGE_RECIPIENTS: own.recipient } as const;
const made = { words: ['new.json'], ...changed('new.json') } as const;
const ageCases: readonly ParityCase[] = [
  ...(['--age', '-a'] as const).flatMap((flag) => [
    using('encrypt', 'age', [flag, own.recipient], { given: [] }),
    using('edit', 'age', [flag, own.recipient], { ...made, env: { EDITOR: 'cp plain.json' } }),
    using('', 'age', [flag, own.recipient], { given: ['-e'], words: ['plain.json'], ...sealedOutput }),
  ]),
  using('encrypt', 'age', [], { given: [], env: ageVariable }),
  using('edit', 'age', [], { ...made, env: { EDITOR: 'cp plain.json', ...ageVariable } }),
  using('', 'age', [], { given: ['-e'], words: ['plain.json'], ...sealedOutput, env: ageVariable }),
  using('groups add', 'age', ['--age', third.recipient]),
  ...(['rotate', ''] as const).flatMap((command) => {
    const given = { given: command === '' ? ['-r'] : [], words: ['sealed.json'], ...sealedOutput };
    return [
      using(command, 'add-age', ['--add-age', other.recipient], given),
      using(command, 'rm-age', ['--rm-age', own.recipient, '--add-age', other.recipient], { ...given, env: all }),
    ];
  }),
];

const threshold = 'shamir-secret-sharing-threshold';
const thresholdFlag = [`--${threshold}`, '2'] as const;
const threeGroups = rules(groupsOf(3, [own.recipient], [other.recipient], [third.recipient]));
const thresholdCases: readonly ParityCase[] = [
  using('encrypt', threshold, thresholdFlag, { given: [], ...threeGroups, env: all }),
  using('', threshold, thresholdFlag, { given: ['-e'], words: ['plain.json'], ...sealedOutput, ...threeGroups, env: all }),
  using('edit', threshold, thresholdFlag, { ...made, ...threeGroups, env: { EDITOR: 'cp plain.json', ...all } }),
  using('set', threshold, thresholdFlag, { words: ['three.json', '["a"]', '2'], env: all, ...changed('three.json') }),
  using('unset', threshold, thresholdFlag, { words: ['three.json', '["a"]'], env: all, ...changed('three.json') }),
  using('groups add', threshold, [`--${threshold}`, '2']),
  using('groups delete', threshold, [`--${threshold}`, '2']),
];

const changeCases: readonly ParityCase[] = [
  using('edit', 'show-master-keys', ['--show-master-keys'], { env: { EDITOR: 'grep -c recipient' }, stdout: 'same', says: /not changed/ }),
  using('edit', 'show-master-keys', ['-s'], { env: { EDITOR: 'grep -c recipient' }, stdout: 'same', says: /not changed/ }),
  using('', 'show-master-keys', ['-s'], { given: [], env: { EDITOR: 'grep -c recipient' }, stdout: 'same', says: /not changed/ }),
  using('set', 'value-file', ['--value-file'], { words: ['sealed.json', index, 'value'], extra: { value: '"from a file"' } }),
  using('set', 'value-stdin', ['--value-stdin'], { words: ['sealed.json', index], input: '"from input"' }),
  using('set', 'idempotent', ['--idempotent'], { words: ['sealed.json', index, '5'] }),
  using('unset', 'idempotent', ['--idempotent'], { words: ['sealed.json', '["none"]'] }),
  using('updatekeys', 'yes', ['-y'], { given: [] }),
  using('updatekeys', 'yes', ['--yes'], { given: [] }),
];

const execCases: readonly ParityCase[] = [
  using('exec-env', 'pristine', ['--pristine'], { words: ['sealed.env', 'printf "%s|%s" "$A" "$KEPT"'], env: { KEPT: 'outside' } }),
  using('exec-env', 'same-process', ['--same-process'], { words: ['sealed.env', 'printf "%s" "$A"; exit 3'] }),
  using('exec-env', 'background', ['--background'], { words: ['sealed.env', 'true'] }),
  using('exec-env', 'user', ['--user', 'nobody-of-that-name']),
  using('exec-file', 'user', ['--user', 'nobody-of-that-name'], { words: ['sealed.json', 'true'] }),
  using('exec-file', 'background', ['--background'], { words: ['sealed.json', 'true'] }),
  using('exec-file', 'no-fifo', ['--no-fifo'], { words: ['sealed.json', 'test -f {} && cat {}'] }),
  using('exec-file', 'filename', ['--no-fifo', '--filename', 'chosen.json'], { words: ['sealed.json', 'basename {}'] }),
];

const old = { words: ['plain.json'], ...sealedOutput } as const;
const globalCases: readonly ParityCase[] = [
  ...['-d', '--decrypt'].map((flag) => using('', 'decrypt', [flag], { given: [] })),
  ...['-e', '--encrypt'].map((flag) => using('', 'encrypt', [flag], { given: age, ...old })),
  ...['-r', '--rotate'].map((flag) => using('', 'rotate', [flag], { given: [], ...sealedOutput })),
  using('', 'set', ['--set', '["n"] 6'], { given: [], ...changed('sealed.json') }),
  using('', 'mac-only-encrypted', ['--mac-only-encrypted', '--encrypted-regex', '^password$'], { given: ['-e', ...age], ...old }),
  using('', 'config', ['--config', 'other.yaml'], { given: ['-e'], ...old, extra: { 'other.yaml': groupsOf(undefined, [own.recipient]) } }),
  using('', 'config', [], {
    given: ['-e'],
    ...old,
    env: { SOPS_CONFIG: 'other.yaml' },
    extra: { 'other.yaml': groupsOf(undefined, [own.recipient]) },
  }),
  using('', 'indent', ['--indent', '3', '--output-type', 'yaml']),
  using('', 'verbose', ['--verbose'], { says: /./ }),
];

/** All but those that need a key service beside. */
export const cases: readonly ParityCase[] = [
  ...macCases,
  ...typeCases,
  ...placeCases,
  ...selectionCases,
  ...ageCases,
  ...thresholdCases,
  ...changeCases,
  ...execCases,
  ...globalCases,
];

/** The title that a case has among tests. */
export function titleOf({ command, covers }: Pick<ParityCase, 'command' | 'covers'>): string {
  return [command === '' ? 'sops' : command, ...covers.map((name) => `--${name}`)].join(' ');
}
