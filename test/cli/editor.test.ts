// What happens while the editor has the plaintext: signals, mistakes in the text, nobody at the keyboard.
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, runProgram, type Started, startProgram, temporaryFolder, textOf, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('editor');
const secret = `s3cret-${process.pid}-${Date.now()}`;
const env = { SOPS_AGE_KEY_FILE: 'identity.txt' };
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let sealed = '';
let count = 0;

/** Editors: each says in `opened` which file it was given. */
const editors = {
  /** Waits until a signal comes, and notes which. */
  waits: `#!/bin/sh\nfor s in INT TERM HUP; do trap "echo SIG$s > got; exit 0" $s; done\necho "$1" > opened\nwhile :; do sleep 0.05; done\n`,
  /** Does not listen to signals. */
  stubborn: `#!/bin/sh\ntrap '' INT TERM HUP\necho "$1" > opened\ncp "$1" "$1~"\nfor i in 1 2 3 4 5 6 7 8; do sleep 0.5; done\n`,
  /** Breaks the syntax the first time, mends it the second time. */
  clumsy: `#!/bin/sh\necho "$1" > opened\nif [ -e once ]; then grep -q broken "$1" || exit 9; echo > again; read typed; echo "$typed" > typed; sed -i 's/: \\[broken/: mended/' "$1"; else touch once; echo 'more: [broken' >> "$1"; fi\n`,
  broken: `#!/bin/sh\necho "$1" > opened\necho 'more: [broken' >> "$1"\n`,
  reserved: `#!/bin/sh\necho "$1" > opened\nif [ -e once ]; then sed -i s/^sops:/spos:/ "$1"; else touch once; echo 'sops: 1' >> "$1"; fi\n`,
  /** Makes the folder's disk look full, then makes room. */
  unlucky: `#!/bin/sh\necho "$1" > opened\nif [ -e once ]; then grep -q typed "$1" || exit 9; rmdir f.yaml; mv away/f.yaml f.yaml; echo 'more: 1' >> "$1"; else touch once; echo 'typed: 1' >> "$1"; mkdir away; mv f.yaml away; mkdir f.yaml; fi\n`,
  fails: `#!/bin/sh\necho "$1" > opened\ncp "$1" "$1~"\nexit 3\n`,
} as const;

/** A folder of its own for one test, with an encrypted file and an editor. */
function workshop(editor: keyof typeof editors): { readonly cwd: string; readonly env: Record<string, string> } {
  count += 1;
  const cwd = join(folder, String(count));
  fill(cwd, { 'f.yaml': sealed, 'identity.txt': textOf(folder, 'identity.txt'), 'editor.sh': editors[editor] });
  chmodSync(join(cwd, 'editor.sh'), 0o755);
  return { cwd, env: { ...env, EDITOR: './editor.sh' } };
}

async function startEditing(
  editor: keyof typeof editors,
): Promise<{ readonly cwd: string; readonly running: Started; readonly scratch: string }> {
  const { cwd, env: withEditor } = workshop(editor);
  const running = startProgram(program, ['edit', 'f.yaml'], { cwd, env: withEditor });
  await until(() => existsSync(join(cwd, 'opened')) && textOf(cwd, 'opened').endsWith('\n'));
  return { cwd, running, scratch: textOf(cwd, 'opened').trim() };
}

/** Files below the places for temporary files that hold the secret. */
function leaks(): readonly string[] {
  return ['/dev/shm', tmpdir()].flatMap((place) =>
    (existsSync(place) ? readdirSync(place) : [])
      .filter((entry) => entry.startsWith('sopsmith-'))
      .flatMap((entry) => filesBelow(join(place, entry)))
      .filter((file) => readFileSync(file, 'utf8').includes(secret)),
  );
}

function filesBelow(place: string): readonly string[] {
  try {
    return readdirSync(place, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    );
  } catch {
    return [];
  }
}

const password = (cwd: string): string => runProgram([needed('sops')], ['decrypt', 'f.yaml'], { cwd, env }).stdout;

