import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookupConfig } from '../../src/config/lookup.ts';
import { pathBelow } from '../../src/config/match.ts';
import { lacks } from '../support/peers.ts';
import { Folder, recipients } from '../support/real-sops.ts';

describe('lookupConfig', () => {
  const look = (folder: string, ...present: readonly string[]): ReturnType<typeof lookupConfig> =>
    lookupConfig(folder, (path) => present.includes(path));

  it('takes the nearest, from the folder upwards', () => {
    expect(look('/a/b', '.sops.yaml', '../.sops.yaml')).toEqual({ path: '.sops.yaml' });
    expect(look('/a/b', '../../.sops.yaml')).toEqual({ path: '../../.sops.yaml' });
    expect(look('/a/b', '../../../.sops.yaml')).toEqual({ path: undefined });
    expect(look('C:\\a', '../.sops.yaml')).toEqual({ path: '../.sops.yaml' });
  });

  it('warns of a file called .sops.yml', () => {
    expect(look('/a/b', '.sops.yml')).toMatchObject({ path: undefined, warning: expect.stringContaining("ignoring '.sops.yml'") });
    expect(look('/a/b', '.sops.yml', '../.sops.yaml')).toMatchObject({
      path: '../.sops.yaml',
      warning: expect.stringContaining("using '../.sops.yaml' instead"),
    });
    expect(look('/a/b', '.sops.yaml', '.sops.yml')).toEqual({ path: '.sops.yaml' });
  });
});

describe.skipIf(lacks('sops'))('lookupConfig beside real sops', () => {
  it.each([
    ['a/b', ['.sops.yaml', 'a/.sops.yaml']],
    ['a/b', ['.sops.yaml']],
    ['a', ['.sops.yaml', 'a/b/.sops.yaml', 'a/.sops.yml']],
    ['a/b', ['a/b/.sops.yaml', '.sops.yml']],
  ])('from %s, with %j', (from, present) => {
    const world = new Folder();
    try {
      world.write('a/b/secret.yaml', 'a: b\n');
      world.write('a/secret.yaml', 'a: b\n');
      for (const name of present)
        world.write(name, `creation_rules:\n  - age: ${recipients[0]}\n    encrypted_suffix: ${name.replaceAll('/', '-')}\n`);
      const run = world.sopsIn(from, 'encrypt', 'secret.yaml');
      const { path, warning } = lookupConfig(join(world.path, from), (candidate) => existsSync(join(world.path, from, candidate)));
      const found = present.find((name) => path !== undefined && join(world.path, name) === join(world.path, from, path));
      expect(run.stdout).toContain(`encrypted_suffix: ${found?.replaceAll('/', '-')}\n`);
      expect(run.stderr.includes('ignoring')).toBe(warning !== undefined);
    } finally {
      world.remove();
    }
  });
});

describe('pathBelow', () => {
  it.each([
    ['/repo/.sops.yaml', '/repo/a/b.yaml', 'a/b.yaml'],
    ['/repo/.sops.yaml', '/repo2/a.yaml', '/repo2/a.yaml'],
    ['/repo/conf/.sops.yaml', '/repo/a.yaml', '/repo/a.yaml'],
    ['/repo/.sops.yaml', 'a.yaml', 'a.yaml'],
    ['/.sops.yaml', '/a.yaml', '/a.yaml'],
    ['C:\\work\\.sops.yaml', 'C:\\work\\a\\b.yaml', 'a/b.yaml'],
    ['C:/repo/.sops.yaml', 'D:\\a\\b.yaml', 'D:/a/b.yaml'],
    ['/repo/.sops.yaml', '/repo/a\\b.yaml', 'a\\b.yaml'],
  ])('config %s, file %s: %s', (config, file, path) => {
    expect(pathBelow(config, file)).toBe(path);
  });
});
