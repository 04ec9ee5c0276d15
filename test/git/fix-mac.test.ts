// A MAC that does not fit: explained from history, and made anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/peers.ts';
import { type Lab, gitLab } from './lab.ts';
import { ada, type Past, pastIn } from './past.ts';

let lab: Lab;
beforeAll(() => {
  lab = gitLab();
});
afterAll(() => {
  lab.remove();
});

/** Lines that differ, but for those that a new MAC changes. */
function otherLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  expect(now.length).toBe(old.length);
  return now.filter((line, at) => line !== old[at] && !/^\s*"?(sops_)?(mac|lastmodified)"?\s*[:=]/.test(line));
}

const sources: Readonly<Record<string, string>> = {
  'a.yaml': '# note\nfirst: one\nsecond: two\nlist:\n  - a # b\n  - "c"\nplace_unencrypted: here\n',
  'a.json': '{"first": "one", "second": "two", "list": ["a", "c"], "place_unencrypted": "here"}',
  'a.env': 'first=one\nsecond=two\nplace_unencrypted=here\n',
  'a.ini': '[top]\nfirst = one\nsecond = two\nplace_unencrypted = here\n',
};

describe.skipIf(lacks('sops', 'age-keygen'))('fix-mac', () => {
  let past: Past;
  beforeAll(() => {
    past = pastIn(lab, 'mac');
    past.rule({ ada });
    for (const [name, text] of Object.entries(sources)) {
      past.write(name, text);
      if (name === 'a.yaml') past.ours('encrypt', '-i', name);
      else past.sops('encrypt', '-i', name);
    }
    past.commit(1, 'start');
  });

  /** A file with a change, that is gone after the step. */
  const tampered = (name: string, change: (text: string) => string, step: (changed: string) => void): void => {
    const changed = change(past.read(name));
    expect(changed).not.toBe(past.read(name));
    past.write(name, changed);
    try {
      step(changed);
    } finally {
      past.git('checkout', '-q', 'HEAD', '--', name);
    }
  };

  it.each(Object.keys(sources))('signs %s anew with not a byte changed beside, and real sops takes it', (name) => {
    tampered(
      name,
      (text) => text.replace('here', 'there'),
      (changed) => {
        const { status, stdout, stderr } = past.ours('fix-mac', '--yes', name);
        expect({ status, stderr: stderr.replace(/^1 file.*\n/, '') }).toEqual({ status: 0, stderr: '' });
        expect(stdout).toMatch(
          /^a\.\w+: the MAC does not fit; compared with [0-9a-f]{9} of 2026-01-01:\n {2}changed in clear +(top\.)?place_unencrypted\n$/,
        );
        expect(otherLines(changed, past.read(name))).toEqual([]);
        expect(past.sops('decrypt', name)).toContain('there');
        expect(past.ours('fix-mac', '--yes', name).stderr).toContain('its MAC fits');
      },
    );
  });

  it('shows what was added, removed and moved, and values never', () => {
    tampered(
      'a.yaml',
      (text) =>
        text
          .replace(/^(first: .*\n)(second: .*\n)/m, '$2$1')
          .replace(/^ +- "ENC.*\n/m, '')
          .replace(/^place/m, 'new_unencrypted: s3cret\nplace'),
      () => {
        const { stdout } = past.ours('fix-mac', '--yes', 'a.yaml');
        expect(stdout).toMatch(/^ {2}added +new_unencrypted$/m);
        expect(stdout).toMatch(/^ {2}removed +list\[1\]$/m);
        expect(stdout).toMatch(/^ {2}moved +(first|second)$/m);
        expect(stdout).not.toMatch(/s3cret|ENC\[/);
        expect(past.sops('decrypt', 'a.yaml')).toMatch(/^second: two\nfirst: one\n/m);
      },
    );
  });

  it('asks, and changes nothing where the answer is no or there is none', () => {
    tampered(
      'a.yaml',
      (text) => text.replace('here', 'there'),
      (changed) => {
        const { status, stderr } = past.ours('fix-mac', 'a.yaml');
        expect(status).not.toBe(0);
        expect(stderr).toContain('--yes');
        expect(past.read('a.yaml')).toBe(changed);
      },
    );
  });

  it.each([
    ['renamed', (text: string) => text.replace(/^second:/m, 'third:'), 'third holds the ciphertext of second'],
    [
      'swapped',
      (text: string) => text.replace(/^first: (.*)\nsecond: (.*)$/m, 'first: $2\nsecond: $1'),
      'first holds the ciphertext of second; second holds the ciphertext of first',
    ],
    ['in clear', (text: string) => text.replace(/^second: .*$/m, 'second: s3cret'), 'second is in clear'],
    [
      'cut short',
      (text: string) => text.replace(/^(second: ENC\[AES256_GCM,data:)[^,]*/m, '$1AAAA'),
      'second holds ciphertext that is of another file or was changed',
    ],
  ])('refuses what was %s: no MAC makes that right', (_, change, told) => {
    tampered('a.yaml', change, (changed) => {
      const { status, stderr } = past.ours('fix-mac', '--yes', 'a.yaml');
      expect(status).not.toBe(0);
      expect(stderr).toContain(told);
      const place = told.includes('the ciphertext of') ? '; in the last commit it is the ciphertext of second' : '';
      expect(past.ours('decrypt', 'a.yaml').stderr).toMatch(new RegExp(`^Error: a\\.yaml: the value of \\w+ [^;]*${place}$`, 'm'));
      expect(stderr).not.toContain('s3cret');
      expect(past.read('a.yaml')).toBe(changed);
    });
  });

  it('compares with the version that the MAC was made for, when the broken one is committed', () => {
    past.write('broken.yaml', 'a: x\nb: y\nplace_unencrypted: here\n');
    past.sops('encrypt', '-i', 'broken.yaml');
    const sound = past.commit(2, 'sound');
    past.write('broken.yaml', past.read('broken.yaml').replace('here', 'there'));
    past.commit(3, 'by hand');
    past.write('broken.yaml', past.read('broken.yaml').replace(/^b:.*\n/m, ''));
    const last = past.commit(4, 'by hand again');
    expect(past.ours('decrypt', 'broken.yaml').stderr).toContain(
      `compared with ${sound.slice(0, 9)} of 2026-01-02, for which its MAC was made: removed: b; changed in clear: place_unencrypted`,
    );
    expect(past.ours('fix-mac', '--against', `${last}^`, '--yes', 'broken.yaml').stdout).toMatch(
      /compared with [0-9a-f]{9} of 2026-01-03:\n {2}removed +b\n$/,
    );
    expect(past.ours('decrypt', 'broken.yaml').stdout).toBe('a: x\nplace_unencrypted: there\n');
    expect(past.ours('fix-mac', '--against', 'no-such', 'broken.yaml').stderr).toContain('no-such');
  });

  it('works without a repository, for several files', () => {
    past.write('.git/outside.yaml', past.read('a.yaml').replace('here', 'there'));
    past.write('.git/other.yaml', past.read('a.yaml'));
    const { stdout, stderr } = past.ours('fix-mac', '--yes', '.git/outside.yaml', '.git/other.yaml');
    expect(stdout).toBe('.git/outside.yaml: the MAC does not fit, and Git has no earlier version to compare with\n');
    expect(stderr).toContain('2 files: 1 signed anew, 1 unchanged');
    expect(past.sops('decrypt', '.git/outside.yaml')).toContain('there');
  });
});
