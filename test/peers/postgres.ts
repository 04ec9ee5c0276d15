import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real PostgreSQL on loopback with the table and the role of sops. */
export interface Postgres {
  readonly port: number;
  /** Runs statements as its owner; answers what is selected, a row a line. */
  query(sql: string): string;
  close(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const versions = '/usr/lib/postgresql';
const bin = existsSync(versions) ? join(versions, readdirSync(versions).toSorted().at(-1) ?? '', 'bin') : undefined;
export const hasPostgres: boolean = bin !== undefined && existsSync(join(bin, 'initdb'));

/** What whoever sets up an audit log for sops has to make. */
const schema = `CREATE TABLE audit_event (id SERIAL PRIMARY KEY, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, action TEXT, username TEXT, file TEXT);
CREATE ROLE sops LOGIN PASSWORD 'word of sops'; GRANT INSERT ON audit_event TO sops; GRANT USAGE ON audit_event_id_seq TO sops;`;

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (unprivileged.uid !== undefined) chownSync(folder, unprivileged.uid, unprivileged.gid);
  const data = join(folder, 'data');
  const run = (name: string, argv: readonly string[], input = ''): string => {
    const { status, stdout, stderr } = spawnSync(join(bin ?? '', name), argv, { ...unprivileged, cwd: folder, encoding: 'utf8', input });
    if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${stderr}`);
    return stdout.trim();
  };
  run('initdb', ['-D', data, '-U', 'owner', '--auth-local=trust', '--auth-host=scram-sha-256', '--no-sync']);
  const port = await freePort();
  const words = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  const server = spawn(join(bin ?? '', 'postgres'), words, { ...unprivileged, cwd: folder, stdio: 'ignore' });
  const query = (sql: string): string =>
    run('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-p', String(port), '-U', 'owner', 'postgres'], sql);
  for (let tries = 0; ; tries++) {
    const ready = spawnSync(join(bin ?? '', 'pg_isready'), ['-h', folder, '-p', String(port)], { cwd: folder });
    if (ready.status === 0) break;
    if (tries > 200) throw new Error('PostgreSQL does not answer');
    await sleep(50);
  }
  query(schema);
  return {
    port,
    query,
    close: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