describe.skipIf(lacks('sops', 'age-keygen'))('while the editor is open', () => {
  beforeAll(() => {
    const { identity, recipient } = ageIdentity();
    fill(folder, { 'identity.txt': identity, 'f.yaml': `password: ${secret}\n` });
    runProgram([needed('sops')], ['encrypt', '-i', '--age', recipient, 'f.yaml'], { cwd: folder, env });
    sealed = textOf(folder, 'f.yaml');
  });

  test.each(signals)('%s reaches the editor, and no plaintext is left', async (signal) => {
    const { cwd, running, scratch } = await startEditing('waits');
    expect(readFileSync(scratch, 'utf8')).toBe(`password: ${secret}\n`);
    running.child.kill(signal);
    expect(await running.ended, running.output()).toBe(1);
    expect(textOf(cwd, 'got').trim()).toBe(signal);
    expect(existsSync(dirname(scratch))).toBe(false);
    expect(leaks()).toEqual([]);
    expect(textOf(cwd, 'f.yaml')).toBe(sealed);
    expect(running.output()).not.toContain(secret);
  });

  test('an editor that does not listen does not keep the plaintext', async () => {
    const { cwd, running, scratch } = await startEditing('stubborn');
    running.child.kill('SIGTERM');
    await until(() => !existsSync(dirname(scratch)));
    expect(leaks()).toEqual([]);
    expect(await running.ended).toBe(1);
    expect(textOf(cwd, 'f.yaml')).toBe(sealed);
  });

  test.each(signals)('%s while a mistake is shown leaves no plaintext', async (signal) => {
    const { cwd, running, scratch } = await startEditing('broken');
    await until(() => running.output().includes('Press enter to return to the editor, or Ctrl+C to exit.'));
    expect(existsSync(scratch)).toBe(true);
    running.child.kill(signal);
    expect(await running.ended).toBe(1);
    expect(existsSync(dirname(scratch))).toBe(false);
    expect(leaks()).toEqual([]);
    expect(textOf(cwd, 'f.yaml')).toBe(sealed);
  });

  test('a mistake is shown, and enter goes back to the text as it was left', async () => {
    const { cwd, running, scratch } = await startEditing('clumsy');
    await until(() => running.output().includes('Press enter'));
    expect(running.output()).toMatch(/f\.yaml.*[23]\b/);
    expect(textOf(dirname(scratch), 'f.yaml')).toBe(`password: ${secret}\nmore: [broken\n`);
    running.child.stdin?.write('\n');
    await until(() => existsSync(join(cwd, 'again')));
    running.child.stdin?.write('for the editor\n');
    expect(await running.ended, running.output()).toBe(0);
    expect(textOf(cwd, 'typed')).toBe('for the editor\n');
    expect(password(cwd)).toBe(`password: ${secret}\nmore: mended\n`);
    expect(leaks()).toEqual([]);
  });

  test('the name of the metadata is refused like a mistake', async () => {
    const { cwd, running } = await startEditing('reserved');
    await until(() => running.output().includes('Press enter'));
    running.child.stdin?.write('\n');
    expect(await running.ended, running.output()).toBe(0);
    expect(password(cwd)).toBe(`password: ${secret}\nspos: 1\n`);
  });

  test('what was typed is not lost where the file cannot be written', async () => {
    const { cwd, running } = await startEditing('unlucky');
    await until(() => running.output().includes('Press enter'));
    expect(running.output()).toContain('could not write');
    running.child.stdin?.write('\n');
    expect(await running.ended, running.output()).toBe(0);
    expect(password(cwd)).toBe(`password: ${secret}\ntyped: 1\nmore: 1\n`);
    expect(leaks()).toEqual([]);
  });

  test('where nobody can press enter, it ends and leaves the file as it was', () => {
    const { cwd, env: withEditor } = workshop('broken');
    const { status, stderr } = runProgram(program, ['edit', 'f.yaml'], { cwd, env: withEditor });
    expect(status).toBe(1);
    expect(stderr).toContain('Press enter');
    expect(stderr).not.toContain(secret);
    expect(textOf(cwd, 'f.yaml')).toBe(sealed);
    expect(leaks()).toEqual([]);
  });

  test('an editor that fails leaves the file as it was, and no plaintext', () => {
    const { cwd, env: withEditor } = workshop('fails');
    const { status, stderr } = runProgram(program, ['edit', 'f.yaml'], { cwd, env: withEditor });
    expect([status, stderr]).toEqual([201, expect.stringContaining('exit status 3')]);
    expect(textOf(cwd, 'f.yaml')).toBe(sealed);
    expect(leaks()).toEqual([]);
  });
});
