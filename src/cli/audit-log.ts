import { userInfo } from 'node:os';
import type { ClientConfig } from 'pg';
import { child, valuesOf } from '../document/change.ts';
import type { Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import { yaml } from '../formats/yaml/index.ts';
import { readFile } from '../node/files.ts';
import { decodeText } from '../operations/text.ts';

/** What an audit log tells of a file. */
export type AuditAction = 'decrypt' | 'encrypt' | 'rotate';

/** The statement that sops makes, for the table of its `audit/schema.sql`. */
const statement = 'INSERT INTO audit_event (action, username, file) VALUES ($1, $2, $3)';
const secondsToConnect = 15;

/** Writes a row for each action into every log of a configuration file. Throws `MALFORMED_CONFIG`, `AUDIT_FAILED`; never says a connection string, which may hold a password. */
export async function record(configFile: string, actions: readonly AuditAction[], file: string): Promise<void> {
  const connections = connectionsIn(configFile);
  if (connections.length === 0) return;
  const { default: Client } = await import('pg/lib/client.js');
  for (const [at, connection] of connections.entries()) {
    const client = new Client(connection);
    // What happens to a connection that is not in use is told by the next query.
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const action of actions) await client.query(statement, [action, userName(), file]);
    } catch (error) {
      throw new SopsError('AUDIT_FAILED', `the audit log cannot be written: database ${at + 1}: ${reasonOf(error)}`, {
        file: configFile,
        hint: 'nothing is done that is not recorded: see that the database is there, and has the table and the role of sops',
      });
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** The name that the system has for the user, whatever variables say: Bun believes `USER`. */
function userName(): string {
  const uid = String(process.getuid?.());
  const lines = decodeText(readFile('/etc/passwd') ?? new Uint8Array()).split('\n');
  const entry = lines.map((line) => line.split(':')).find(([, , id]) => id === uid);
  return entry?.[0] ?? userInfo().username;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'the connection failed';

/** `backends.postgres[].connection_string` of the file. */
function connectionsIn(configFile: string): readonly ClientConfig[] {
  const [top] = yaml.parse(decodeText(readFile(configFile) ?? new Uint8Array())).branches;
  const backends = top && child(top, 'backends');
  const list = backends && child(backends, 'postgres');
  const entries = list?.kind === 'sequence' ? valuesOf(list) : [];
  return entries.map((entry) => connectionOf(textIn(entry), configFile));
}

function textIn(entry: Node): string {
  const value = entry.kind === 'mapping' ? child(entry, 'connection_string') : undefined;
  return value?.kind === 'leaf' ? value.text : '';
}

/** Either spelling that sops's driver takes: a URL, or `key=value` pairs. TLS unless told otherwise, as there: `require` looks at no certificate. */
function connectionOf(text: string, configFile: string): ClientConfig {
  const settings = /^postgres(?:ql)?:\/\//.test(text) ? settingsOfUrl(text, configFile) : settingsOfPairs(text);
  const { host = 'localhost', port = '5432', user, password, dbname = user, sslmode = 'require' } = settings;
  const plain = sslmode === 'disable' || host.startsWith('/');
  return {
    host,
    port: Number(port),
    user,
    password,
    database: dbname,
    ssl: plain ? false : { rejectUnauthorized: sslmode.startsWith('verify') },
    connectionTimeoutMillis: secondsToConnect * 1000,
  };
}

type Settings = Readonly<Record<string, string | undefined>>;

function settingsOfUrl(text: string, configFile: string): Settings {
  try {
    const { hostname, port, username, password, pathname, searchParams } = new URL(text);
    const given = {
      host: hostname,
      port,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      dbname: pathname.slice(1),
    };
    return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')), ...Object.fromEntries(searchParams) };
  } catch {
    throw new SopsError('MALFORMED_CONFIG', 'the connection string of an audit log is no URL', { file: configFile });
  }
}

const settingsOfPairs = (text: string): Settings =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/g)].map(([, name = '', quoted, bare = '']) => [
      name,
      quoted?.replaceAll(/\\(.)/g, '$1') ?? bare,
    ]),
  );
