import {
  fileFlag,
  groupKeyFlags,
  inputTypeFlag,
  outputFlags,
  recursiveAnywayFlag,
  rewrapFlag,
  rotationFlags,
  serverFlags,
  thresholdFlag,
} from '../flags.ts';
import { readsAnything } from '../exit-codes.ts';
import { type Command, type FlagGroup, keyServices, manyFiles } from './command.ts';

export const updatekeys: Command = {
  name: 'updatekeys',
  summary: 'give files the master keys that the config file names for them',
  takes: 'file|folder…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    manyFiles,
    { title: 'Keys', flags: [thresholdFlag, rewrapFlag, ...rotationFlags] },
    { title: 'Asking', flags: [{ name: 'yes', short: 'y', takes: 'nothing', help: 'do not ask' }] },
    keyServices,
  ],
  examples: ['updatekeys secrets.yaml', 'updatekeys -y .', 'updatekeys -y --rewrap secrets', 'updatekeys -y --rotate .'],
  exitCodes: readsAnything,
  load: () => import('../commands/updatekeys.ts'),
};

const groupFile: FlagGroup = { title: 'Files', flags: [fileFlag, ...outputFlags.filter(({ name }) => name === 'in-place'), inputTypeFlag] };

export const groupsAdd: Command = {
  name: 'groups add',
  summary: 'add a key group to a file',
  takes: '',
  groups: [groupFile, manyFiles, { title: 'Keys', flags: [...groupKeyFlags, thresholdFlag] }, keyServices],
  examples: [
    'groups add -i --file secrets.yaml --age age1… --age age1…',
    'groups add -i --file secrets.yaml --pgp 85D7… --shamir-secret-sharing-threshold 2',
    'groups add -i --recursive --file deploy --age age1…',
  ],
  load: () => import('../commands/groups-add.ts'),
};

export const groupsDelete: Command = {
  name: 'groups delete',
  summary: 'delete a key group from a file, by its index from 0',
  takes: 'index',
  groups: [groupFile, manyFiles, { title: 'Keys', flags: [thresholdFlag] }, keyServices],
  examples: ['groups delete -i --file secrets.yaml 1', 'groups delete -i --file secrets.yaml --shamir-secret-sharing-threshold 1 1'],
  load: () => import('../commands/groups-delete.ts'),
};

export const keyList: Command = {
  name: 'keys',
  summary: 'list the master keys of files, and try which of them can decrypt here and now',
  takes: 'file|folder|glob…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag] },
    { title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'as JSON' }] },
    keyServices,
  ],
  examples: ['keys secrets.yaml', 'keys --json secrets'],
  exitCodes: readsAnything,
  load: () => import('../commands/keys.ts'),
};

export const keyservice: Command = {
  name: 'keyservice',
  summary: 'serve the keys of this machine to other programs, until a signal ends it',
  takes: '',
  groups: [{ title: 'Serving', flags: serverFlags }],
  examples: [
    'keyservice --network unix --address ~/sops.sock',
    'keyservice --prompt',
    'decrypt --keyservice tcp://127.0.0.1:5000 secrets.yaml',
  ],
  load: () => import('../commands/keyservice.ts'),
};

export const rules: Command = {
  name: 'rules',
  summary: 'say which creation rule takes a file, why the others do not, and what would be encrypted for whom',
  takes: 'file|folder|glob…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag] },
    { title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'as JSON' }] },
  ],
  examples: ['rules deploy/secrets.yaml', "rules --json 'deploy/**/*.yaml'"],
  load: () => import('../commands/rules.ts'),
};
