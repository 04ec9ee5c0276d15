// What CI systems make of the files and commands that are meant for them.
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { github } from '../../src/export/github.ts';
import { gitlab } from '../../src/export/gitlab.ts';
import { exported, refuses, taken, values, variables } from '../support/variables.ts';
import { masksIn, readEnvironmentFile } from './read-github.ts';

describe('github', () => {
  test('gives the runner the very bytes', () => {
    fc.assert(
      fc.property(variables, (all) => {
        const wanted = taken(github, all);
        expect(readEnvironmentFile(exported(github, wanted).text)).toEqual(new Map(wanted));
      }),
    );
  });

  test('masks every value, each of its lines, and both in base64', () => {
    fc.assert(
      fc.property(values, (text) => {
        const masks = masksIn(exported(github, new Map([['A', text]])).announcements ?? '');
        const parts = [text, ...text.split(/\r\n|\r|\n/)].filter((part) => part.trim() !== '');
        for (const part of parts) {
          expect(masks).toContain(part);
          expect(masks).toContain(Buffer.from(part).toString('base64'));
        }
        expect(masks.filter((mask) => mask.trim() === '')).toEqual([]);
      }),
    );
  });

  test('masks base64 of a value wherever it stands in what was encoded, and in the alphabet for URLs', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }), fc.string(), fc.string(), (text, before, after) => {
        fc.pre(text.trim() !== '');
        const masks = masksIn(exported(github, new Map([['A', text]])).announcements ?? '');
        const whole = Buffer.from(before + text + after);
        for (const alphabet of ['base64', 'base64url'] as const) {
          const encoded = whole.toString(alphabet);
          const longest = Math.max(...masks.map((mask) => (encoded.includes(mask) ? mask.length : 0)));
          // All but a character at each end, which neighbors have a part in.
          expect(longest).toBeGreaterThanOrEqual(Math.floor((Buffer.byteLength(text) * 8) / 6) - 2);
        }
      }),
    );
  });

  it('masks a value as JSON, YAML, shells and URLs spell it', () => {
    const masks = masksIn(exported(github, new Map([['A', String.raw`it's "so" 100%\n`]])).announcements ?? '');
    for (const spelling of [
      String.raw`it's \"so\" 100%\\n`,
      String.raw`it''s "so" 100%\n`,
      String.raw`it'\''s "so" 100%\n`,
      "it's%20%22so%22%20100%25%5Cn",
    ])
      expect(masks).toContain(spelling);
  });

  it('is not ended by a value that has the delimiter in it', () => {
    const bytes = [new Uint8Array(16), new Uint8Array(16).fill(1)];
    const text = `x\nsopsmith_${'00'.repeat(16)}\ny`;
    const { text: file } = exported(github, new Map([['A', text]]), { random: () => bytes.shift() ?? new Uint8Array(16) });
    expect(readEnvironmentFile(file).get('A')).toBe(text);
  });

  it.each(['NODE_OPTIONS', 'GITHUB_TOKEN', 'RUNNER_TEMP', 'a b', 'A<<B'])('refuses %j, which the runner does not let be set', (name) => {
    expect(refuses(github, name, 'secret')).toBe(true);
  });
});

/** As GitLab reads a report (`parse_dotenv_artifact_service.rb`): names and values without white space at their ends, later `$NAME` and `%NAME%` in values replaced. */
function readReport(text: string): ReadonlyMap<string, string> {
  const strip = (part: string): string => part.replaceAll(/^[\0\t\n\v\f\r ]+|[\0\t\n\v\f\r ]+$/g, '');
  const lines = text.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(.*?)=(.*)$/s.exec(line) ?? [];
      if (/\$\$|%%|\$[A-Za-z_]|\$\{|%[A-Za-z_]\w*%/.test(value)) throw new Error('a variable would be put in');
      return [strip(name), strip(value)];
    }),
  );
}

describe('gitlab', () => {
  test('gives GitLab the very texts', () => {
    fc.assert(
      fc.property(variables, (all) => {
        const wanted = taken(gitlab, all);
        expect(readReport(exported(gitlab, wanted).text)).toEqual(new Map(wanted));
      }),
    );
  });

  it.each(['two\nlines', ' x', 'x\t', 'a$b', '100%%', '%A%'])('refuses %j', (text) => {
    expect(refuses(gitlab, 'NAME', text)).toBe(true);
  });

  it.each(['a b', '"quoted"', '100%', 'a=b'])('holds %j', (text) => {
    expect(refuses(gitlab, 'NAME', text)).toBe(false);
  });

  it('warns of a report that is too large', () => {
    expect(exported(gitlab, new Map([['A', 'x'.repeat(5 * 1024)]])).warnings).toHaveLength(1);
  });
});
