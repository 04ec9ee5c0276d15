import {
  changeKeyFlags,
  extractFlag,
  fileFlag,
  filenameOverrideFlag,
  groupKeyFlags,
  idempotentFlag,
  ignoreMacFlag,
  inputTypeFlag,
  masterKeyFlags,
  modeFlags,
  outputFlags,
  rewrapFlag,
  selectionFlags,
  serverFlags,
  showMasterKeysFlag,
  thresholdFlag,
  typeFlags,
  unwrapFlags,
} from './flags.ts';
import type { FlagSpec } from './argv.ts';
import { commandFlags } from './command-to-run.ts';
import { type ExitCodeOverrides, readsPlaintext, readsAnything } from './exit-codes.ts';
import type { CommandModule } from './invocation.ts';
import { manyFilesFlags } from './many-files.ts';

/** Flags under one heading of a command's help. */
export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly FlagSpec[];
}

/** One command: what it is called, what it takes, where it is. */
export interface Command {
  /** One word, or two for a command that belongs to others: `groups add`. */
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name, for help. */
  readonly takes: string;
  readonly groups: readonly FlagGroup[];
  readonly examples: readonly string[];
  readonly exitCodes?: ExitCodeOverrides;
  readonly load: () => Promise<CommandModule>;
}

const keys: FlagGroup = { title: 'Keys', flags: [...masterKeyFlags, thresholdFlag] };
const keyServices: FlagGroup = { title: 'Key services', flags: unwrapFlags };
const selection: FlagGroup = { title: 'Selection', flags: selectionFlags };
const layout: FlagGroup = { title: 'Text', flags: selectionFlags.filter(({ name }) => name === 'layout') };
const manyFiles: FlagGroup = { title: 'Many files', flags: manyFilesFlags };
const files = (...more: readonly FlagSpec[]): FlagGroup => ({ title: 'Files', flags: [...more, ...typeFlags] });

const encrypt: Command = {
  name: 'encrypt',
  summary: 'encrypt a file, or standard input',
  takes: '[file…]',
  groups: [files(...outputFlags, filenameOverrideFlag), manyFiles, keys, selection, keyServices],
  examples: [
    'encrypt -i secrets.yaml',
    'encrypt --age age1… --encrypted-regex "^(data|stringData)$" secret.yaml',
    'encrypt --filename-override secrets.env < plain.env',
    'encrypt -i --recursive .',
  ],
  exitCodes: readsPlaintext,
  load: () => import('./commands/encrypt.ts'),
};

const decrypt: Command = {
  name: 'decrypt',
  summary: 'decrypt a file, or standard input',
  takes: '[file…]',
  groups: [files(...outputFlags, filenameOverrideFlag), manyFiles, { title: 'Reading', flags: [extractFlag, ignoreMacFlag] }, keyServices],
  examples: [
    'decrypt secrets.yaml',
    `decrypt --extract '["db"]["password"]' secrets.yaml`,
    'decrypt --output-type json secrets.yaml',
    'decrypt --recursive --output plain deploy',
  ],
  load: () => import('./commands/decrypt.ts'),
};

const edit: Command = {
  name: 'edit',
  summary: 'edit an encrypted file, or a new one, in $SOPS_EDITOR or $EDITOR',
  takes: 'file',
  groups: [files(), { title: 'Reading', flags: [showMasterKeysFlag, ignoreMacFlag] }, keys, selection, keyServices],
  examples: ['edit secrets.yaml', 'edit --age age1… new.yaml'],
  load: () => import('./commands/edit.ts'),
};

const rotate: Command = {
  name: 'rotate',
  summary: 'make a new data key and encrypt all values with it',
  takes: 'file…',
  groups: [
    files(...outputFlags, filenameOverrideFlag),
    manyFiles,
    { title: 'Keys', flags: changeKeyFlags },
    { title: 'Reading', flags: [ignoreMacFlag] },
    layout,
    keyServices,
  ],
  examples: ['rotate -i secrets.yaml', 'rotate -i --add-age age1… --rm-pgp 85D7… secrets.yaml'],
  load: () => import('./commands/rotate.ts'),
};

