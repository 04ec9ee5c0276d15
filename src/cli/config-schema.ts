import { configShape } from '../config/definition.ts';
import { jsonSchema } from '../config/json-schema.ts';
import { destinations } from '../destinations/index.ts';
import { keySources } from '../keysources/index.ts';

/** The JSON Schema of `.sops.yaml`, as text. */
export const configSchema = (): string =>
  `${JSON.stringify(jsonSchema(configShape({ keySources, destinations }), 'The config file of sops: .sops.yaml'), undefined, 2)}\n`;
