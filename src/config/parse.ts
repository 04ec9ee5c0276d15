import type { Destination } from '../destinations/destination.ts';
import type { Document } from '../document/tree.ts';
import type { KeySource } from '../keysources/keysource.ts';
import { checkShape } from './check.ts';
import type { Config } from './config.ts';
import { configShape } from './definition.ts';
import { parseMaxAge } from './max-age.ts';
import { parseDestinationRule } from './destination-rule.ts';
import { ConfigReader, type Value } from './reader.ts';
import { parseRule } from './rule.ts';
import { parseStores } from './stores.ts';

/**
 * Reads a parsed `.sops.yaml` (`config/config.go`): its first document. What sops looks over only for rules that it does not choose is looked over here as well.
 * @param file as it is shown to the user
 * @param destinations what destination rules can name; with none, they are not looked at closely
 * Throws `MALFORMED_CONFIG` with file and line.
 */
export function parseConfig(
  document: Document,
  file: string,
  keySources: readonly KeySource[],
  destinations: readonly Destination[] = [],
): Config {
  const reader = new ConfigReader(document, file);
  const top: Value = { node: document.branches[0] ?? { kind: 'null' }, offset: 0, name: 'the config file' };
  checkShape(top, configShape({ keySources, destinations }), reader);
  const fields = reader.fields(top);
  const creationRules = fields.get('creation_rules');
  const rules =
    creationRules && creationRules.node.kind !== 'null'
      ? reader.list(creationRules, 'a creation rule').map((value) => parseRule(value, keySources, reader))
      : undefined;
  const destinationRules = fields.get('destination_rules');
  return {
    creationRules: rules,
    destinationRules: destinationRules
      ? reader
          .list(destinationRules, 'a destination rule')
          .map((value) => parseDestinationRule(value, { keySources, destinations }, reader))
      : [],
    stores: parseStores(fields.get('stores'), reader),
    maxAge: parseMaxAge(fields.get('x-sopsmith'), reader),
    patterns: (rules ?? []).flatMap(({ patterns }) => patterns),
    warnings: reader.warnings,
    flaws: reader.flaws,
  };
}
