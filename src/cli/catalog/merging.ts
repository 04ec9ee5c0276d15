import { ignoreMacFlag, inputTypeFlag } from '../flags.ts';
import { type Command, keyServices, layout } from './command.ts';

export const merge: Command = {
  name: 'merge',
  summary: 'merge three versions of a file by structure, as a merge driver of Git: the result goes into ours',
  takes: 'base ours theirs',
  groups: [
    {
      title: 'Git',
      flags: [
        { name: 'path', takes: 'text', value: 'path', help: 'what the file is called, which says its format (%P)' },
        { name: 'marker-size', takes: 'text', value: 'n', help: 'how long conflict markers are (%L)' },
        { name: 'base-name', takes: 'text', value: 'text', help: 'what the common version is called behind a marker (%S)' },
        { name: 'our-name', takes: 'text', value: 'text', help: 'what ours is called (%X)' },
        { name: 'their-name', takes: 'text', value: 'text', help: 'what theirs is called (%Y)' },
      ],
    },
    { title: 'Files', flags: [inputTypeFlag] },
    layout,
    keyServices,
  ],
  examples: ['merge --path secrets.yaml base.yaml ours.yaml theirs.yaml', 'git install'],
  load: () => import('../commands/merge.ts'),
};

export const gitResolve: Command = {
  name: 'git resolve',
  summary: 'settle the conflict of an encrypted file: decrypted in $SOPS_EDITOR or $EDITOR, or by one side',
  takes: 'file…',
  groups: [
    {
      title: 'Conflicts',
      flags: [
        { name: 'ours', takes: 'nothing', help: 'take our version wherever both sides changed the same' },
        { name: 'theirs', takes: 'nothing', help: 'take their version there' },
        {
          name: 'rules',
          takes: 'text',
          value: 'ours|theirs',
          help: 'whose key groups and selection to take where both sides changed them; values stay to be settled',
        },
      ],
    },
    { title: 'Files', flags: [inputTypeFlag, ignoreMacFlag] },
    layout,
    keyServices,
  ],
  examples: ['git resolve secrets.yaml', 'git resolve --theirs secrets.yaml'],
  load: () => import('../commands/git-resolve.ts'),
};
