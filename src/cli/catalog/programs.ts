import { commandFlags, ignoreMacFlag, inputTypeFlag } from '../flags.ts';
import { type Command, keyServices, files } from './command.ts';

export const execEnv: Command = {
  name: 'exec-env',
  summary: 'run a command with the decrypted values in its environment',
  takes: 'file command, or file… -- program word…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag] },
    {
      title: 'Environment',
      flags: [
        { name: 'pristine', takes: 'nothing', help: 'give the command the decrypted values alone' },
        { name: 'only', takes: 'text', value: 'names', help: 'give it these variables alone, with commas between' },
        { name: 'prefix', takes: 'text', value: 'text', help: 'put this before the name of each variable' },
      ],
    },
    {
      title: 'Command',
      flags: [
        ...commandFlags,
        { name: 'same-process', takes: 'nothing', help: 'run the command in place of this process, where the platform can' },
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [`exec-env secrets.yaml 'psql "$DATABASE_URL"'`, 'exec-env --only DB_PASSWORD db.yaml api.env -- node server.js'],
  load: () => import('../commands/exec-env.ts'),
};

export const execFile: Command = {
  name: 'exec-file',
  summary: 'run a command with the decrypted file, as {}, in a pipe or a temporary file',
  takes: 'file command, or file… -- program word…',
  groups: [
    files(
      { name: 'no-fifo', takes: 'nothing', help: 'use a temporary file instead of a pipe' },
      { name: 'filename', takes: 'text', value: 'name', help: 'what the temporary file is called (default: tmp-file)' },
    ),
    { title: 'Command', flags: commandFlags },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [
    `exec-file config.json 'server --config {}'`,
    'exec-file --no-fifo --filename kube.yaml kubeconfig.yaml -- kubectl --kubeconfig {} get pods',
  ],
  load: () => import('../commands/exec-file.ts'),
};

export const completion: Command = {
  name: 'completion',
  summary: 'print a script that completes command lines in bash, zsh or fish',
  takes: 'shell',
  groups: [],
  examples: ['source <(sopsmith completion bash)', 'sopsmith completion fish > ~/.config/fish/completions/sopsmith.fish'],
  load: () => import('../commands/completion.ts'),
};
