import { readsAnything } from '../exit-codes.ts';
import { inputTypeFlag, recursiveAnywayFlag, masterKeyFlags, outputFlags, selectionFlags } from '../flags.ts';
import { type Command, keyServices } from './command.ts';

export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of .sops.yaml, by which editors complete and check it',
  takes: '',
  groups: [{ title: 'Output', flags: outputFlags.filter(({ name }) => name === 'output') }],
  examples: ['schema --output sops-config.schema.json'],
  load: () => import('../commands/schema.ts'),
};

export const doctor: Command = {
  name: 'doctor',
  summary: 'say which of your keys open which files and rules, and what is wrong here',
  takes: '[file|folder|glob…]',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag] },
    { title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'as JSON' }] },
    keyServices,
  ],
  examples: ['doctor', 'doctor secrets.yaml', 'doctor --json .'],
  exitCodes: readsAnything,
  load: () => import('../commands/doctor.ts'),
};

export const init: Command = {
  name: 'init',
  summary: 'write a .sops.yaml, with a new age key where one is wanted; asks what no flag says',
  takes: '',
  groups: [
    {
      title: 'Keys',
      flags: [
        { name: 'own-age-key', takes: 'nothing', help: 'encrypt for your own age key, which is made where you have none' },
        { name: 'name', takes: 'text', value: 'text', help: 'what others shall know that key by: a comment beside it' },
        ...masterKeyFlags.filter(({ name }) => name !== 'encryption-context' && name !== 'aws-profile'),
      ],
    },
    {
      title: 'Rule',
      flags: [
        { name: 'path-regex', takes: 'text', value: 're', help: 'the files to encrypt; every file where none is given' },
        ...selectionFlags.filter(({ name }) => name !== 'layout'),
      ],
    },
    {
      title: 'Editors',
      flags: [{ name: 'schema', takes: 'text', value: 'file', help: 'write the JSON Schema of .sops.yaml to this file, and refer to it' }],
    },
  ],
  examples: ['init', 'init --own-age-key --path-regex "^secrets/"', 'init --age age1… --pgp 85D7… --encrypted-regex "^(data|stringData)$"'],
  load: () => import('../commands/init.ts'),
};
