// What the controller fails at.
import { type Case, entry, generated, generator, planted, yamlText } from './flux-case.ts';

/** What the controller fails at; each alone, since it gives up at the first. */
export const failing: readonly Case[] = [
  generated('too-large', 'files: more than 5 MiB', 'c.yaml', {
    file: 'c.yaml',
    make: () => `a: ${'x'.repeat(5 * 2 ** 20)}\n`,
    expected: [['c.yaml', 'failed', 'too-large']],
  }),
  {
    name: 'missing',
    says: 'files: not there',
    files: async () => ({ 'kustomization.yaml': generator('missing', ['nothing.yaml']) }),
    expected: [['nothing.yaml', 'failed', 'missing']],
  },
  {
    name: 'folder',
    says: 'files: a folder',
    files: async () => ({ 'kustomization.yaml': generator('folder', ['sub.yaml']), 'sub.yaml/x': '' }),
    expected: [['sub.yaml', 'failed', 'irregular']],
  },
  {
    name: 'link-out',
    says: 'files: a link out of the root is held at it',
    files: async () => ({ 'kustomization.yaml': generator('link-out', ['link.yaml']) }),
    links: { 'link.yaml': '/etc/hostname' },
    expected: [['/etc/hostname', 'failed', 'missing']],
  },
  {
    name: 'circle-link',
    says: 'files: links in a circle',
    files: async () => ({ 'kustomization.yaml': generator('circle-link', ['a.yaml']) }),
    links: { 'a.yaml': 'b.yaml', 'b.yaml': 'a.yaml' },
    expected: [['a.yaml', 'failed', 'circle']],
  },
  {
    name: 'no-kustomization',
    says: 'resources: a folder without a kustomization file',
    files: async () => ({ 'kustomization.yaml': 'resources:\n  - sub\n', 'sub/m.yaml': 'a: b\n' }),
    expected: [['sub', 'failed', 'kustomization']],
  },
  {
    name: 'two-kustomizations',
    says: 'resources: a folder with two',
    files: async () => ({ 'kustomization.yaml': 'resources:\n  - sub\n', 'sub/kustomization.yaml': '', 'sub/kustomization.yml': '' }),
    expected: [['sub', 'failed', 'kustomization']],
  },
  generated('tampered', 'files: ciphertext that does not authenticate', 'c.yaml', {
    file: 'c.yaml',
    make: async (seal) => (await seal.yaml(yamlText)).replace(/^a: (.*)\n/m, (line) => `${line}z: ${line.slice(3)}`),
    expected: [['c.yaml', 'failed', 'broken']],
  }),
  generated('in-clear-value', 'files: a value in clear among ciphertext', 'c.yaml', {
    file: 'c.yaml',
    make: async (seal) => `leak: ${planted}-30\n${await seal.yaml(yamlText)}`,
    expected: [['c.yaml', 'failed', 'broken']],
  }),
  generated('stranger', 'files: for a key that the cluster lacks', 'c.yaml', {
    file: 'c.yaml',
    make: (seal) => seal.yaml(yamlText, { groups: [['age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw']] }),
    expected: [['c.yaml', 'failed', 'no-key']],
  }),
  generated('ini-section', 'files: INI in clear with a section called sops', 'c.ini', {
    file: 'c.ini',
    make: () => '[sops]\na = b\n',
    expected: [['c.ini', 'failed', 'broken']],
  }),
  entry('unprintable', 'data: YAML under a name that says nothing', 'config', {
    make: (seal) => seal.yaml(yamlText),
    outcome: 'failed',
    reason: 'unprintable',
  }),
  entry('nested-env', 'data: nested YAML under a name that says dotenv', 'c.env', {
    make: (seal) => seal.yaml(yamlText),
    outcome: 'failed',
    reason: 'unprintable',
  }),
  generated('marker-in-clear', 'files: in clear, with a marker in it', 'c.yaml', {
    file: 'c.yaml',
    make: () => '# mac: ENC[ is what Flux looks for\na: b\n',
    expected: [['c.yaml', 'failed', 'broken']],
  }),
  {
    name: 'above-root',
    says: 'files: .. is held at the root',
    files: async () => ({ 'kustomization.yaml': generator('above-root', ['c.yaml=../../../../../../../../nothing.yaml']) }),
    expected: [['/nothing.yaml', 'failed', 'missing']],
  },
];
