import { readsAnything } from '../exit-codes.ts';
import { inputTypeFlag, manyFilesFlags } from '../flags.ts';
import { type Command, keyServices } from './command.ts';

export const publish: Command = {
  name: 'publish',
  summary: 'send files to where the destination rules of the config file say: buckets and secret managers',
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
        { name: 'dry-run', takes: 'nothing', help: 'say what would be sent where, by key and never by value, and send nothing' },
      ],
    },
    {
      title: 'Secrets',
      flags: [
        { name: 'per-key', takes: 'nothing', help: 'make one secret of each key at the top of a file, as per_key in a rule does' },
        { name: 'prune', takes: 'nothing', help: 'remove what the same rule published before and does not any more, after asking' },
        { name: 'adopt', takes: 'nothing', help: 'write over secrets that others published or made by hand' },
      ],
    },
    {
      title: 'External Secrets Operator',
      flags: [
        {
          name: 'external-secrets',
          takes: 'nothing',
          help: 'print manifests by which the operator reads what the files publish; send nothing',
        },
        { name: 'output', takes: 'text', value: 'file', help: 'write the manifests to this file' },
        { name: 'namespace', takes: 'text', value: 'name', help: 'the namespace of the manifests' },
        { name: 'auth-service-account', takes: 'text', value: 'name', help: 'the ServiceAccount as which the operator logs in' },
        { name: 'auth-secret', takes: 'text', value: 'name', help: 'the Secret with credentials by which it logs in' },
        {
          name: 'auth-role',
          takes: 'text',
          value: 'role',
          help: 'the role that it takes: an ARN for AWS, a role of the login by Kubernetes for Vault',
        },
        { name: 'auth-tenant', takes: 'text', value: 'ID', help: 'the tenant of Azure' },
        { name: 'refresh-interval', takes: 'text', value: 'duration', help: 'how often it looks (default: 1h)' },
        { name: 'push-to', takes: 'text', value: 'name', help: 'have what it read handed on to this SecretStore' },
      ],
    },
    keyServices,
  ],
  examples: [
    'publish secrets.yaml',
    'publish --yes --recursive deploy',
    'publish --dry-run --recursive deploy',
    'publish --per-key --prune app.env',
    'publish --external-secrets --auth-service-account reader --namespace web app.env',
  ],
  exitCodes: readsAnything,
  load: () => import('../commands/publish.ts'),
};
