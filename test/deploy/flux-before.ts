// What the controller does with files before the build.
import { type Case, data, envGenerator, envText, generated, generator, iniText, jsonText, planted, secret, yamlText } from './flux-case.ts';

export const before: readonly Case[] = [
  generated('files-yaml', 'files: YAML by its ending', 'config.yaml', {
    file: 'config.yaml',
    make: (seal) => seal.yaml(yamlText),
    expected: [['config.yaml', 'decrypted', 'source']],
  }),
  generated('files-yml', 'files: .yml is YAML', 'config.yml', {
    file: 'config.yml',
    make: (seal) => seal.yaml(yamlText),
    expected: [['config.yml', 'decrypted', 'source']],
  }),
  generated('files-json', 'files: JSON by its ending', 'config.json', {
    file: 'config.json',
    make: (seal) => seal.json(jsonText),
    expected: [['config.json', 'decrypted', 'source']],
  }),
  generated('files-env', 'files: .env is dotenv', 'app.env', {
    file: 'app.env',
    make: (seal) => seal.dotenv(envText),
    expected: [['app.env', 'decrypted', 'source']],
  }),
  generated('files-ini', 'files: .ini is INI', 'app.ini', {
    file: 'app.ini',
    make: (seal) => seal.ini(iniText),
    expected: [['app.ini', 'decrypted', 'source']],
  }),
  generated('files-binary', 'files: an unknown ending is binary', 'token.txt', {
    file: 'token.txt',
    make: (seal) => seal.binary(`${planted}-5`),
    expected: [['token.txt', 'decrypted', 'source']],
  }),
  generated('files-bytes', 'files: binary holds any bytes', 'blob', {
    file: 'blob',
    make: (seal) => seal.binary(new Uint8Array([0, 255, 254, 10])),
    expected: [['blob', 'decrypted', 'source']],
  }),
  generated('files-key', 'files: the format is that of the key, not of the file', 'config.yaml=secret.enc', {
    file: 'secret.enc',
    make: (seal) => seal.yaml(yamlText),
    expected: [['secret.enc', 'decrypted', 'source']],
  }),
  generated('files-key-json', 'files: left before the build, given out after it in the format of the key', 'config.json=secret.yaml', {
    file: 'secret.yaml',
    make: (seal) => seal.yaml(yamlText),
    expected: [
      ['secret.yaml', 'left', 'no-marker'],
      ['secret.yaml', 'decrypted', 'data-entry', 'data entry config.json'],
    ],
  }),
  generated('files-docker', 'files: .dockerconfigjson is JSON', '.dockerconfigjson=docker.enc', {
    file: 'docker.enc',
    make: (seal) => seal.json(jsonText),
    expected: [['docker.enc', 'decrypted', 'source']],
  }),
  generated('files-docker-suffix', 'files: so is whatever ends in it', 'my.dockerconfigjson', {
    file: 'my.dockerconfigjson',
    make: (seal) => seal.json(jsonText),
    expected: [['my.dockerconfigjson', 'decrypted', 'source']],
  }),
  generated('files-equals', 'files: cut at the first =', 'x.yaml=a=b.yaml', {
    file: 'a=b.yaml',
    make: (seal) => seal.yaml(yamlText),
    expected: [['a=b.yaml', 'decrypted', 'source']],
  }),
  generated('files-clear', 'files: what has no marker stays', 'plain.yaml', {
    file: 'plain.yaml',
    make: () => 'a: in clear\n',
    expected: [['plain.yaml', 'left', 'no-marker']],
  }),
  generated('files-quoted', 'files: a quoted mac is no marker', 'quoted.yaml', {
    file: 'quoted.yaml',
    make: async (seal) => (await seal.yaml(yamlText)).replace(/mac: (ENC\[.*\])/, 'mac: "$1"'),
    expected: [['quoted.yaml', 'left', 'no-marker']],
  }),
  generated('files-minified', 'files: minified JSON has no marker', 'minified.json', {
    file: 'minified.json',
    make: async (seal) => JSON.stringify(JSON.parse(await seal.json(jsonText))),
    expected: [['minified.json', 'left', 'no-marker']],
  }),
  generated('files-below', 'files: in a folder below', 'sub/config.yaml', {
    file: 'sub/config.yaml',
    make: (seal) => seal.yaml(yamlText),
    expected: [['sub/config.yaml', 'decrypted', 'source']],
  }),
  {
    name: 'files-twice',
    says: 'files: each file once, for its first reference',
    files: async (seal) => ({
      'kustomization.yaml': generator('files-twice', ['one.yaml=c.yaml', 'two.yaml=c.yaml']),
      'c.yaml': await seal.yaml(yamlText),
    }),
    expected: [
      ['c.yaml', 'left', 'seen'],
      ['c.yaml', 'decrypted', 'source'],
    ],
  },
  {
    name: 'files-first',
    says: 'files: the first reference says the format, whether it fits or not',
    files: async (seal) => ({
      'kustomization.yaml': generator('files-first', ['one.json=c.enc', 'two.yaml=c.enc']),
      'c.enc': await seal.yaml(yamlText),
    }),
    expected: [
      ['c.enc', 'left', 'seen'],
      ['c.enc', 'left', 'no-marker'],
      ['c.enc', 'decrypted', 'data-entry', 'data entry one.json'],
      ['c.enc', 'decrypted', 'data-entry', 'data entry two.yaml'],
    ],
  },
  {
    name: 'files-link',
    says: 'files: a link within the root is followed',
    files: async (seal) => ({ 'kustomization.yaml': generator('files-link', ['link.yaml']), 'real.yaml': await seal.yaml(yamlText) }),
    links: { 'link.yaml': 'real.yaml' },
    expected: [['real.yaml', 'decrypted', 'source']],
  },
  {
    name: 'envs-env',
    says: 'envs: .env',
    files: async (seal) => ({ 'kustomization.yaml': envGenerator('envs-env', 'db.env'), 'db.env': await seal.dotenv(envText) }),
    expected: [['db.env', 'decrypted', 'source']],
  },
  {
    name: 'envs-unknown',
    says: 'envs: an unknown ending is dotenv',
    files: async (seal) => ({ 'kustomization.yaml': envGenerator('envs-unknown', 'db.secret'), 'db.secret': await seal.dotenv(envText) }),
    expected: [['db.secret', 'decrypted', 'source']],
  },
  {
    name: 'envs-none',
    says: 'envs: so is none',
    files: async (seal) => ({ 'kustomization.yaml': envGenerator('envs-none', 'db'), db: await seal.dotenv(envText) }),
    expected: [['db', 'decrypted', 'source']],
  },
  {
    name: 'envs-json',
    says: 'envs: JSON by its ending',
    files: async (seal) => ({ 'kustomization.yaml': envGenerator('envs-json', 'db.json'), 'db.json': await seal.json(jsonText) }),
    expected: [['db.json', 'decrypted', 'source']],
    unbuilt: true,
  },
  {
    name: 'envs-clear',
    says: 'envs: in clear',
    files: async () => ({ 'kustomization.yaml': envGenerator('envs-clear', 'db.env'), 'db.env': 'A=in clear\n' }),
    expected: [['db.env', 'left', 'no-marker']],
  },
  {
    name: 'patch-yaml',
    says: 'patches: by the ending of their path',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - m.yaml\npatches:\n  - path: patch.yaml\n',
      'm.yaml': secret('patch-yaml', 'stringData:\n  pw: none\n'),
      'patch.yaml': await seal.yaml(secret('patch-yaml', `stringData:\n  pw: ${planted}-6\n`), { selection: data }),
    }),
    expected: [
      ['patch.yaml', 'decrypted', 'source'],
      ['m.yaml', 'left', 'in-clear', 'Secret patch-yaml'],
    ],
  },
  {
    name: 'patch-json',
    says: 'patches: JSON',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - m.yaml\npatches:\n  - path: patch.json\n',
      'm.yaml': secret('patch-json', 'stringData:\n  pw: none\n'),
      'patch.json': await seal.json(
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'patch-json' }, stringData: { pw: `${planted}-7` } }),
        { selection: data },
      ),
    }),
    expected: [
      ['patch.json', 'decrypted', 'source'],
      ['m.yaml', 'left', 'in-clear', 'Secret patch-json'],
    ],
  },
  {
    name: 'patch-remote',
    says: 'patches: an address is not followed',
    files: async () => ({ 'kustomization.yaml': 'patches:\n  - path: https://example.org/patch.yaml\n' }),
    expected: [['https://example.org/patch.yaml', 'left', 'remote']],
    unbuilt: true,
  },
  {
    name: 'patch-inline',
    says: 'patches: one in the file itself is none of a path',
    files: async () => ({
      'kustomization.yaml': `resources:\n  - m.yaml\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: Secret\n      metadata:\n        name: patch-inline\n      stringData:\n        pw: in clear\n`,
      'm.yaml': secret('patch-inline', 'stringData:\n  pw: none\n'),
    }),
    expected: [['m.yaml', 'left', 'in-clear', 'Secret patch-inline']],
  },
  {
    name: 'config-map-generator',
    says: 'configMapGenerator: not decrypted',
    files: async (seal) => ({
      'kustomization.yaml': 'configMapGenerator:\n  - name: config-map-generator\n    files:\n      - c.yaml\n',
      'c.yaml': await seal.yaml(yamlText),
    }),
    expected: [],
  },
  {
    name: 'strategic-merge',
    says: 'patchesStrategicMerge: not decrypted before the build',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - m.yaml\npatchesStrategicMerge:\n  - patch.yaml\n',
      'm.yaml': secret('strategic-merge', 'stringData:\n  pw: none\n'),
      'patch.yaml': await seal.yaml(secret('strategic-merge', `stringData:\n  pw: ${planted}-8\n`), { selection: data }),
    }),
    expected: [['m.yaml', 'left', 'in-clear', 'Secret strategic-merge']],
  },
];
