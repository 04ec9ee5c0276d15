// What services take: names, lengths, tags. What is refused here is refused before anything is sent.
import { describe, expect, it } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import type { Secret, SecretsDestination } from '../../src/destinations/destination.ts';
import { markIn, tagsOf } from '../../src/destinations/mark.ts';
import { SopsError } from '../../src/errors.ts';

const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_secrets: { aws_secrets_prefix: 'prod/' },
  aws_parameters: { aws_parameters_prefix: '/prod/' },
  azure_secrets: { azure_secrets_vault: 'https://v.vault.azure.net/', azure_secrets_prefix: 'prod-' },
  gcp_secrets: { gcp_secrets_project: 'p1', gcp_secrets_prefix: 'prod-' },
  vault: { vault_path: 'apps' },
};

/** A destination, and a place of it. */
function open(kind: string, more: Readonly<Record<string, string>> = {}, integers: Readonly<Record<string, number>> = {}) {
  const destination = destinations.find((each): each is SecretsDestination => each.kind === kind && each.takes === 'secrets');
  if (destination === undefined) throw new Error(`${kind} takes no secrets`);
  const fields = { ...settings[kind], ...more };
  const place = destination.fromRule({ text: (name) => fields[name] ?? '', integer: (name) => integers[name] ?? 0 });
  const name = (file: string, key?: string): string => destination.nameOf(place, file, key);
  const check = (secret: Partial<Secret>): string => {
    const whole: Secret = {
      name: name('app.yaml'),
      content: { kind: 'text', text: 'x' },
      tags: {},
      description: '',
      mark: undefined,
      ...secret,
    };
    try {
      destination.check(place, whole);
      return '';
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
      return `${error.code}: ${error.message} ${error.details.hint ?? ''}`.trim();
    }
  };
  return { destination, name, check, place };
}

const text = (length: number, letter = 'x'): Pick<Secret, 'content'> => ({ content: { kind: 'text', text: letter.repeat(length) } });

describe('names', () => {
  it.each([
    ['aws_secrets', 'prod/a/web-app.yaml', 'prod/a/web-app.yaml/DB-PASS'],
    ['aws_parameters', '/prod/a/web-app.yaml', '/prod/a/web-app.yaml/DB-PASS'],
    ['azure_secrets', 'prod-a-web-app-yaml', 'prod-a-web-app-yaml-DB-PASS'],
    ['gcp_secrets', 'prod-a-web-app-yaml', 'prod-a-web-app-yaml-DB-PASS'],
    ['vault', 'a/web app.yaml', 'a/web app.yaml/DB PASS'],
  ])('of %s', (kind, whole, key) => {
    const { name } = open(kind);
    expect(name('a/web app.yaml')).toBe(whole);
    expect(name('a/web app.yaml', 'DB PASS')).toBe(key);
  });

  it('of Azure Key Vault are the same in either case', () => {
    const { destination } = open('azure_secrets');
    expect(destination.sameName?.('prod-A')).toBe(destination.sameName?.('PROD-a'));
  });

  it.each([
    ['aws_secrets', 'a'.repeat(513), /AWS Secrets Manager takes no secret of the name/],
    ['aws_parameters', '/aws/x', /not with \/aws or \/ssm/],
    ['aws_parameters', '/prod//x', /no part is empty/],
    ['aws_parameters', `/${'a/'.repeat(15)}b`, /15 parts/],
    ['azure_secrets', 'a'.repeat(128), /127 letters at most/],
    ['gcp_secrets', 'a'.repeat(256), /255 letters at most/],
  ])('that %s does not take are refused', (kind, name, message) => {
    expect(open(kind).check({ name })).toMatch(message);
  });
});

