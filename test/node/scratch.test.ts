import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openScratch } from '../../src/node/scratch.ts';

const content = new TextEncoder().encode('password: s3cret\n');

describe('the file for the editor', () => {
  test('has the name of the file edited, and nobody else may look at it', () => {
    const scratch = openScratch('app.yaml', content, process.env);
    expect(basename(scratch.file)).toBe('app.yaml');
    expect(statSync(scratch.file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(scratch.file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(scratch.file)).toEqual(Buffer.from(content));
    scratch.wipe();
  });

  test.runIf(process.platform === 'linux' && existsSync('/dev/shm'))('is in memory where there is such a place', () => {
    const scratch = openScratch('app.yaml', content, process.env);
    expect(scratch.file.startsWith('/dev/shm/')).toBe(true);
    scratch.wipe();
  });

  test('goes with its folder and all that the editor left there', () => {
    const scratch = openScratch('app.yaml', content, process.env);
    const folder = dirname(scratch.file);
    writeFileSync(join(folder, '.app.yaml.swp'), 's3cret');
    mkdirSync(join(folder, 'backup'));
    writeFileSync(join(folder, 'backup', 'app.yaml~'), 's3cret');
    scratch.wipe();
    expect(existsSync(folder)).toBe(false);
    scratch.wipe();
  });

  test('gives what the editor made of it', () => {
    const scratch = openScratch('app.yaml', content, process.env);
    writeFileSync(scratch.file, 'new');
    expect(new TextDecoder().decode(scratch.read())).toBe('new');
    scratch.wipe();
  });
});
