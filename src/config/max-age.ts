import type { MaxAge } from './config.ts';
import { durationExamples, parseDuration } from './duration.ts';
import { type ConfigReader, spelled, type Value } from './reader.ts';

const names = ['data_key', 'recipient'] as const;

/** Reads `max_age` of `x-sopsmith`. Real sops reads nothing of it, so that what is wrong with it is warned of and never an error. */
export function parseMaxAge(own: Value | undefined, reader: ConfigReader): MaxAge {
  const value = own?.node.kind === 'mapping' ? reader.fields(own).get('max_age') : undefined;
  if (value === undefined || value.node.kind === 'null') return {};
  if (value.node.kind !== 'mapping') {
    reader.warn(value.offset, `'max_age' of x-sopsmith is without effect: expected a map with ${names.join(' and ')}`);
    return {};
  }
  const fields = reader.fields(value);
  reader.expectNames(fields, names, `'max_age' of x-sopsmith`);
  const [dataKey, recipient] = names.map((name) => limitOf(fields.get(name), name, reader));
  return { ...(dataKey === undefined ? {} : { dataKey }), ...(recipient === undefined ? {} : { recipient }) };
}

function limitOf(value: Value | undefined, name: string, reader: ConfigReader): number | undefined {
  if (value === undefined || value.node.kind === 'null') return undefined;
  const limit = value.node.kind === 'leaf' ? parseDuration(spelled(value.node)) : undefined;
  if (limit === undefined)
    reader.warn(value.offset, `'${name}' of max_age is without effect: expected a duration such as ${durationExamples}`);
  return limit;
}
