import { pathBelow } from '../../../config/match.ts';
import type { CheckedConfig } from '../checked-config.ts';
import type { CheckedRule } from '../checked-rules.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';

/** Rules that never take a file. */
export const shadowedRule: CheckRule = {
  id: 'shadowed-rule',
  severity: 'error',
  summary: 'a creation rule can never take a file: one before it has the same expression, or takes every file, or all files that there are',
  advice: 'put it before the other, or take it out: the first rule that matches takes a file',
  judge: ({ config }, { paths }) =>
    config === undefined ? [] : config.rules.flatMap((rule) => shadowOf(rule, config.rules) ?? lostAll(rule, config, paths) ?? []),
};

function shadowOf({ number, line, pathRegex }: CheckedRule, rules: readonly CheckedRule[]): readonly Flaw[] | undefined {
  const one = rules.slice(0, number - 1).find((before) => before.pathRegex === pathRegex || before.takesAll);
  if (one === undefined) return undefined;
  const why = one.pathRegex === pathRegex ? 'has the same path_regex' : 'takes every file';
  return [{ message: `the rule never takes a file: rule ${one.number} (line ${one.line}) ${why}`, at: { line, column: 1 } }];
}

/** A rule whose expression matches files that there are, and each of them goes to a rule before it. */
function lostAll({ number, line, takes }: CheckedRule, config: CheckedConfig, paths: readonly string[] = []): readonly Flaw[] | undefined {
  if (number === 1) return undefined;
  const folder = config.path.slice(0, config.path.lastIndexOf('/') + 1);
  const matched = paths.filter((path) => path.startsWith(folder) && takes(pathBelow(config.path, path)));
  const takers = new Set(matched.map((path) => config.rules.find((one) => one.takes(pathBelow(config.path, path)))?.number ?? number));
  if (matched.length === 0 || takers.has(number)) return undefined;
  const count = matched.length === 1 ? 'the one file that it matches goes' : `all ${matched.length} files that it matches go`;
  return [
    {
      message: `the rule takes none of the files here: ${count} to ${[...takers].map((taker) => `rule ${taker}`).join(' and ')} before it`,
      severity: 'warning',
      at: { line, column: 1 },
    },
  ];
}
