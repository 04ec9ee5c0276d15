import type { RuleEntry } from '../../../config/config.ts';
import { pathBelow } from '../../../config/match.ts';
import type { CheckedConfig } from '../checked-config.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import { matches, rulesOf, takesEverything } from '../policy.ts';

/** Rules that never take a file. */
export const shadowedRule: CheckRule = {
  id: 'shadowed-rule',
  severity: 'error',
  summary: 'a creation rule can never take a file: one before it has the same expression, or takes every file, or all files that there are',
  advice: 'put it before the other, or take it out: the first rule that matches takes a file',
  judge: ({ config }, { paths }) => {
    if (config === undefined) return [];
    const rules = rulesOf(config);
    return rules.flatMap((rule, at) => shadowOf(rule, rules.slice(0, at), config) ?? lostAll(at, config, paths) ?? []);
  },
};

function shadowOf(rule: RuleEntry, before: readonly RuleEntry[], { compile }: CheckedConfig): readonly Flaw[] | undefined {
  const at = before.findIndex((one) => one.pathRegex === rule.pathRegex || takesEverything(one, compile));
  const one = before[at];
  if (one === undefined) return undefined;
  const why = one.pathRegex === rule.pathRegex ? 'has the same path_regex' : 'takes every file';
  return [{ message: `the rule never takes a file: rule ${at + 1} (line ${one.line}) ${why}`, at: { line: rule.line, column: 1 } }];
}

/** A rule whose expression matches files that there are, and each of them goes to a rule before it. */
function lostAll(at: number, config: CheckedConfig, paths: readonly string[] | undefined): readonly Flaw[] | undefined {
  const rules = rulesOf(config);
  const rule = rules[at];
  const folder = config.path.slice(0, config.path.lastIndexOf('/') + 1);
  if (rule === undefined || at === 0 || paths === undefined) return undefined;
  const matched = paths
    .filter((path) => path.startsWith(folder))
    .map((path) => pathBelow(config.path, path))
    .filter((path) => matches(rule, path, config.compile));
  const takers = new Set<number>();
  for (const path of matched) {
    const taker = rules.findIndex((one) => matches(one, path, config.compile));
    if (taker === at) return undefined;
    takers.add(taker);
  }
  if (matched.length === 0) return undefined;
  const count = matched.length === 1 ? 'the one file' : `all ${matched.length} files`;
  return [
    {
      message: `the rule takes none of the files here: ${count} that it matches ${takers.size === 1 ? 'goes to' : 'go to'} ${[...takers].map((taker) => `rule ${taker + 1}`).join(' and ')} before it`,
      severity: 'warning',
      at: { line: rule.line, column: 1 },
    },
  ];
}
