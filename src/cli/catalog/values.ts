import {
  changeKeyFlags,
  extractFlag,
  fileFlag,
  filenameOverrideFlag,
  idempotentFlag,
  ignoreMacFlag,
  inputTypeFlag,
  outputFlags,
  reuseFlags,
  recursiveAnywayFlag,
  showMasterKeysFlag,
  thresholdFlag,
} from '../flags.ts';
import { readsAnything, readsPlaintext } from '../exit-codes.ts';
import { type Command, keys, keyServices, selection, layout, manyFiles, files } from './command.ts';

export const encrypt: Command = {
  name: 'encrypt',
  summary: 'encrypt a file, or standard input',
  takes: '[file…]',
  groups: [
    files(...outputFlags, filenameOverrideFlag),
    manyFiles,
    { title: 'Earlier version', flags: reuseFlags },
    keys,
    selection,
    keyServices,
  ],
  examples: [
    'encrypt -i secrets.yaml',
    'encrypt --into secrets.yaml --output secrets.yaml plain.yaml',
    'encrypt --age age1… --encrypted-regex "^(data|stringData)$" secret.yaml',
    'encrypt --filename-override secrets.env < plain.env',
    'encrypt -i --recursive .',
  ],
  exitCodes: readsPlaintext,
  load: () => import('../commands/encrypt.ts'),
};

export const decrypt: Command = {
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
  load: () => import('../commands/decrypt.ts'),
};

export const edit: Command = {
  name: 'edit',
  summary: 'edit an encrypted file, or a new one, in $SOPS_EDITOR or $EDITOR',
  takes: 'file…',
  groups: [files(), manyFiles, { title: 'Reading', flags: [showMasterKeysFlag, ignoreMacFlag] }, keys, selection, keyServices],
  examples: ['edit secrets.yaml', 'edit --age age1… new.yaml'],
  load: () => import('../commands/edit.ts'),
};

export const set: Command = {
  name: 'set',
  summary: 'set values; a value is JSON',
  takes: 'file path [value] …',
  groups: [
    files(fileFlag),
    manyFiles,
    {
      title: 'Value',
      flags: [
        { name: 'value-file', takes: 'nothing', help: 'the value is the name of a file that holds it' },
        { name: 'value-stdin', takes: 'nothing', help: 'read the value from standard input' },
        { name: 'ask', takes: 'nothing', help: 'ask for the value of each path at the terminal, without echo: a text, not JSON' },
        {
          name: 'generate',
          takes: 'number',
          value: 'n',
          help: 'make a value for each path, of every file another: n random bytes as base64url',
        },
        { name: 'alphabet', takes: 'text', value: 'characters', help: 'with --generate: n random characters out of these instead' },
        idempotentFlag,
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag, thresholdFlag] },
    layout,
    keyServices,
  ],
  examples: [
    `set secrets.yaml '["db"]["password"]' '"new"'`,
    `set secrets.yaml '["db"]["user"]' '"shop"' '["hosts"][+]' '"c.example.org"'`,
    `set --generate 32 secrets.yaml '["db"]["password"]'`,
    `set 'deploy/*/secrets.yaml' '["db"]["host"]' '"db.example.org"'`,
    `set --file one.yaml --file two.yaml '["db"]["port"]' 5432`,
    `pass db | jq -Rs . | sopsmith set --value-stdin secrets.yaml '["db"]["password"]'`,
  ],
  load: () => import('../commands/set.ts'),
};

export const unset: Command = {
  name: 'unset',
  summary: 'remove one value',
  takes: 'file path',
  groups: [
    files(fileFlag),
    manyFiles,
    { title: 'Value', flags: [idempotentFlag] },
    { title: 'Reading', flags: [ignoreMacFlag, thresholdFlag] },
    layout,
    keyServices,
  ],
  examples: [`unset secrets.yaml '["db"]["old"]'`, `unset --idempotent --recursive deploy '["db"]["old"]'`],
  load: () => import('../commands/unset.ts'),
};

export const move: Command = {
  name: 'move',
  summary: 'move a value or branch to another path, with the comments above it',
  takes: 'file path path',
  groups: [
    files(fileFlag),
    manyFiles,
    { title: 'Value', flags: [idempotentFlag] },
    { title: 'Reading', flags: [ignoreMacFlag, thresholdFlag] },
    layout,
    keyServices,
  ],
  examples: [
    `move secrets.yaml '["db"]["pw"]' '["db"]["password"]'`,
    `move secrets.yaml '["smtp"]' '["mail"]["smtp"]'`,
    `move --idempotent --recursive deploy '["db"]["pw"]' '["db"]["password"]'`,
  ],
  load: () => import('../commands/move.ts'),
};

export const find: Command = {
  name: 'find',
  summary: 'say which encrypted files have a key; needs no master key',
  takes: 'key [file|folder|glob…]',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag] },
    { title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'as JSON' }] },
  ],
  examples: ['find password', `find '*token*' deploy`, `find db.password secrets.yaml`],
  exitCodes: readsAnything,
  load: () => import('../commands/find.ts'),
};

export const rotate: Command = {
  name: 'rotate',
  summary: 'make a new data key and encrypt all values with it',
  takes: 'file…',
  groups: [
    files(...outputFlags, filenameOverrideFlag),
    manyFiles,
    {
      title: 'Old data keys alone',
      flags: [
        {
          name: 'older-than',
          takes: 'text',
          value: 'age',
          help: 'in place, of these files and folders, or of all below here: 90d, 12h, 8w, 3m, 1y',
        },
        { name: 'overdue', takes: 'nothing', help: 'the same, older than x-sopsmith.max_age.data_key in .sops.yaml allows' },
        { name: 'dry-run', takes: 'nothing', help: 'list these files and how old their data keys are' },
      ],
    },
    { title: 'Keys', flags: changeKeyFlags },
    { title: 'Reading', flags: [ignoreMacFlag] },
    layout,
    keyServices,
  ],
  examples: [
    'rotate -i secrets.yaml',
    'rotate -i --add-age age1… --rm-pgp 85D7… secrets.yaml',
    'rotate --older-than 90d --dry-run',
    'rotate --overdue deploy',
  ],
  load: () => import('../commands/rotate.ts'),
};

export const filestatus: Command = {
  name: 'filestatus',
  summary: 'say as JSON whether a file is encrypted',
  takes: 'file…',
  groups: [{ title: 'Files', flags: [inputTypeFlag] }, manyFiles],
  examples: ['filestatus secrets.yaml'],
  exitCodes: readsAnything,
  load: () => import('../commands/filestatus.ts'),
};
