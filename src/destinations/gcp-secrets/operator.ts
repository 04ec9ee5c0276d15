import type { OperatorLogin, OperatorSettings, OperatorStore } from '../destination.ts';
import { accountRef, refuseUseless, secretKeyRef } from '../operator-login.ts';
import type { SecretProject } from './place.ts';

export const operator: OperatorStore<SecretProject> = {
  nameOf: ({ project }) => `google-secret-manager-${project}`,
  provider: ({ project }, login) => {
    refuseUseless('Google', login, 'role', 'tenant');
    return { gcpsm: { projectID: project, auth: authOf(login) } };
  },
  keyOf: (_, name) => name,
};

function authOf({ serviceAccount, secret }: OperatorLogin): OperatorSettings | undefined {
  if (serviceAccount !== undefined) return { workloadIdentity: accountRef(serviceAccount) };
  if (secret === undefined) return undefined;
  return { secretRef: { secretAccessKeySecretRef: secretKeyRef(secret, 'credentials.json') } };
}
