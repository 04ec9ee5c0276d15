import { readsAnything } from '../exit-codes.ts';
import { inputTypeFlag, manyFilesFlags } from '../flags.ts';
import { type Command, keyServices } from './command.ts';

export const publish: Command = {
  name: 'publish',
  summary: 'send files to where the destination rules of the config file say: S3, Google Cloud Storage, Vault',
  takes: 'file|folder…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    {
      title: 'Many files',
      flags: [
        ...manyFilesFlags.filter(({ name }) => name === 'recursive'),
        { name: 'json', takes: 'nothing', help: 'tell what was done with each file as JSON' },
      ],
    },
    {
      title: 'Publishing',
      flags: [
        { name: 'yes', short: 'y', takes: 'nothing', help: 'do not ask' },
        { name: 'omit-extensions', takes: 'nothing', help: "leave the files' endings out of their names at the destination" },
        { name: 'dry-run', takes: 'nothing', help: 'say what would be sent where, and send nothing' },
      ],
    },
    keyServices,
  ],
  examples: ['publish secrets.yaml', 'publish --yes --recursive deploy', 'publish --dry-run --recursive deploy'],
  exitCodes: readsAnything,
  load: () => import('../commands/publish.ts'),
};
