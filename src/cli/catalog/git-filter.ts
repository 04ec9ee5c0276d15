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
