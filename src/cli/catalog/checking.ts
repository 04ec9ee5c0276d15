import { type Command, keyServices } from './command.ts';

export const check: Command = {
  name: 'check',
  summary: 'find secrets in clear, files that are not encrypted as the rules say, and private keys; needs no key',
  takes: '[file|folder|glob…]',
  groups: [
    {
      title: 'What to look at',
      flags: [
        { name: 'staged', takes: 'nothing', help: 'what the next commit would change, as the index has it' },
        { name: 'since', takes: 'text', value: 'commit', help: 'what any commit after this one, or of a range, ever had in clear' },
        { name: 'pre-receive', takes: 'nothing', help: 'what a push brings, as Git tells the hook of that name on standard input' },
        { name: 'exclude', takes: 'texts', value: 'glob', help: 'leave out these files; may be given several times' },
      ],
    },
    {
      title: 'How old keys may be',
      flags: [
        { name: 'max-age', takes: 'text', value: 'age', help: 'data keys: 90d, 12h, 8w, 3m, 1y; by default what .sops.yaml says' },
        { name: 'max-recipient-age', takes: 'text', value: 'age', help: 'for how long a file may be encrypted for the same master key' },
      ],
    },
    { title: 'How', flags: [{ name: 'mac', takes: 'nothing', help: 'open files as well, where a key is at hand, to check their MAC' }] },
    {
      title: 'Output',
      flags: [
        { name: 'format', takes: 'text', value: 'name', help: 'text (the default), json, sarif, or github for annotations' },
        { name: 'quiet', takes: 'nothing', help: 'print nothing: the exit status says it, 1 where there are errors' },
      ],
    },
    keyServices,
  ],
  examples: [
    'check',
    'check --staged',
    'check --since v1.0 --format json',
    'check --mac deploy',
    'check --max-age 90d',
    "check --exclude 'test/**' --format sarif > check.sarif",
  ],
  load: () => import('../commands/check.ts'),
};
