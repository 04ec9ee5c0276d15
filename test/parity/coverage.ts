// Which test shows what, of all that sops has; and where ours does more than sops, or what sops does not.
import { cases, serviceCases, titleOf } from './cases.ts';
import { awsUses, kinds, uses, useTitle } from './kinds.ts';
import type { Row } from './sops-help.ts';

/** A test, by its file and its title; `words` stand in the file, to show that it is about the row. */
export interface Covering {
  readonly file: string;
  readonly title: string;
  readonly words: readonly string[];
}

/** How a row is called: `decrypt --extract`, `sops --verbose`, or a command alone. */
export const keyOf = ({ command, flag }: Pick<Row, 'command' | 'flag'>): string =>
  [command === '' ? 'sops' : command, ...(flag === '' ? [] : [`--${flag}`])].join(' ');

const by = (file: string, title: string, ...words: readonly string[]): Covering => ({ file, title, words });

const cli = (name: string): string => `test/cli/${name}.test.ts`;
const flagsFile = 'test/parity/flags.test.ts';
const kindsFile = 'test/parity/kinds.test.ts';

/** What the two tables of tests here show, by the titles that they make. */
const fromTables: readonly (readonly [string, Covering])[] = [
  ...[...cases, ...serviceCases('unix:///nowhere')].flatMap((one) =>
    one.covers.map((flag) => [keyOf({ command: one.command, flag }), by(flagsFile, titleOf(one))] as const),
  ),
  ...kinds.flatMap(({ flag }) => uses.map((use) => [useTitle(use, flag), by(kindsFile, useTitle(use, flag))] as const)),
  ...awsUses.flatMap(({ flag, commands }) =>
    commands.map((command) => [keyOf({ command, flag }), by(kindsFile, keyOf({ command, flag }))] as const),
  ),
];

const served = by(cli('keyservice'), 'of $server serves $client over $network', "'--net'", "'--addr'", "'--verbose'");
const becoming = by(cli('exec'), 'becomes another user with the groups of that user, as sops does', "'--user'");
const withHelp = by(cli('beyond'), '%s shows help', "'--help'", "'-h'");
const withoutLookup = by('test/parity/version.test.ts', 'nothing is looked up', '--disable-version-check', '--check-for-updates');
const published = (title: string, ...words: readonly string[]): Covering => by('test/parity/publish.test.ts', title, ...words);

const byHand: Readonly<Record<string, Covering>> = {
  'sops --help': withHelp,
  'sops --version': by('test/parity/version.test.ts', 'called sops, it answers as sops does', "'--version'", "'-v'"),
  'sops --disable-version-check': withoutLookup,
  'sops --check-for-updates': withoutLookup,
  help: withHelp,
  completion: by(cli('completion'), 'offers commands, words of commands, and flags'),
  'completion --help': by('test/parity/version.test.ts', 'commands of commands show their help', "'completion'"),
  'completion bash': by(cli('completion'), 'offers commands, words of commands, and flags', 'bash'),
  'completion zsh': by(cli('completion'), 'offers commands, words of commands, and flags', 'zsh'),
  'exec-env': by(cli('exec'), 'gives a command what sops gives it: %s', "'exec-env'"),
  'exec-env --user': becoming,
  'exec-file': by(cli('exec'), 'comes back byte for byte, and is a pipe unless a file is wanted', "'exec-file'"),
  publish: published('publish', "'publish'"),
  'publish --yes': published('publish --yes', "'--yes'", "'-y'"),
  'publish --omit-extensions': published('publish --omit-extensions', "'--omit-extensions'"),
  'publish --recursive': published('publish --recursive', "'--recursive'"),
  'publish --verbose': published('publish --verbose', "'--verbose'"),
  'publish --decryption-order': published('publish --decryption-order', "'--decryption-order'"),
  'publish --enable-local-keyservice': published('publish --enable-local-keyservice', "'--enable-local-keyservice=false'"),
  'publish --keyservice': published('publish --keyservice', "'--keyservice'"),
  keyservice: served,
  'keyservice --network': served,
  'keyservice --address': served,
  'keyservice --verbose': served,
  'keyservice --prompt': by(cli('keyservice'), 'asks before each use, until the answer is y or n', "'--prompt'"),
  filestatus: by(cli('file-status'), 'filestatus', "'filestatus'"),
  groups: by(cli('groups-beyond'), 'groups alone shows what there is', "'groups'"),
  'groups --help': by('test/parity/version.test.ts', 'commands of commands show their help', "'groups'"),
  'groups add': by(cli('groups'), 'key groups', "'groups', 'add'"),
  'groups delete': by(cli('groups'), 'key groups', "'groups', 'delete'"),
  updatekeys: by(cli('update-keys'), 'updatekeys', "'updatekeys'"),
  decrypt: by(cli('decrypt'), 'decrypt', "'decrypt'"),
  encrypt: by(cli('encrypt'), 'encrypt', "'encrypt'"),
  rotate: by(cli('change'), 'rotate', "'rotate'"),
  edit: by(cli('edit'), 'edit', "'edit'"),
  set: by(cli('change'), 'set and unset', "'set'"),
  unset: by(cli('change'), 'set and unset', "'unset'"),
};

/** The test that shows a row; undefined where there is none. */
const covered = new Map([...fromTables.toReversed(), ...Object.entries(byHand)]);
export const coveringOf = (row: Row): Covering | undefined => covered.get(keyOf(row));

const never = 'nothing is ever looked up, nor warned of';
const many = 'takes many files, folders and globs';
const status128 = 'a data key that nobody unwraps is told of in full, with status 128';
const notFound = 'without one that is known, the known kinds are told';

/** What is better than in sops 3.13.3, by row; all others are the same. */
export const better: Readonly<Record<string, string>> = {
  'sops --version': 'by its own name it names itself and the sops that it is like',
  'sops --disable-version-check': never,
  'sops --check-for-updates': never,
  'sops --show-master-keys': 'what is changed of the values is kept, too, which sops drops',
  'edit --show-master-keys': 'what is changed of the values is kept, too, which sops drops',
  'sops --help': 'grouped by topic, with examples',
  help: 'grouped by topic, with examples',
  completion: 'for fish, too; flags are offered as well',
  decrypt: many,
  encrypt: many,
  rotate: many,
  updatekeys: many,
  filestatus: many,
  publish: many,
  edit: 'a text with a mistake is never lost',
  set: `several values in one write; values that are generated or asked for without echo; ${many}`,
  unset: many,
  'groups add': many,
  'groups delete': many,
  'exec-env': 'a program without a shell; several files; nested maps; signals and exit codes are passed on',
  'exec-file': 'a program without a shell; several files; the file is gone whatever happens',
  'exec-file --filename': 'a name outside of the private folder is refused',
  'groups add --hckms': 'the key is written down, which sops forgets: its file does not open any more',
  'groups add --enable-local-keyservice': status128,
  'groups delete --enable-local-keyservice': status128,
  'keyservice --prompt': 'one question at a time; where nobody can answer, it is refused',
  ...Object.fromEntries(
    ['sops', 'decrypt', 'rotate', 'edit', 'set', 'unset', 'exec-env', 'exec-file'].map((command) => [
      `${command} --decryption-order`,
      notFound,
    ]),
  ),
};
