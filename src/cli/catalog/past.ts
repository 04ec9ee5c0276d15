import { readsAnything } from '../exit-codes.ts';
import { inputTypeFlag, manyFilesFlags } from '../flags.ts';
import { type Command, keyServices } from './command.ts';

export const exposure: Command = {
  name: 'exposure',
  summary: 'list what a recipient could read in the history of the repository and has not changed since',
  takes: 'recipient [file|folder…]',
  groups: [
    {
      title: 'History',
      flags: [
        { name: 'since', takes: 'text', value: 'commit', help: 'leave out what was replaced before this commit' },
        { name: 'all', takes: 'nothing', help: 'look at all branches and tags, not at HEAD alone' },
      ],
    },
    {
      title: 'Output',
      flags: [
        { name: 'json', takes: 'nothing', help: 'as JSON' },
        { name: 'decrypt', takes: 'nothing', help: 'compare what was re-encrypted, with the keys at hand' },
      ],
    },
    keyServices,
  ],
  examples: ['exposure age1qqp…', 'exposure "bob laptop" --decrypt', 'exposure --json 85D77543B3D624B63CEA9E6DBC17301B491B3F21 secrets'],
  exitCodes: readsAnything,
  load: () => import('../commands/exposure.ts'),
};

export const blame: Command = {
  name: 'blame',
  summary: 'say when each value of a file last changed and who did it; needs no master key',
  takes: 'file',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    {
      title: 'Output',
      flags: [
        { name: 'deleted', takes: 'nothing', help: 'list the values that were deleted as well' },
        { name: 'json', takes: 'nothing', help: 'as JSON' },
      ],
    },
  ],
  examples: ['blame secrets.yaml', 'blame --deleted --json secrets.yaml'],
  exitCodes: readsAnything,
  load: () => import('../commands/blame.ts'),
};

export const fixMac: Command = {
  name: 'fix-mac',
  summary: 'show what was changed in files whose MAC does not fit, and sign them as they are',
  takes: 'file…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, ...manyFilesFlags.filter(({ name }) => name === 'recursive')] },
    {
      title: 'Comparing',
      flags: [{ name: 'against', takes: 'text', value: 'commit', help: 'compare with this commit; else with the newest whose MAC fits' }],
    },
    { title: 'Asking', flags: [{ name: 'yes', short: 'y', takes: 'nothing', help: 'do not ask' }] },
    keyServices,
  ],
  examples: ['fix-mac secrets.yaml', 'fix-mac --against main --yes secrets.yaml'],
  exitCodes: readsAnything,
  load: () => import('../commands/fix-mac.ts'),
};
