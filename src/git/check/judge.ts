import { utf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import { settleAll } from '../../operations/lanes.ts';
import type { Allowed } from './allowed.ts';
import type { CheckRule, Surroundings } from './check-rule.ts';
import type { CheckedConfig } from './checked-config.ts';
import type { CommitName, Finding, Flaw } from './finding.ts';
import type { Policy, Ruling } from './policy.ts';
import { largestFile, tooLarge, unreadableFile } from './rules/not-read.ts';
import { type Subject, subjectOf } from './subject.ts';

/** A file to be read and judged. */
export interface Target {
  /** Absolute, with `/`. */
  readonly path: string;
  /** Undefined where there is none any more. */
  read(): Promise<Uint8Array | undefined>;
  /** In bytes, where it is known without reading. */
  readonly size?: number;
  /** Of history: the first commit that has it. */
  readonly commit?: CommitName;
  /** Of history: the rules of that commit, where they may be others. */
  readonly earlier?: Policy;
}

/** What files are judged by. */
export interface Judging {
  readonly rules: readonly CheckRule[];
  readonly policy: Policy;
  readonly allowed: Allowed;
  readonly surroundings: Surroundings;
  /** How many files are worked on side by side: more than one only where key services are waited for. */
  readonly lanes: number;
}

/** What came of it. */
export interface Judged {
  readonly findings: readonly Finding[];
  /** How many files were judged. */
  readonly files: number;
}

/** Judges files, and the config files that are in force for them, each once. */
export async function judgeAll(targets: readonly Target[], judging: Judging): Promise<Judged> {
  const findings = await judgeEach(targets, judging);
  const judged = new Set(targets.map(({ path }) => path));
  const configs = judging.policy.asked().filter(({ path }) => !judged.has(path));
  const more = configs.map(({ path, source }): Target => ({ path, read: () => Promise.resolve(utf8(source)) }));
  return { findings: [...(await judgeEach(more, judging)), ...findings], files: targets.length };
}

async function judgeEach(targets: readonly Target[], judging: Judging): Promise<readonly Finding[]> {
  const results = await settleAll(
    targets.map((target) => () => judge(target, judging)),
    judging.lanes,
  );
  return results.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

async function judge(target: Target, judging: Judging): Promise<readonly Finding[]> {
  const config = await judging.policy.config(target.path);
  if (await judging.allowed.excludes(target.path, config)) return [];
  if ((target.size ?? 0) > largestFile) return [toldOf(target, tooLarge)];
  const content = await readAs(target);
  if (content === undefined) return [];
  if (content instanceof SopsError) return [toldOf(target, unreadableFile, content.message)];
  if (content.length > largestFile) return [toldOf(target, tooLarge)];
  return judgeContent(content, target, config, judging);
}

async function readAs(target: Target): Promise<Uint8Array | SopsError | undefined> {
  try {
    return await target.read();
  } catch (error) {
    if (error instanceof SopsError && error.code === 'INPUT_UNREADABLE') return error;
    throw error;
  }
}

async function judgeContent(
  content: Uint8Array,
  target: Target,
  config: CheckedConfig | undefined,
  { rules, policy, allowed, surroundings }: Judging,
): Promise<readonly Finding[]> {
  const { path, commit } = target;
  const subject = await subjectOf({
    path,
    content,
    ruling: await rulingOf(target, policy),
    hasRules: config !== undefined && config.rules.length > 0,
    config: config?.path === path ? config : undefined,
    maxAge: config?.maxAge ?? {},
    keySources: surroundings.keySources,
  });
  const findings: Finding[] = [];
  for (const rule of rules)
    for (const flaw of await rule.judge(subject, surroundings)) {
      const finding = findingOf(flaw, rule, subject, commit);
      if (!(await allowed.allows(rule.id, finding.line, subject, config))) findings.push(finding);
    }
  return findings;
}

/** What history says is judged by the rules of now; by those of its commit where no rule names the file now. */
async function rulingOf({ path, earlier }: Target, policy: Policy): Promise<Ruling | undefined> {
  const now = await policy.ruling(path);
  if (now?.names === true || earlier === undefined) return now;
  const before = await earlier.ruling(path);
  return before?.names === true ? before : now;
}

function findingOf(flaw: Flaw, rule: CheckRule, { path, places }: Subject, commit: CommitName | undefined): Finding {
  const { at = 0 } = flaw;
  return {
    rule: rule.id,
    severity: flaw.severity ?? rule.severity,
    file: path,
    ...(typeof at === 'number' ? places.position(at) : at),
    path: flaw.path,
    message: flaw.message,
    advice: flaw.advice ?? rule.advice,
    ...(commit === undefined ? {} : { commit }),
  };
}

/** What is told of a file that no rule could be asked about. */
const toldOf = ({ path, commit }: Target, { id, severity, summary, advice }: CheckRule, message: string = summary): Finding => ({
  rule: id,
  severity,
  file: path,
  line: 1,
  column: 1,
  message,
  advice,
  ...(commit === undefined ? {} : { commit }),
});
