// What each program makes of the file that is meant for it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { docker } from '../../src/export/docker.ts';
import { dotenv } from '../../src/export/dotenv.ts';
import type { Exporter } from '../../src/export/exporter.ts';
import { json } from '../../src/export/json.ts';
import { k8sSecret } from '../../src/export/k8s-secret.ts';
import { powershell } from '../../src/export/powershell.ts';
import { tfvars } from '../../src/export/tfvars.ts';
import { temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { exported, refuses, taken, variables } from '../support/variables.ts';
import { readPowerShell } from './read-powershell.ts';

const folder = temporaryFolder('files');

type Read = (text: string) => Readonly<Record<string, string | undefined>>;

/** What a program that prints JSON reads in a file. */
function byProgram(program: () => readonly [string, ...string[]], behind: readonly string[] = []): Read {
  return (text) => {
    const file = join(folder, 'file');
    writeFileSync(file, text);
    const [command, ...words] = program();
    const { stdout, stderr, status } = spawnSync(command, [...words, file, ...behind], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };
}

const node: Read = byProgram(() => [
  process.execPath,
  '-e',
  'process.loadEnvFile(process.argv[1]); console.log(JSON.stringify(process.env))',
]);
const python: Read = byProgram(() => [needed('dotenv'), '-f'], ['list', '--format', 'json']);
const reader = (name: string): Read => byProgram(() => [needed('variable-reader'), name]);

/** Checks that a program gets what an exporter took. */
function gives(exporter: Exporter, read: Read, allowed: (text: string) => boolean = () => true): void {
  fc.assert(
    fc.property(variables, (all) => {
      const wanted = new Map([...taken(exporter, all)].filter(([, text]) => allowed(text)));
      const found = read(exported(exporter, wanted).text);
      for (const [name, text] of wanted) expect(found[name], name).toBe(text);
    }),
    { numRuns: 40 },
  );
}

describe('dotenv', () => {
  test('gives Node the very bytes', () => {
    expect(() => gives(dotenv, node)).not.toThrow();
    expect(() => gives(dotenv, (text) => parseEnv(text))).not.toThrow();
  });

  test.skipIf(lacks('dotenv'))('gives python-dotenv the very bytes, but for what it interpolates', () => {
    expect(() => gives(dotenv, python, (text) => !text.includes('${'))).not.toThrow();
  });

  it.each(['plain', "it's", '"quoted"', '{"a": "it\'s"}', 'two\nlines', "it's\ntwo", 'a # b', ' x ', String.raw`C:\dir`, String.raw`a\\b`])(
    'holds %j',
    (text) => {
      expect(refuses(dotenv, 'A', text)).toBe(false);
    },
  );

  it.each(['carriage\rreturn', '\'both\' "quotes" # and a sign', 'it\'s\n"two"'])('refuses %j', (text) => {
    expect(refuses(dotenv, 'NAME', text)).toBe(true);
  });

  it('warns of what readers may interpolate, by name', () => {
    const warned = (text: string): readonly string[] => exported(dotenv, new Map([['NAME', text]])).warnings;
    expect(warned('secret${x}')).toEqual([expect.stringMatching(/^(?!.*secret).*NAME/)]);
    expect(warned("it's $ecret")).toHaveLength(1);
    expect(warned('$ecret')).toEqual([]);
    expect(warned('5$')).toEqual([]);
  });
});

describe.skipIf(lacks('variable-reader'))('docker', () => {
  test('gives Docker the very bytes', () => {
    expect(() => gives(docker, reader('docker'))).not.toThrow();
  });

  it('holds all but line breaks, and a carriage return at the end', () => {
    fc.assert(
      fc.property(variables, (all) => {
        for (const [name, text] of all) expect(refuses(docker, name, text)).toBe(/\n|\r$/.test(text));
      }),
    );
  });

  it('refuses lines that Docker cannot read, and takes the longest that it can', () => {
    const longest = 64 * 1024 - 1 - 'A='.length;
    expect(refuses(docker, 'NAME', 'x'.repeat(64 * 1024))).toBe(true);
    const { text } = exported(docker, new Map([['A', 'x'.repeat(longest)]]));
    expect(reader('docker')(text)['A']?.length).toBe(longest);
  });

  it.each(['#a', 'a b'])('refuses the name %j', (name) => {
    expect(refuses(docker, name, 'secret')).toBe(true);
  });
});

describe.skipIf(lacks('variable-reader'))('tfvars', () => {
  test('gives Terraform the very bytes', () => {
    expect(() => gives(tfvars, reader('tfvars'))).not.toThrow();
  });

  it('refuses texts that Terraform brings into another form, and names that it does not take', () => {
    expect(refuses(tfvars, 'NAME', 'e\u0301')).toBe(true);
    expect(refuses(tfvars, 'count', 'secret')).toBe(true);
    expect(refuses(tfvars, 'a.b', 'secret')).toBe(true);
  });
});

describe.skipIf(lacks('variable-reader'))('k8s-secret', () => {
  test('gives Kubernetes the very bytes', () => {
    expect(() => gives(k8sSecret, reader('k8s-secret'))).not.toThrow();
  });

  it.each(['true', '007', '1e3', '-a', '.dockercfg', 'n', 'null', 'tls.crt'])('takes the key %j', (name) => {
    const { text } = exported(k8sSecret, new Map([[name, 'x']]), {
      secret: { name: 'a.b', namespace: 'of-mine', type: 'example.org/type' },
    });
    expect(reader('k8s-secret')(text)).toEqual({ [name]: 'x', '(name)': 'a.b', '(namespace)': 'of-mine', '(type)': 'example.org/type' });
  });

  it('is a Secret without values as well', () => {
    expect(reader('k8s-secret')(exported(k8sSecret, new Map()).text)).toMatchObject({ '(type)': 'Opaque' });
  });
});

describe('k8s-secret', () => {
  it.each(['a/b', '..', '..a', 'ä'])('refuses the key %j', (name) => {
    expect(refuses(k8sSecret, name, 'secret')).toBe(true);
  });

  it('refuses what is too large, and a type whose keys are not there', () => {
    expect(refuses(k8sSecret, 'NAME', 'x'.repeat(1024 * 1024 + 1))).toBe(true);
    const tls = { secret: { name: 'a', type: 'kubernetes.io/tls' } };
    expect(() => exported(k8sSecret, new Map([['tls.crt', 'x']]), tls)).toThrow('tls.key');
  });

  it.each([{}, { name: 'Upper' }, { name: 'a', namespace: 'b.c' }, { name: 'a', type: 'x: y' }])('refuses %j', (secret) => {
    expect(() => exported(k8sSecret, new Map(), { secret })).toThrow(/--(name|type)/);
  });
});

describe('json', () => {
  test('gives the very texts', () => {
    expect(() => gives(json, (text) => JSON.parse(text))).not.toThrow();
  });

  it('takes any name', () => {
    expect(JSON.parse(exported(json, new Map([['__proto__', 'x']])).text)).toHaveProperty('__proto__', 'x');
  });
});

// There is no PowerShell here: what its language says of quotes is written down in `read-powershell.ts`.
describe('powershell', () => {
  test('gives the very texts, by the rules of its language', () => {
    expect(() => gives(powershell, readPowerShell)).not.toThrow();
  });

  it('is lines of printable ASCII, one a variable', () => {
    fc.assert(
      fc.property(variables, (all) => {
        const { text } = exported(powershell, all);
        expect(text).toMatch(/^(\$\{Env:\w+\} = [ -~]*\n)*$/);
      }),
    );
  });

  it('refuses names that are one on Windows', () => {
    expect(() =>
      exported(
        powershell,
        new Map([
          ['a', 'x'],
          ['A', 'y'],
        ]),
      ),
    ).toThrow('the variable A');
  });
});
