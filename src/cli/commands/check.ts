import { relative, resolve } from 'node:path';
import type { MaxAge } from '../../config/config.ts';
import { SopsError } from '../../errors.ts';
import { destinations } from '../../destinations/index.ts';
import { type Allowed, allowedBy } from '../../git/check/allowed.ts';
import type { Surroundings } from '../../git/check/check-rule.ts';
import { checkConfig, type CheckedConfig, type ConfigReading } from '../../git/check/checked-config.ts';
import { historyScope, type Looked, type Scope, stagedScope, withoutLinks } from '../../git/check/git-scopes.ts';
import { type GlobMatch, globMatch } from '../../git/check/globs.ts';
import { type Judged, judgeAll } from '../../git/check/judge.ts';
import { pushedCommits } from '../../git/check/pushed.ts';
import { refuseHoles } from '../../git/check/whole.ts';
import { checkRules } from '../../git/check/rules/index.ts';
import { openBlobs } from '../../git/blobs.ts';
import { findRepository, openRepository, type Repository } from '../../git/repository.ts';
import { keySources } from '../../keysources/index.ts';
import { readFile } from '../../node/files.ts';
import { readStandardInput } from '../../node/standard-input.ts';
import { openFile } from '../../operations/open-file.ts';
import { ageFlag } from '../age-flag.ts';
import type { Flags } from '../argv.ts';
import { asGithub } from '../check/as-github.ts';
import { asJson } from '../check/as-json.ts';
import { asSarif } from '../check/as-sarif.ts';
import { asText } from '../check/as-text.ts';
import { type CheckReport, count } from '../check/check-report.ts';
import { posix, treeScope } from '../check/tree-scope.ts';
import { generic, success } from '../exit-codes.ts';
import { formatFor } from '../format-choice.ts';
import { mayBeGlob } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { FileKeyAges } from '../key-ages.ts';
import { print } from '../report.ts';
import { servicesOf } from '../services.ts';

const formats: Readonly<Record<string, (report: CheckReport) => string>> = { text: asText, json: asJson, sarif: asSarif, github: asGithub };

/** `sopsmith check [file|folder|glob…]`. Answers 0 where nothing is wrong, 1 where there are errors; with `--strict`, warnings count as errors. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, context } = invocation;
  const name = flags.text('format') ?? 'text';
  const show = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (show === undefined)
    throw new SopsError('USAGE', `there is no format ${name}`, { hint: `there are ${Object.keys(formats).join(', ')}` });
  const repository = await findRepository(process.cwd(), context);
  const { findings, files } = await judged(invocation, repository);
  const report: CheckReport = {
    findings,
    files,
    rules: checkRules,
    shown: (file) => posix(relative(process.cwd(), file)),
    inRepository: (file) => posix(relative(repository?.top ?? process.cwd(), file)),
  };
  if (!flags.isOn('quiet')) print(show(report));
  const isBad = count(findings, 'error') > 0 || (flags.isOn('strict') && count(findings, 'warning') > 0);
  return isBad ? generic : success;
}

async function judged(invocation: Invocation, repository: Repository | undefined): Promise<Judged> {
  const { words, flags, context } = invocation;
  const scopes = ['staged', 'since', 'pre-receive'].filter((name) =>
    name === 'since' ? flags.text(name) !== undefined : flags.isOn(name),
  );
  if (scopes.length > 1) throw new SopsError('CONFLICTING_FLAGS', 'only one of --staged, --since and --pre-receive can be given');
  const reading: ConfigReading = { yaml: formatFor('yaml', ''), keySources, destinations };
  const fixed = await namedConfig(flags.text('config'), reading);
  if (scopes.length === 0) return judgeScope(await treeScope(words, { repository, context, reading, fixed }), invocation);
  return judgeInGit(repository ?? (await openRepository(process.cwd(), context)), { reading, fixed }, invocation);
}

/** The files that words name where they may not lie in the work tree: a folder stands for all in it. */
async function meantBy(words: readonly string[]): Promise<GlobMatch> {
  if (words.length === 0) return () => true;
  const paths = words.map((word) => posix(resolve(word)));
  const globs = await globMatch(
    words.filter(mayBeGlob).map((word) => `/${word.replace(/^\.\//, '')}`),
    posix(process.cwd()),
  );
  return (path) => paths.some((one) => path === one || path.startsWith(`${one}/`)) || globs(path);
}