describe('lengths', () => {
  it.each([
    ['aws_secrets', {}, 65_536],
    ['aws_parameters', {}, 4096],
    ['aws_parameters', { aws_parameters_tier: 'advanced' }, 8192],
    ['aws_parameters', { aws_parameters_tier: 'intelligent' }, 8192],
    ['azure_secrets', {}, 25_600],
    ['gcp_secrets', {}, 65_536],
  ])('%s %j takes so many bytes, and not one more', (kind, more, most) => {
    const { check } = open(kind, more);
    expect(check(text(most))).toBe('');
    expect(check(text(most + 1))).not.toContain('xxx');
    expect(check(text(most + 1))).toMatch(new RegExp(`^UNSUPPORTED: .* would hold ${most + 1} bytes, and .* takes ${most}`));
    expect(check(text(most / 2 + 1, 'é'))).toMatch(new RegExp(`takes ${most}`));
  });

  it('a longer parameter is told of the tier that takes it', () => {
    expect(open('aws_parameters').check(text(5000))).toContain('aws_parameters_tier: advanced');
  });

  it.each(['aws_secrets', 'aws_parameters', 'gcp_secrets'])('%s takes nothing that is empty', (kind) => {
    expect(open(kind).check(text(0))).toMatch(/takes no empty secret/);
  });
});

describe('tags', () => {
  it.each([
    ['aws_secrets', { 'aws:x': 'y' }, /'aws:x' cannot be the name of a tag/],
    ['aws_secrets', { x: 'a;b' }, /the value of the tag 'x'/],
    ['aws_parameters', Object.fromEntries(Array.from({ length: 49 }, (_, at) => [`t${at}`, ''])), /takes 48 tags beside/],
    ['azure_secrets', Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`t${at}`, ''])), /takes 13 tags beside/],
    ['gcp_secrets', { Team: 'web' }, /'Team' cannot be the name/],
    ['gcp_secrets', { team: 'Web' }, /the value of the tag 'team'/],
    ['gcp_secrets', { sopsmith: 'mine' }, /'sopsmith' cannot be the name/],
  ])('%s refuses %j', (kind, tags, message) => {
    expect(open(kind).check({ tags })).toMatch(message);
  });

  it('version 1 of Vault keeps none', () => {
    expect(open('vault', {}, { vault_kv_version: 1 }).check({ tags: { a: 'b' } })).toMatch(/keeps no tags/);
    expect(open('vault').check({ tags: { a: 'b' } })).toBe('');
  });

  it.each(['azure_secrets', 'gcp_secrets', 'vault'])('%s keeps no description', (kind) => {
    expect(open(kind).check({ description: 'd' })).toMatch(/keeps? no description/);
  });
});

describe('the mark', () => {
  it.each(['a/b.yaml', 'ä=é, (x) [y]*.yaml', '日本.env', '=2e'])('of %s comes back from tags that every service takes', (file) => {
    const mark = { rule: 'web team; prod/', file };
    const tags = tagsOf(mark);
    expect(markIn(tags)).toEqual(mark);
    for (const value of Object.values(tags)) expect(value).toMatch(/^[A-Za-z0-9_.:/=+@ -]*$/);
  });

  it('that is too long for a tag is refused', () => {
    expect(open('aws_secrets').check({ mark: { rule: 'r', file: 'a'.repeat(257) } })).toMatch(/too long for the tag sopsmith-file/);
  });
});

describe('rules', () => {
  it.each([
    ['aws_parameters', { aws_parameters_prefix: 'prod/' }],
    ['azure_secrets', { azure_secrets_vault: 'http://v.vault.azure.net' }],
    ['azure_secrets', { azure_secrets_vault: 'https://v.vault.azure.net/keys' }],
    ['azure_secrets', { azure_secrets_vault: 'https://u:p@v.vault.azure.net' }],
    ['gcp_secrets', { gcp_secrets_project: 'p/../q' }],
    ['gcp_secrets', { gcp_secrets_project: '..' }],
  ])('of %s with %j are refused', (kind, more) => {
    expect(() => open(kind, more)).toThrow(expect.objectContaining({ code: 'MALFORMED_CONFIG' }));
  });
});
