import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';
import type { OperatorLogin, OperatorSettings } from './destination.ts';
import { accountRef, refuseUseless, secretKeyRef } from './operator-login.ts';

/** What of a place says where in AWS it is. */
interface InRegion {
  readonly region: string | undefined;
}

/** The region of a rule, or of the environment. Throws `USAGE`. */
export function regionOf({ region }: InRegion, env: Context['env']): string {
  const found = region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  if (found !== undefined) return found;
  throw new SopsError('USAGE', 'a SecretStore of AWS needs a region, and the rule names none', {
    hint: 'set aws_secrets_region or aws_parameters_region in the rule, or AWS_REGION',
  });
}

/** `spec.provider` of a SecretStore for one of AWS's services. */
export function awsProvider(service: string, region: string, login: OperatorLogin): OperatorSettings {
  refuseUseless('AWS', login, 'tenant');
  return { aws: { service, region, role: login.role, auth: authOf(login) } };
}

function authOf({ serviceAccount, secret }: OperatorLogin): OperatorSettings | undefined {
  if (serviceAccount !== undefined) return { jwt: accountRef(serviceAccount) };
  if (secret === undefined) return undefined;
  return {
    secretRef: {
      accessKeyIDSecretRef: secretKeyRef(secret, 'access-key-id'),
      secretAccessKeySecretRef: secretKeyRef(secret, 'secret-access-key'),
    },
  };
}
