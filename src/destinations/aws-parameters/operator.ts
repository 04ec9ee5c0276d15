import { awsProvider, regionOf } from '../aws-operator.ts';
import type { OperatorStore } from '../destination.ts';
import type { ParameterStore } from './place.ts';

export const operator: OperatorStore<ParameterStore> = {
  nameOf: (place, env) => `aws-parameter-store-${regionOf(place, env)}`,
  provider: (place, login, env) => awsProvider('ParameterStore', regionOf(place, env), login),
  keyOf: (_, name) => name,
};
