// Asks at a real terminal: `script` (util-linux) gives the program one.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';

const folder = temporaryFolder('prompt');
const hasScript = spawnSync('sh', ['-c', 'script --version'], { encoding: 'utf8' }).stdout.includes('util-linux');

/** A shell command that asks and prints the answer as JSON. */
function asking(how: 'secret' | 'confirm'): string {
  const file = join(folder, `${how}.mjs`);
  const source = new URL('../../src/node/prompt.ts', import.meta.url).href;
  writeFileSync(
    file,
    `import { terminalPrompt } from ${JSON.stringify(source)};\ntry { console.log('answer=' + JSON.stringify((await terminalPrompt.${how}('Well? ')) ?? null)); } catch (error) { console.log('code=' + error.code); }\n`,
  );
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
  return `'${process.execPath}' -C source --import '${loader}' '${file}'`;
}

/** What the terminal shows when somebody types `keys` as the question appears; standard input of the program itself is empty. */
function typed(how: 'secret' | 'confirm', keys: string): Promise<string> {
  const child = spawn('script', ['-qec', `${asking(how)} < /dev/null`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 30_000,
  });
  let shown = '';
  let answered = false;
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      shown += part;
      if (answered || !shown.includes('Well? ')) return;
      answered = true;
      setTimeout(() => child.stdin.write(keys), 100);
    });
    child.on('close', () => {
      resolve(shown);
    });
  });
}

describe.skipIf(!hasScript)('a question at the terminal', () => {
  test.each([
    ['hunter2\r', '"hunter2"'],
    ['huntex\u007Fr2\r', '"hunter2"'],
    ['pä\u{1F511}\r', '"pä\u{1F511}"'],
    ['\r', '""'],
    ['\u0004', 'null'],
  ])('a secret: %j', async (keys, answer) => {
    const shown = await typed('secret', keys);
    expect(shown).toContain(`answer=${answer}`);
    expect(shown.slice(0, shown.indexOf('answer='))).not.toMatch(/hunt|pä/);
  });

  test('Ctrl+C is a cancellation', async () => {
    expect(await typed('secret', 'hun\u0003')).toContain('code=CANCELLED');
  });

  test.each([
    ['y\r', true],
    ['yes\r', true],
    ['n\r', false],
    ['\r', false],
  ])('a decision: %j', async (keys, answer) => {
    expect(await typed('confirm', keys)).toContain(`answer=${answer}`);
  });
});

test('without a terminal there is no answer', () => {
  const { stdout } = spawnSync('setsid', ['-w', 'sh', '-c', `${asking('secret')} < /dev/null`], { encoding: 'utf8', timeout: 20_000 });
  expect(stdout).toBe('answer=null\n');
});
