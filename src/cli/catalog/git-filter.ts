import { filterSettings } from '../../git/filter/settings.ts';
import { type Command, keyServices } from './command.ts';

export const gitFilterProcess: Command = {
  name: 'git filter-process',
  summary: 'encrypt and decrypt for Git, which runs it: files in clear in the work tree, encrypted in the repository',
  takes: '',
  groups: [keyServices],
  examples: Object.entries(filterSettings('sopsmith')).map(([name, value]) => `git config ${name} '${value}'`),
  load: () => import('../commands/git-filter-process.ts'),
};

export const gitRefresh: Command = {
  name: 'git refresh',
  summary: 'write files of the filter anew into the work tree: in clear, or encrypted',
  takes: '[file…]',
  groups: [
    {
      title: 'What',
      flags: [
        {
          name: 'encrypted',
          takes: 'nothing',
          help: 'write them encrypted, as they are in the repository: for updatekeys, rotate, or to put them away',
        },
      ],
    },
  ],
  examples: ['git refresh', 'git refresh --encrypted secrets/db.yaml'],
  load: () => import('../commands/git-refresh.ts'),
};
