import { type Command, keyServices } from './command.ts';
import type { FlagSpec } from '../argv.ts';

const keyFlags: readonly FlagSpec[] = [
  {
    name: 'keys',
    takes: 'text',
    value: 'folder|manifest',
    help: "the controller's keys, by the names of entries: *.agekey, *.asc, sops.vault-token, sops.aws-kms, sops.azure-kv, sops.gcp-kms; no other key is used then",
  },
  { name: 'secret', takes: 'text', value: 'name', help: 'which Secret of the manifest holds the keys, where there are several' },
];
const rootFlag: FlagSpec = {
  name: 'root',
  takes: 'text',
  value: 'folder',
  help: 'what no link may lead out of (default: the repository, or else the working folder)',
};
const jsonFlag: FlagSpec = { name: 'json', takes: 'nothing', help: 'say it as JSON' };

export const kustomizeDecrypt: Command = {
  name: 'kustomize decrypt',
  summary: 'decrypt a kustomization as Flux does: the sources of the build, and manifests',
  takes: 'folder|-',
  groups: [
    { title: 'Keys', flags: keyFlags },
    {
      title: 'Output',
      flags: [
        { name: 'output', takes: 'text', value: 'folder', help: 'write the decrypted tree to this new folder' },
        { name: 'build', takes: 'nothing', help: 'have kustomize build the decrypted sources, and print the manifests decrypted' },
        { name: 'explain', takes: 'nothing', help: 'say what would be decrypted, with which key, and why not; write nothing' },
        jsonFlag,
      ],
    },
    {
      title: 'How',
      flags: [rootFlag, { name: 'check-mac', takes: 'nothing', help: 'check MACs, which Flux does not do' }],
    },
    keyServices,
  ],
  examples: [
    'kustomize decrypt --keys sops-keys --explain clusters/prod',
    'kustomize decrypt --keys sops-age.yaml --output plain clusters/prod',
    'kustomize decrypt --build clusters/prod | kubectl diff -f -',
    'kustomize decrypt --keys sops-keys - < built.yaml',
  ],
  load: () => import('../commands/kustomize-decrypt.ts'),
};

export const kustomizeLint: Command = {
  name: 'kustomize lint',
  summary: 'find what would fail only in the cluster',
  takes: 'folder',
  groups: [
    { title: 'Keys', flags: keyFlags },
    { title: 'How', flags: [rootFlag] },
    { title: 'Output', flags: [jsonFlag] },
  ],
  examples: ['kustomize lint clusters/prod', 'kustomize lint --keys sops-keys --json clusters/prod'],
  load: () => import('../commands/kustomize-lint.ts'),
};

export const ksops: Command = {
  name: 'ksops',
  summary: 'decrypt for kustomize: a function and plug-in that reads generator manifests of ksops; also by the name ksops',
  takes: '[manifest]',
  groups: [keyServices],
  examples: [
    'ln -s "$(command -v sopsmith)" ~/.local/bin/ksops && kustomize build --enable-alpha-plugins --enable-exec .',
    'ksops secret-generator.yaml',
  ],
  load: () => import('../commands/ksops.ts'),
};
