import { SopsError } from '../errors.ts';
import type { OperatorLogin, OperatorSettings } from './destination.ts';

/** The key of a Secret that holds credentials, as the operator's manifests refer to it. */
export const secretKeyRef = (name: string, key: string): OperatorSettings => ({ name, key });

export const accountRef = (name: string): OperatorSettings => ({ serviceAccountRef: { name } });

/** Throws `USAGE` for what a service has no use for. */
export function refuseUseless(service: string, login: OperatorLogin, ...useless: readonly ('role' | 'tenant')[]): void {
  const flag = useless.find((each) => login[each] !== undefined);
  if (flag !== undefined) throw new SopsError('USAGE', `--auth-${flag} is nothing that ${service} knows`);
}
