import { type Command, keyServices } from './command.ts';

export const gitTextconv: Command = {
  name: 'git textconv',
  summary: 'show a version of a file as git diff, log and blame do',
  takes: 'file',
  groups: [keyServices],
  examples: ['git textconv secrets.yaml', 'git config diff.sopsmith.textconv "sopsmith git textconv"'],
  load: () => import('../commands/git-textconv.ts'),
};

export const gitCache: Command = {
  name: 'git cache',
  summary: 'remember data keys in memory between commands that git runs',
  takes: '',
  groups: [
    {
      title: 'Memory',
      flags: [
        { name: 'timeout', takes: 'number', value: 'seconds', help: 'forget what was not used for so long (default: 900)' },
        { name: 'stop', takes: 'nothing', help: 'forget everything now' },
      ],
    },
  ],
  examples: ['git cache --stop', 'git config sopsmith.cache off'],
  load: () => import('../commands/git-cache.ts'),
};
