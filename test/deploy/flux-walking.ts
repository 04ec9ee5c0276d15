// How the controller walks from a kustomization to what it names.
import { type Case, generator, yamlText } from './flux-case.ts';

export const walking: readonly Case[] = [
  {
    name: 'walk-folders',
    says: 'resources: folders are entered, and folders that these name',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - one\n',
      'one/kustomization.yaml': 'resources:\n  - two\n',
      'one/two/kustomization.yaml': generator('walk-folders', ['c.yaml']),
      'one/two/c.yaml': await seal.yaml(yamlText),
    }),
    expected: [['one/two/c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-parts',
    says: 'components: entered as well',
    files: async (seal) => ({
      'kustomization.yaml': 'components:\n  - part\n',
      'part/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${generator('walk-parts', ['c.yaml'])}`,
      'part/c.yaml': await seal.yaml(yamlText),
    }),
    expected: [['part/c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-once',
    says: 'resources: each folder once',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - a\n  - b\n',
      'a/kustomization.yaml': 'namePrefix: a-\nresources:\n  - ../base\n',
      'b/kustomization.yaml': 'namePrefix: b-\nresources:\n  - ../base\n',
      'base/kustomization.yaml': generator('walk-once', ['c.yaml']),
      'base/c.yaml': await seal.yaml(yamlText),
    }),
    expected: [['base/c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-circle',
    says: 'resources: a circle of folders ends',
    files: async (seal) => ({
      'kustomization.yaml': `resources:\n  - a\n${generator('walk-circle', ['c.yaml'])}`,
      'a/kustomization.yaml': 'resources:\n  - ..\n',
      'c.yaml': await seal.yaml(yamlText),
    }),
    expected: [['c.yaml', 'decrypted', 'source']],
    unbuilt: true,
  },
  {
    name: 'walk-remote',
    says: 'resources: addresses are not followed',
    files: async () => ({
      'kustomization.yaml': 'resources:\n  - https://example.org/m.yaml\n  - github.com/example/repository//deploy?ref=main\n',
    }),
    expected: [
      ['https://example.org/m.yaml', 'left', 'remote'],
      ['github.com/example/repository/deploy?ref=main', 'left', 'nothing-there'],
    ],
    unbuilt: true,
  },
  {
    name: 'walk-link',
    says: 'resources: a link to a folder below the root is followed',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - link\n',
      'real/kustomization.yaml': generator('walk-link', ['c.yaml']),
      'real/c.yaml': await seal.yaml(yamlText),
    }),
    links: { link: 'real' },
    expected: [['real/c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-yml',
    says: 'kustomization.yml',
    files: async (seal) => ({ 'kustomization.yml': generator('walk-yml', ['c.yaml']), 'c.yaml': await seal.yaml(yamlText) }),
    expected: [['c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-kustomization',
    says: 'Kustomization',
    files: async (seal) => ({ Kustomization: generator('walk-kustomization', ['c.yaml']), 'c.yaml': await seal.yaml(yamlText) }),
    expected: [['c.yaml', 'decrypted', 'source']],
  },
  {
    name: 'walk-above',
    says: 'files above the folder, below the root',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - over/lay\n',
      'over/lay/kustomization.yaml': generator('walk-above', ['c.yaml=../../c.yaml']),
      'c.yaml': await seal.yaml(yamlText),
    }),
    expected: [['c.yaml', 'decrypted', 'source']],
    unbuilt: true,
  },
];
