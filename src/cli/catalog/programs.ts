import type { FlagSpec } from '../argv.ts';
import { commandFlags, ignoreMacFlag, inputTypeFlag, outputFlags, recursiveAnywayFlag } from '../flags.ts';
import { readsPlaintext } from '../exit-codes.ts';
import { type Command, files, keys, keyServices, selection } from './command.ts';

/** Which variables, and what they are called. */
const variableFlags: readonly FlagSpec[] = [
  { name: 'only', takes: 'text', value: 'names', help: 'give out these variables alone, with commas between' },
  { name: 'prefix', takes: 'text', value: 'text', help: 'put this before the name of each variable' },
];

export const execEnv: Command = {
  name: 'exec-env',
  summary: 'run a command with the decrypted values in its environment',
  takes: 'file command, or file… -- program word…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag] },
    {
      title: 'Environment',
      flags: [{ name: 'pristine', takes: 'nothing', help: 'give the command the decrypted values alone' }, ...variableFlags],
    },
    {
      title: 'Command',
      flags: [
        ...commandFlags,
        { name: 'mask', takes: 'nothing', help: 'put *** for the values, and for base64 of them, in what the command writes: for logs' },
        { name: 'same-process', takes: 'nothing', help: 'run the command in place of this process, where the platform can' },
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [
    `exec-env secrets.yaml 'psql "$DATABASE_URL"'`,
    'exec-env --only DB_PASSWORD db.yaml api.env -- node server.js',
    'exec-env --mask secrets.yaml -- ./deploy.sh',
  ],
  load: () => import('../commands/exec-env.ts'),
};

export const execFile: Command = {
  name: 'exec-file',
  summary: 'run a command with the decrypted file, as {}, in a pipe or a temporary file',
  takes: 'file command, or file… -- program word…',
  groups: [
    files(
      recursiveAnywayFlag,
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

export const exportVariables: Command = {
  name: 'export',
  summary: 'print the decrypted values as variables, for shells, CI systems, Docker, Kubernetes and Terraform',
  takes: 'file…',
  groups: [
    { title: 'Files', flags: [inputTypeFlag, recursiveAnywayFlag, ...outputFlags.filter(({ name }) => name === 'output')] },
    {
      title: 'Variables',
      flags: [
        {
          name: 'format',
          takes: 'text',
          value: 'name',
          help: 'sh (the default), fish, powershell, dotenv, docker, github, gitlab, json, k8s-secret or tfvars',
        },
        ...variableFlags,
      ],
    },
    {
      title: 'Kubernetes Secret',
      flags: [
        { name: 'name', takes: 'text', value: 'name', help: 'what the Secret is called' },
        { name: 'namespace', takes: 'text', value: 'name', help: 'the namespace it is in' },
        { name: 'type', takes: 'text', value: 'type', help: 'its type (default: Opaque)' },
      ],
    },
    { title: 'Reading', flags: [ignoreMacFlag] },
    keyServices,
  ],
  examples: [
    'eval "$(sopsmith export secrets.yaml)"',
    'export --format github --only DB_PASSWORD secrets.yaml',
    'export --format k8s-secret --name db secrets.env | kubectl apply -f -',
  ],
  load: () => import('../commands/export.ts'),
};

export const importSecrets: Command = {
  name: 'import',
  summary: 'encrypt Secrets of Kubernetes, from manifests, kubectl or .env files, by the creation rules',
  takes: '[file…|-]',
  groups: [
    {
      title: 'Files',
      flags: [
        { name: 'output', takes: 'text', value: 'file|folder', help: 'the encrypted file to write, or a folder for one file a Secret' },
        inputTypeFlag,
      ],
    },
    {
      title: 'Kubernetes Secret',
      flags: [
        { name: 'string-data', takes: 'nothing', help: 'turn base64 that is text into stringData' },
        { name: 'name', takes: 'text', value: 'name', help: 'what a Secret made of variables is called' },
        { name: 'namespace', takes: 'text', value: 'name', help: 'the namespace it is in' },
        { name: 'type', takes: 'text', value: 'type', help: 'its type (default: Opaque)' },
      ],
    },
    keys,
    selection,
    keyServices,
  ],
  examples: [
    'kubectl get secret db -o yaml | sopsmith import --string-data --output secrets/db.yaml',
    'kubectl get secrets -o json | sopsmith import --output secrets/',
    'import --name db --output secrets/db.yaml .env',
  ],
  exitCodes: readsPlaintext,
  load: () => import('../commands/import.ts'),
};

export const completion: Command = {
  name: 'completion',
  summary: 'print a script that completes command lines in bash, zsh or fish',
  takes: 'shell',
  groups: [],
  examples: ['source <(sopsmith completion bash)', 'sopsmith completion fish > ~/.config/fish/completions/sopsmith.fish'],
  load: () => import('../commands/completion.ts'),
};