const set: Command = {
  name: 'set',
  summary: 'set one value; the value is JSON',
  takes: 'file path [value]',
  groups: [
    files(),
    {
      title: 'Value',
      flags: [
        { name: 'value-file', takes: 'nothing', help: 'the value is the name of a file that holds it' },
        { name: 'value-stdin', takes: 'nothing', help: 'read the value from standard input' },
        idempotentFlag,
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag, thresholdFlag] },
    layout,
    keyServices,
  ],
  examples: [
    `set secrets.yaml '["db"]["password"]' '"new"'`,
    `pass db | jq -Rs . | sopsmith set --value-stdin secrets.yaml '["db"]["password"]'`,
  ],
  load: () => import('./commands/set.ts'),
};

const unset: Command = {
  name: 'unset',
  summary: 'remove one value',
  takes: 'file path',
  groups: [
    files(),
    { title: 'Value', flags: [idempotentFlag] },
    { title: 'Reading', flags: [ignoreMacFlag, thresholdFlag] },
    layout,
    keyServices,
  ],
  examples: [`unset secrets.yaml '["db"]["old"]'`],
  load: () => import('./commands/unset.ts'),
};

const updatekeys: Command = {
  name: 'updatekeys',
  summary: 'give files the master keys that the config file names for them',
  takes: 'file|folder…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    { title: 'Keys', flags: [thresholdFlag, rewrapFlag] },
    { title: 'Asking', flags: [{ name: 'yes', short: 'y', takes: 'nothing', help: 'do not ask' }] },
    keyServices,
  ],
  examples: ['updatekeys secrets.yaml', 'updatekeys -y .', 'updatekeys -y --rewrap secrets'],
  exitCodes: readsAnything,
  load: () => import('./commands/updatekeys.ts'),
};

const groupFile: FlagGroup = { title: 'Files', flags: [fileFlag, ...outputFlags.filter(({ name }) => name === 'in-place'), inputTypeFlag] };

const groupsAdd: Command = {
  name: 'groups add',
  summary: 'add a key group to a file',
  takes: '',
  groups: [groupFile, { title: 'Keys', flags: [...groupKeyFlags, thresholdFlag] }, keyServices],
  examples: [
    'groups add -i --file secrets.yaml --age age1… --age age1…',
    'groups add -i --file secrets.yaml --pgp 85D7… --shamir-secret-sharing-threshold 2',
  ],
  load: () => import('./commands/groups-add.ts'),
};

const groupsDelete: Command = {
  name: 'groups delete',
  summary: 'delete a key group from a file, by its index from 0',
  takes: 'index',
  groups: [groupFile, { title: 'Keys', flags: [thresholdFlag] }, keyServices],
  examples: ['groups delete -i --file secrets.yaml 1', 'groups delete -i --file secrets.yaml --shamir-secret-sharing-threshold 1 1'],
  load: () => import('./commands/groups-delete.ts'),
};

const keyList: Command = {
  name: 'keys',
  summary: 'list the master keys of files, and try which of them can decrypt here and now',
  takes: 'file|folder…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    { title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'as JSON' }] },
    keyServices,
  ],
  examples: ['keys secrets.yaml', 'keys --json secrets'],
  exitCodes: readsAnything,
  load: () => import('./commands/keys.ts'),
};

const filestatus: Command = {
  name: 'filestatus',
  summary: 'say as JSON whether a file is encrypted',
  takes: 'file…',
  groups: [{ title: 'Files', flags: [inputTypeFlag] }, manyFiles],
  examples: ['filestatus secrets.yaml'],
  exitCodes: readsAnything,
  load: () => import('./commands/filestatus.ts'),
};

