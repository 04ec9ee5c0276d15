import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { readFile, replaceFile } from '../../src/node/files.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function errorOf(step: () => unknown): SopsError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof SopsError) return error;
    throw error;
  }
}

const codeOf = (step: () => unknown): string | undefined => errorOf(step)?.code;

describe('reading', () => {
  test('a missing file is undefined, a folder an error that names it', () => {
    expect(readFile(join(folder, 'none'))).toBeUndefined();
    expect(() => readFile(folder)).toThrow('is a directory');
    expect(codeOf(() => readFile(folder))).toBe('INPUT_UNREADABLE');
  });
});

describe('replacing', () => {
  test('holds the new bytes, whatever they are, and nothing stays beside', () => {
    const content = fc.uint8Array({ maxLength: 5000 });
    fc.assert(
      fc.property(content, content, (before, after) => {
        const file = join(folder, 'f');
        writeFileSync(file, before);
        replaceFile(file, after);
        expect(Buffer.compare(readFileSync(file), after)).toBe(0);
        expect(readdirSync(folder)).toEqual(['f']);
      }),
      { numRuns: 20 },
    );
  });

  test('mode and owner stay', () => {
    const file = join(folder, 'f');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) execFileSync('chown', ['12345:23456', file]);
    const before = statSync(file);
    replaceFile(file, bytes('new'));
    const after = statSync(file);
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
  });

  test('a new file has the mode that the umask asks for', () => {
    const file = join(folder, 'f');
    replaceFile(file, bytes('new'));
    const other = join(folder, 'g');
    writeFileSync(other, '');
    expect(statSync(file).mode).toBe(statSync(other).mode);
  });

  test('a symbolic link stays, and its target is replaced where it is', () => {
    mkdirSync(join(folder, 'there'));
    writeFileSync(join(folder, 'there', 'f'), 'old');
    symlinkSync(join('there', 'f'), join(folder, 'link'));
    symlinkSync('link', join(folder, 'link to link'));
    replaceFile(join(folder, 'link to link'), bytes('new'));
    expect(lstatSync(join(folder, 'link to link')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'there', 'f'), 'utf8')).toBe('new');
  });

  test('a link to nothing makes its target, a circle of links is an error', () => {
    symlinkSync('target', join(folder, 'link'));
    replaceFile(join(folder, 'link'), bytes('new'));
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(codeOf(() => replaceFile(join(folder, 'a'), bytes('new')))).toBe('OUTPUT_UNWRITABLE');
  });

  test('a pipe is written to, not replaced', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = inAnotherProcess(`replaceFile(${JSON.stringify(pipe)}, Buffer.from('through'));`);
    const { stdout } = spawnSync('sh', ['-c', `${program} & timeout 20 cat '${pipe}'; wait`], { encoding: 'utf8' });
    expect(stdout).toBe('through');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('where the folder is missing or a file is a folder, it says so and leaves nothing', () => {
    expect(() => replaceFile(join(folder, 'none', 'f'), bytes('new'))).toThrow(/no such file or directory/);
    mkdirSync(join(folder, 'd'));
    expect(codeOf(() => replaceFile(join(folder, 'd'), bytes('new')))).toBe('OUTPUT_UNWRITABLE');
    expect(readdirSync(folder)).toEqual(['d']);
  });

  test('names the file and the reason, never the content', () => {
    const file = join(folder, 'none', 'f');
    const error = errorOf(() => replaceFile(file, bytes('s3cret')));
    expect(error?.details.file).toBe(file);
    expect(JSON.stringify([error?.message, error?.details])).not.toContain('s3cret');
  });
});

describe('a disk that is full', () => {
  test('leaves the old file and no rest beside it', () => {
    const file = join(folder, 'f');
    writeFileSync(file, 'old');
    const program = inAnotherProcess(
      `try { replaceFile(${JSON.stringify(file)}, Buffer.alloc(3_000_000)); } catch (error) { console.log(error.code + ': ' + error.message); }`,
    );
    const { stdout } = spawnSync('bash', ['-c', `ulimit -f 1024; ${program}`], { encoding: 'utf8', timeout: 20_000 });
    expect(stdout).toContain('OUTPUT_UNWRITABLE');
    expect(stdout).toContain('file too large');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['f']);
  });
});

/** A shell command that runs a script with `replaceFile` in it. */
function inAnotherProcess(body: string): string {
  const outside = mkdtempSync(join(tmpdir(), 'script-'));
  const script = join(outside, 'script.mjs');
  writeFileSync(
    script,
    `import { replaceFile } from ${JSON.stringify(new URL('../../src/node/files.ts', import.meta.url).href)};\n${body}\n`,
  );
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
  return `'${process.execPath}' -C source --import '${loader}' '${script}'`;
}
