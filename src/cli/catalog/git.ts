import type { FlagSpec } from '../argv.ts';
import { type Command, keyServices } from './command.ts';

const globalFlag: FlagSpec = { name: 'global', takes: 'nothing', help: 'for all your repositories, not for this clone' };

export const gitInstall: Command = {
  name: 'git install',
  summary: 'have git diff, merge and filter encrypted files with this program',
  takes: '',
  groups: [
    {
      title: 'Where',
      flags: [
        { name: 'local', takes: 'nothing', help: 'for this clone: so it is where nothing is said' },
        globalFlag,
        {
          name: 'private',
          takes: 'nothing',
          help: 'write the patterns into .git/info/attributes, not into .gitattributes, which is for everybody',
        },
        { name: 'absolute', takes: 'nothing', help: 'have git call this very program by its path, not by its name' },
      ],
    },
    {
      title: 'What',
      flags: [
        {
          name: 'filter',
          takes: 'texts',
          value: 'pattern',
          help: 'keep files of this pattern in clear in the work tree; may be given several times',
        },
        { name: 'hooks', takes: 'nothing', help: 'check every commit with a pre-commit hook' },
      ],
    },
  ],
  examples: ['git install', 'git install --hooks', "git install --filter 'secrets/*.yaml'", 'git install --global'],
  load: () => import('../commands/git-install.ts'),
};

export const gitUninstall: Command = {
  name: 'git uninstall',
  summary: 'take out what git install put in, and nothing else',
  takes: '',
  groups: [
    {
      title: 'Where',
      flags: [
        globalFlag,
        { name: 'force', takes: 'nothing', help: 'also where files are in clear in the work tree, which git then adds as they are' },
      ],
    },
  ],
  examples: ['git uninstall', 'git uninstall --global'],
  load: () => import('../commands/git-uninstall.ts'),
};

export const gitStatus: Command = {
  name: 'git status',
  summary: 'show what git install has set up, and what is missing',
  takes: '',
  groups: [{ title: 'Output', flags: [{ name: 'json', takes: 'nothing', help: 'print JSON, for programs' }] }],
  examples: ['git status', 'git status --json'],
  load: () => import('../commands/git-status.ts'),
};

export const gitTextconv: Command = {
  name: 'git textconv',
  summary: 'show a version of a file as git diff, log and blame do',
  takes: 'file',
  groups: [keyServices],
  examples: ['git textconv secrets.yaml', 'git config diff.sopsmith.textconv "sopsmith git textconv --"'],
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

export const gitDifftool: Command = {
  name: 'git difftool',
  summary: 'compare two versions in clear in your diff tool, as git difftool does',
  takes: 'old new',
  groups: [keyServices],
  examples: ['git difftool old.yaml secrets.yaml', 'git config sopsmith.difftool "code --wait --diff"'],
  load: () => import('../commands/git-difftool.ts'),
};
