import { awsProvider, regionOf } from '../aws-operator.ts';
import type { OperatorStore } from '../destination.ts';
import type { SecretsManager } from './place.ts';

export const operator: OperatorStore<SecretsManager> = {
  nameOf: (place, env) => `aws-secrets-manager-${regionOf(place, env)}`,
  provider: (place, login, env) => awsProvider('SecretsManager', regionOf(place, env), login),
  keyOf: (_, name) => name,
};