const execEnv: Command = {
  name: 'exec-env',
  summary: 'run a command with the decrypted values in its environment',
  takes: 'file command, or file… -- program word…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    {
      title: 'Environment',
      flags: [
        { name: 'pristine', takes: 'nothing', help: 'give the command the decrypted values alone' },
        { name: 'only', takes: 'text', value: 'names', help: 'give it these variables alone, with commas between' },
        { name: 'prefix', takes: 'text', value: 'text', help: 'put this before the name of each variable' },
      ],
    },
    {
      title: 'Command',
      flags: [
        ...commandFlags,
        { name: 'same-process', takes: 'nothing', help: 'run the command in place of this process, where the platform can' },
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [`exec-env secrets.yaml 'psql "$DATABASE_URL"'`, 'exec-env --only DB_PASSWORD db.yaml api.env -- node server.js'],
  load: () => import('./commands/exec-env.ts'),
};

const execFile: Command = {
  name: 'exec-file',
  summary: 'run a command with the decrypted file, as {}, in a pipe or a temporary file',
  takes: 'file command, or file… -- program word…',
  groups: [
    files(
      { name: 'no-fifo', takes: 'nothing', help: 'use a temporary file instead of a pipe' },
      { name: 'filename', takes: 'text', value: 'name', help: 'what the temporary file is called (default: tmp-file)' },
    ),
    { title: 'Command', flags: commandFlags },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [
    `exec-file config.json 'server --config {}'`,
    'exec-file --no-fifo --filename kube.yaml kubeconfig.yaml -- kubectl --kubeconfig {} get pods',
  ],
  load: () => import('./commands/exec-file.ts'),
};

const keyservice: Command = {
  name: 'keyservice',
  summary: 'serve the keys of this machine to other programs, until a signal ends it',
  takes: '',
  groups: [{ title: 'Serving', flags: serverFlags }],
  examples: [
    'keyservice --network unix --address ~/sops.sock',
    'keyservice --prompt',
    'decrypt --keyservice tcp://127.0.0.1:5000 secrets.yaml',
  ],
  load: () => import('./commands/keyservice.ts'),
};

const completion: Command = {
  name: 'completion',
  summary: 'print a script that completes command lines in bash, zsh or fish',
  takes: 'shell',
  groups: [],
  examples: ['source <(sopsmith completion bash)', 'sopsmith completion fish > ~/.config/fish/completions/sopsmith.fish'],
  load: () => import('./commands/completion.ts'),
};

export const commands: readonly Command[] = [
  encrypt,
  decrypt,
  edit,
  set,
  unset,
  rotate,
  updatekeys,
  groupsAdd,
  groupsDelete,
  keyList,
  filestatus,
  keyservice,
  execEnv,
  execFile,
  completion,
];

/** What sops has and we do not yet. */
export const missingCommands: readonly string[] = ['publish'];

const oldFlags: FlagGroup = {
  title: 'Flags',
  flags: [
    ...modeFlags,
    ...files(...outputFlags, filenameOverrideFlag).flags,
    ...manyFilesFlags,
    extractFlag,
    showMasterKeysFlag,
    ignoreMacFlag,
    ...keys.flags,
    ...changeKeyFlags,
    ...selection.flags,
    ...unwrapFlags,
  ],
};

/** What a command line without a command's name means, by its mode flag: `sopsmith -d file`. */
export const oldSpellings: Readonly<Record<'encrypt' | 'decrypt' | 'rotate' | 'set' | 'edit', Command>> = {
  encrypt: { ...encrypt, groups: [oldFlags] },
  decrypt: { ...decrypt, groups: [oldFlags] },
  rotate: { ...rotate, groups: [oldFlags], load: async () => ({ run: (await import('./commands/rotate.ts')).runOld }) },
  set: { ...set, groups: [oldFlags], load: async () => ({ run: (await import('./commands/set.ts')).runAssignment }) },
  edit: { ...edit, groups: [oldFlags] },
};