async function judgeInGit({ git, top }: Repository, config: Pick<Looked, 'reading' | 'fixed'>, invocation: Invocation): Promise<Judged> {
  const since = invocation.flags.text('since');
  const blobs = await openBlobs(top, invocation.context);
  try {
    const looked = { git, top: posix(top), blobs, means: await meantBy(invocation.words), ...config };
    if (invocation.flags.isOn('staged')) return await judgeScope(await stagedScope(looked), invocation);
    if (since === undefined) return await judgePushed(looked, invocation);
    await refuseHoles(git);
    return await judgeHistory(sinceRevisions(since), looked, invocation);
  } finally {
    await blobs.close();
  }
}

/** Throws `CONFIG_NOT_FOUND`. */
async function namedConfig(path: string | undefined, reading: ConfigReading): Promise<CheckedConfig | undefined> {
  if (path === undefined) return undefined;
  const content = readFile(path);
  if (content === undefined)
    throw new SopsError('CONFIG_NOT_FOUND', 'could not read config file: no such file or directory', { file: path });
  return checkConfig(posix(resolve(path)), content, reading);
}

/** A range is taken as it is; of a commit, all that came after it. */
function sinceRevisions(since: string): Revisions {
  const [, end] = /\.\.\.?(.*)$/.exec(since) ?? [];
  return end === undefined ? { revisions: [`${since}..HEAD`], tip: 'HEAD' } : { revisions: [since], tip: end === '' ? 'HEAD' : end };
}

interface Revisions {
  readonly revisions: readonly string[];
  readonly tip: string;
}

async function judgeHistory({ revisions, tip }: Revisions, looked: Looked, invocation: Invocation): Promise<Judged> {
  const { findings, files } = await judgeScope(await historyScope(revisions, tip, looked), invocation, true);
  return { findings: await withoutLinks(findings, looked), files };
}

async function judgePushed(looked: Looked, invocation: Invocation): Promise<Judged> {
  const all: Judged[] = [];
  for (const pushed of await pushedCommits(Buffer.from(readStandardInput()).toString(), looked.git))
    all.push(await judgeHistory(pushed, looked, invocation));
  return { findings: all.flatMap(({ findings }) => findings), files: all.reduce((sum, { files }) => sum + files, 0) };
}

async function judgeScope({ targets, policy, paths, close }: Scope, invocation: Invocation, isHistory = false): Promise<Judged> {
  const allowed: Allowed = allowedBy(await globMatch(invocation.flags.texts('exclude'), posix(process.cwd())));
  const opens = invocation.flags.isOn('mac') && !isHistory;
  const ages = new FileKeyAges(invocation.context);
  const surroundings: Surroundings = {
    keySources,
    now: invocation.context.now(),
    ...(paths === undefined ? {} : { paths }),
    maxAge: maxAgeOf(invocation.flags),
    ages: (path, file) => ages.of(path, file),
    ...(opens ? { open: opener(invocation) } : {}),
  };
  const rules = isHistory ? checkRules.filter(({ leaks }) => leaks) : checkRules;
  try {
    return await judgeAll(targets, { rules, policy, allowed, surroundings, lanes: opens ? 8 : 1 });
  } finally {
    await ages.close();
    await close?.();
  }
}

/** How old keys may be, by flags. Throws `USAGE`. */
function maxAgeOf(flags: Flags): MaxAge {
  const [dataKey, recipient] = ['max-age', 'max-recipient-age'].map((name) => {
    const text = flags.text(name);
    return text === undefined ? undefined : ageFlag(name, text);
  });
  return { ...(dataKey === undefined ? {} : { dataKey }), ...(recipient === undefined ? {} : { recipient }) };
}

/** Opens files with the keys of the command line, to see whether they were changed. */
function opener(invocation: Invocation): NonNullable<Surroundings['open']> {
  const services = servicesOf(invocation);
  return async (content, { format }) => {
    try {
      (await openFile(content, format, { ignoreMac: false, readOnly: true }, services)).dataKey.fill(0);
      return undefined;
    } catch (error) {
      if (error instanceof SopsError && error.code !== 'CANCELLED') return error;
      throw error;
    }
  };
}
