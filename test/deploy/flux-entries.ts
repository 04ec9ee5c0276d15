// What the controller does with entries of Secrets after the build.
import { b64, type Case, entry, envText, iniText, jsonText, manifest, planted, secret, yamlText } from './flux-case.ts';

export const entries: readonly Case[] = [
  entry('entry-yaml', 'data: YAML under a name that says YAML', 'c.yaml', (seal) => seal.yaml(yamlText)),
  entry('entry-yaml-json', 'data: YAML under a name that says JSON', 'c.json', (seal) => seal.yaml(yamlText)),
  entry('entry-json-yaml', 'data: JSON under a name that says YAML', 'c.yaml', (seal) => seal.json(jsonText)),
  entry('entry-json', 'data: JSON', 'c.json', (seal) => seal.json(jsonText)),
  entry('entry-env', 'data: dotenv', 'c.env', (seal) => seal.dotenv(envText)),
  entry('entry-env-yaml', 'data: dotenv under a name that says YAML', 'c.yaml', (seal) => seal.dotenv(envText)),
  entry('entry-ini', 'data: INI', 'c.ini', (seal) => seal.ini(iniText)),
  entry('entry-binary', 'data: binary', 'token', (seal) => seal.binary(`${planted}-25`)),
  entry('entry-docker', 'data: .dockerconfigjson', '.dockerconfigjson', (seal) => seal.json(jsonText)),
  entry('entry-clear', 'data: in clear', 'c.yaml', { make: () => 'a: b\n', outcome: 'left', reason: 'in-clear' }),
  entry('entry-minified', 'data: without a marker', 'c.json', {
    make: async (seal) => JSON.stringify(JSON.parse(await seal.json(jsonText))),
    outcome: 'left',
    reason: 'in-clear',
  }),
  manifest('entry-text', 'data: what is not base64 is passed over', () => secret('entry-text', 'data:\n  a: "%%%"\n'), [
    ['m.yaml', 'left', 'in-clear', 'Secret entry-text'],
  ]),
  manifest(
    'string-data',
    'stringData: not looked at',
    async (seal) => secret('string-data', `stringData:\n  c.yaml: ${JSON.stringify(await seal.yaml(yamlText))}\n`),
    [['m.yaml', 'left', 'in-clear', 'Secret string-data']],
  ),
  manifest(
    'entry-other-api',
    'data: of any apiVersion',
    async (seal) =>
      `apiVersion: example.org/v1\nkind: Secret\nmetadata:\n  name: entry-other-api\ndata:\n  c.yaml: ${b64(await seal.yaml(yamlText))}\n`,
    [['m.yaml', 'decrypted', 'data-entry', 'Secret entry-other-api, data entry c.yaml']],
  ),
  manifest(
    'entry-config-map',
    'data: of a ConfigMap stays',
    async (seal) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: entry-config-map\ndata:\n  c.yaml: ${b64(await seal.yaml(yamlText))}\n`,
    [['m.yaml', 'left', 'in-clear', 'ConfigMap entry-config-map']],
  ),
  manifest(
    'entry-opted-out',
    'data: opted out',
    async (seal) =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: entry-opted-out\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: Disabled\ndata:\n  c.yaml: ${b64(await seal.yaml(yamlText))}\n`,
    [['m.yaml', 'left', 'opted-out', 'Secret entry-opted-out']],
  ),
  manifest(
    'entry-wrapped',
    'data: base64 in several lines',
    async (seal) => secret('entry-wrapped', `data:\n  c.yaml: |\n${b64(await seal.yaml(yamlText)).replaceAll(/.{1,76}/g, '    $&\n')}`),
    [['m.yaml', 'decrypted', 'data-entry', 'Secret entry-wrapped, data entry c.yaml']],
  ),
];
