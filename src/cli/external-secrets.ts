import { resolve } from 'node:path';
import type { PublishedSecrets } from '../deploy/external-secrets/manifests.ts';
import type { OperatorLogin } from '../destinations/destination.ts';
import { SopsError } from '../errors.ts';
import { destinationOf, type Plan, type PublishedFile } from '../operations/publish.ts';
import type { Flags } from './argv.ts';
import type { Invocation } from './invocation.ts';
import { isStandardOutput } from './output.ts';
import { print } from './report.ts';

/** A file that is published, and what is known of it without a key. */
export interface PlannedFile {
  readonly file: PublishedFile;
  readonly shown: string;
  readonly plan: Plan;
}

/** Throws `CONFLICTING_FLAGS` for flags of a publication beside `--external-secrets`, `USAGE` for what belongs to it alone. */
export function checkFlags(flags: Flags): void {
  const wanted = flags.isOn('external-secrets');
  const other = flags.given.find((flag) => (wanted ? sending : describing).has(flag));
  if (other === undefined) return;
  if (wanted) throw new SopsError('CONFLICTING_FLAGS', `--external-secrets publishes nothing: leave out --${other}`);
  throw new SopsError('USAGE', `--${other} is of use with --external-secrets alone`);
}
const sending: ReadonlySet<string> = new Set(['dry-run', 'prune', 'adopt', 'json', 'yes']);
const describing: ReadonlySet<string> = new Set([
  'output',
  'namespace',
  'auth-service-account',
  'auth-secret',
  'auth-role',
  'auth-tenant',
  'refresh-interval',
  'push-to',
]);

/** Writes manifests by which the External Secrets Operator reads what files publish. */
export async function writeExternalSecrets(planned: readonly PlannedFile[], { flags, context }: Invocation): Promise<void> {
  if (planned.length === 0) throw new SopsError('NO_MATCHING_RULE', 'no file is published to a store of secrets');
  const { externalSecrets } = await import('../deploy/external-secrets/manifests.ts');
  const text = await externalSecrets(planned.map(published), {
    namespace: nameIn(flags, 'namespace', label),
    login: loginOf(flags),
    refreshInterval: refreshIntervalOf(flags),
    pushTo: nameIn(flags, 'push-to', subdomain),
    env: context.env,
  });
  const output = flags.text('output');
  if (output === undefined || isStandardOutput(output)) print(text);
  else await context.files.replace(resolve(output), new TextEncoder().encode(text));
}

function published({ file, shown, plan }: PlannedFile): PublishedSecrets {
  const { destination, place } = destinationOf(file.rule);
  if (destination.takes !== 'secrets' || plan.how !== 'in clear')
    throw new SopsError('UNSUPPORTED', 'the operator reads stores of secrets, and this file goes to a bucket', { file: shown });
  const binary = file.format.raw !== undefined;
  return { shown, name: file.name, to: { destination, place }, secrets: plan.names, keys: plan.keys, binary };
}

function loginOf(flags: Flags): OperatorLogin {
  const [serviceAccount, secret] = [nameIn(flags, 'auth-service-account', subdomain), nameIn(flags, 'auth-secret', subdomain)];
  if (serviceAccount !== undefined && secret !== undefined)
    throw new SopsError('CONFLICTING_FLAGS', '--auth-service-account and --auth-secret are two ways to log in: give one');
  const [role, tenant] = [flags.text('auth-role'), flags.text('auth-tenant')];
  return {
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(secret === undefined ? {} : { secret }),
    ...(role === undefined ? {} : { role }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

const subdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const label = /^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

function nameIn(flags: Flags, flag: string, fit: RegExp): string | undefined {
  const text = flags.text(flag);
  if (text === undefined || fit.test(text)) return text;
  throw new SopsError('USAGE', `--${flag} takes a name as Kubernetes has them: lower-case letters, digits and hyphens`);
}

/** As Go spells durations. */
function refreshIntervalOf(flags: Flags): string {
  const text = flags.text('refresh-interval') ?? '1h';
  if (/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return text;
  throw new SopsError('USAGE', '--refresh-interval takes a duration, as 30m or 1h');
}
