import type { Document } from '../document/tree.ts';
import type { Config } from './config.ts';
import { type Known, parseDestinationRule } from './destination-rule.ts';
import { ConfigReader, type Value } from './reader.ts';
import { parseRule } from './rule.ts';
import { parseStores } from './stores.ts';

const topLevel: readonly string[] = ['creation_rules', 'destination_rules', 'stores'];

/**
 * Reads a parsed `.sops.yaml` (`config/config.go`): its first document. What sops looks over only for rules that it does not choose is looked over here as well.
 * @param file as it is shown to the user
 * Throws `MALFORMED_CONFIG` with file and line.
 */
export function parseConfig(document: Document, file: string, known: Known): Config {
  const reader = new ConfigReader(document, file);
  const fields = reader.fields({ node: document.branches[0] ?? { kind: 'null' }, offset: 0, name: 'the config file' });
  warnOfUnknown(fields, reader);
  const creationRules = fields.get('creation_rules');
  const rules =
    creationRules && creationRules.node.kind !== 'null'
      ? reader.list(creationRules, 'a creation rule').map((value) => parseRule(value, known.keySources, reader))
      : undefined;
  const destinationRules = fields.get('destination_rules');
  return {
    creationRules: rules,
    destinationRules: destinationRules
      ? reader.list(destinationRules, 'a destination rule').map((value) => parseDestinationRule(value, known, reader))
      : [],
    stores: parseStores(fields.get('stores'), reader),
    patterns: (rules ?? []).flatMap(({ patterns }) => patterns),
    warnings: reader.warnings,
  };
}

/** At the top people keep what they refer to: `keys: [&alice age1…]`. Only what looks like a misspelled name, or holds nothing to refer to, is told. */
function warnOfUnknown(fields: ReadonlyMap<string, Value>, reader: ConfigReader): void {
  const isPantry = (name: string, value: Value): boolean => name === 'keys' || /^[x.]/.test(name) || reader.hasAnchor(value);
  reader.expectNames(new Map([...fields].filter(([name, value]) => !isPantry(name, value))), topLevel, 'the config file');
}
