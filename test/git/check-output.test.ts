// How `sopsmith check` tells what it found: to people, to GitHub, and as SARIF.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRules } from '../../src/git/check/rules/index.ts';
import { lacks } from '../support/peers.ts';
import { checkLab } from './check-lab.ts';

const lab = checkLab();
const { ours, write, seal, rules } = lab;

afterAll(() => {
  lab.remove();
});

describe.skipIf(lacks('age-keygen'))('what check prints', () => {
  let folder: string;
  const odd = 'secrets/a,b:%c.yaml';
  beforeAll(() => {
    folder = lab.repository('shown');
    const key = `"x\\u001b[31m\\n::error::y"`;
    write(folder, {
      '.sops.yaml': rules,
      [odd]: `${key}: 1\n`,
      'secrets/many.yaml': `${Array.from({ length: 12 }, (_, at) => `k${at}: v`).join('\n')}\n`,
    });
    seal(folder, 'secrets/many.yaml');
    const text = execFileSync('sed', ['-E', String.raw`s/^(k[0-9]+: )ENC.*/\1plain text/`, join(folder, 'secrets/many.yaml')]);
    write(folder, { 'secrets/many.yaml': text });
  });

  it('is grouped by file for people, without values, colors or what steers a terminal', () => {
    const { stdout, stderr, status } = ours(folder, 'check');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^secrets\/a,b:%c\.yaml\n  1:\d+ +error   x\\u001b\[31m ::error::y: is in clear, though rule 1 of \.sops\.yaml \(line 2\)/,
    );
    expect(stdout).toContain('          and 2 more\n');
    expect(stdout.match(/take the value out/g)).toHaveLength(1);
    expect(stdout).toMatch(/\n3 files: 13 errors in 2\n$/);
    expect(stdout).not.toContain('plain text');
    expect(stdout).not.toContain('\u001B');
  });

  it('is annotations for GitHub, whose marks are escaped', () => {
    const annotations = ours(folder, 'check', '--format', 'github').stdout.split('\n').slice(0, -1);
    expect(annotations).toHaveLength(13);
    for (const line of annotations) expect(line).toMatch(/^::error file=[^:,]+,line=\d+,col=\d+,title=sopsmith [a-z-]+::[^\r\n]+$/);
    expect(annotations[0]).toContain('file=secrets/a%2Cb%3A%25c.yaml,');
  });

  it('is SARIF 2.1.0', () => {
    const { stdout, status } = ours(folder, 'check', '--format', 'sarif');
    expect(status).toBe(1);
    const log = JSON.parse(stdout);
    expect(Object.keys(log)).toEqual(['$schema', 'version', 'runs']);
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(Object.keys(run)).toEqual(['tool', 'columnKind', 'results']);
    const { driver } = run.tool;
    expect(driver.rules.map(({ id }: { id: string }) => id)).toEqual(checkRules.map(({ id }) => id));
    for (const rule of driver.rules)
      expect(rule).toEqual({
        id: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
        name: expect.stringMatching(/^[A-Z][A-Za-z]+$/),
        shortDescription: { text: expect.stringMatching(/\.$/) },
        help: { text: expect.stringMatching(/\.$/) },
        defaultConfiguration: { level: expect.stringMatching(/^(error|warning|note)$/) },
      });
    expect(run.results).toHaveLength(13);
    for (const result of run.results) {
      expect(driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result).toEqual({
        ruleId: expect.any(String),
        ruleIndex: expect.any(Number),
        level: 'error',
        message: { text: expect.any(String) },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: expect.stringMatching(/^[\w./%-]+$/), uriBaseId: '%SRCROOT%' },
              region: { startLine: expect.any(Number), startColumn: expect.any(Number) },
            },
            logicalLocations: [{ fullyQualifiedName: expect.any(String), kind: 'member' }],
          },
        ],
        partialFingerprints: { 'sopsmith/v1': expect.any(String) },
      });
    }
    expect(decodeURIComponent(run.results[0].locations[0].physicalLocation.artifactLocation.uri)).toBe(odd);
  });
});
