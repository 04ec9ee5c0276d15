import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { needed } from './peers.ts';

/** Recipients whose identities nobody needs: the tests that name them only encrypt. */
export const recipients = [
  'age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw',
  'age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun',
  'age1n7leqt9dxwlflr2shw5fl87g4t7upfltqezpytn4g48nzy20cfcsxdmtl3',
] as const;

/** What a run of real sops gave. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with files that real sops runs in. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'sopsmith-test-'));

  write(name: string, text: string): void {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Runs real sops here, without any key or setting of the user. */
  sops(...words: readonly string[]): Run {
    return this.sopsIn('.', ...words);
  }

  sopsIn(below: string, ...words: readonly string[]): Run {
    const env = { PATH: process.env['PATH'], HOME: this.path, SOPS_DISABLE_VERSION_CHECK: '1' };
    return spawnSync(needed('sops'), [...words], { cwd: join(this.path, below), env, encoding: 'utf8' });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
