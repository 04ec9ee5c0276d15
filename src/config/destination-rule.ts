import type { Destination, Place } from '../destinations/destination.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { Compile } from '../metadata/regexp.ts';
import { SopsError } from '../errors.ts';
import type { DestinationEntry, SecretSettings } from './config.ts';
import type { ConfigReader, Value } from './reader.ts';
import { parseRule } from './rule.ts';

/** What rules can name. */
interface Known {
  readonly keySources: readonly KeySource[];
  readonly destinations: readonly Destination[];
}

/** Reads one destination rule, its recreation rule among it, as far as sops does for every file: names and types. Throws `MALFORMED_CONFIG`. */
export function parseDestinationRule(value: Value, { keySources, destinations }: Known, reader: ConfigReader): DestinationEntry {
  const fields = reader.fields(value);
  const texts = new Map(
    namesOf(['path_regex', ...destinations.flatMap(({ config }) => config.texts)], fields, (field) => reader.text(field)),
  );
  const integers = new Map(
    namesOf(
      destinations.flatMap(({ config }) => config.integers),
      fields,
      (field) => reader.integer(field),
    ),
  );
  const omit = fields.get('omit_extensions');
  const omitExtensions = omit !== undefined && reader.bool(omit);
  const secrets = secretSettings(fields, reader);
  const recreation = parseRule(fields.get('recreation_rule') ?? nothing(value), keySources, reader);
  const pathRegex = texts.get('path_regex') || undefined;
  const line = reader.line(value.offset);
  const placeOf = (destination: Destination): Place => {
    try {
      return destination.fromRule({ text: (name) => texts.get(name) ?? '', integer: (name) => integers.get(name) ?? 0 });
    } catch (error) {
      if (error instanceof SopsError) throw reader.malformed(value.offset, error.message);
      throw error;
    }
  };
  return {
    line,
    pathRegex,
    patterns: [...(pathRegex === undefined ? [] : [pathRegex]), ...recreation.patterns],
    matches: (path, compile) =>
      pathRegex === undefined || compiled(pathRegex, fields.get('path_regex') ?? value, { compile, reader })(path),
    read: (compile) => {
      const [destination, other] = destinations.filter(({ config }) => texts.get(config.chosenBy));
      if (destination && other) {
        const both = `${destination.config.chosenBy} and ${other.config.chosenBy}`;
        throw reader.malformed(value.offset, `more than one destination in a single destination rule: ${both}`);
      }
      const place = destination && placeOf(destination);
      if (destination?.takes !== 'secrets') refuseSecretFields(fields, reader);
      const recreationRule = recreation.read(compile, {});
      return { line, omitExtensions, secrets, recreationRule, ...(destination && place ? { to: { destination, place } } : {}) };
    },
  };
}

/** The fields of {@link SecretSettings}. */
const secretFields = ['per_key', 'tags', 'description', 'owner'] as const;

function secretSettings(fields: ReadonlyMap<string, Value>, reader: ConfigReader): SecretSettings {
  const text = (name: string): string => {
    const field = fields.get(name);
    return field === undefined ? '' : reader.text(field);
  };
  const perKey = fields.get('per_key');
  const tags = fields.get('tags');
  // An empty text counts as no map, as for other maps of texts.
  const given = tags === undefined || tags.node.kind === 'leaf' ? new Map<string, Value>() : reader.fields(tags);
  return {
    perKey: perKey !== undefined && reader.bool(perKey),
    tags: Object.fromEntries([...given].map(([name, value]) => [name, reader.text(value)])),
    description: text('description'),
    owner: text('owner'),
  };
}

/** Throws `MALFORMED_CONFIG` where a rule without secrets says how they are made. */
function refuseSecretFields(fields: ReadonlyMap<string, Value>, reader: ConfigReader): void {
  for (const name of secretFields) {
    const field = fields.get(name);
    if (field !== undefined) throw reader.malformed(field.offset, `'${name}' is for destinations that take secrets`);
  }
}

const nothing = ({ offset }: Value): Value => ({ node: { kind: 'null' }, offset, name: 'a recreation rule' });

const namesOf = <T>(
  names: readonly string[],
  fields: ReadonlyMap<string, Value>,
  read: (field: Value) => T,
): readonly (readonly [string, T | undefined])[] =>
  names.map((name) => {
    const field = fields.get(name);
    return [name, field && read(field)];
  });

/** Real sops takes an expression that is none for one that does not match; but then the next rule might publish a file where it does not belong. */
function compiled(
  pattern: string,
  { offset }: Value,
  { compile, reader }: { readonly compile: Compile; readonly reader: ConfigReader },
): (path: string) => boolean {
  try {
    return compile(pattern);
  } catch (error) {
    throw reader.malformed(offset, "'path_regex' of a destination rule is not a regular expression", error);
  }
}
