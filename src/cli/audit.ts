import { resolve } from 'node:path';
import { statFile } from '../node/files.ts';
import type { AuditAction } from './audit-log.ts';

export type { AuditAction } from './audit-log.ts';

/** Where sops looks for it, on every platform; there is no other place. */
const configFile = '/etc/sops/audit.yaml';

/**
 * Records what was done with a file in the audit logs that the machine's administrator has set up, if any, before anything of it is given out.
 * Throws `MALFORMED_CONFIG`, or `AUDIT_FAILED` where a log cannot be written: what is not recorded is not to happen.
 * @param path of the file; empty for standard input
 */
export async function audit(actions: readonly AuditAction[], path: string | undefined): Promise<void> {
  if (actions.length === 0 || statFile(configFile) === undefined) return;
  const { record } = await import('./audit-log.ts');
  await record(configFile, actions, path === undefined ? '' : resolve(path));
}
