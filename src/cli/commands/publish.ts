import { statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { DestinationRule } from '../../config/config.ts';
import { destinationFor } from '../../config/match.ts';
import type { Published } from '../../destinations/destination.ts';
import { oneLine, SopsError } from '../../errors.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { statFile } from '../../node/files.ts';
import type { Services } from '../../operations/operation.ts';
import { destinationOf, planPublication, type Plan, preparePublication, type PublishedFile } from '../../operations/publish.ts';
import { type FoundConfig, neededConfig } from '../config-file.ts';
import { readsAnything, success } from '../exit-codes.ts';
import { formatFor, sealedFormatFor } from '../format-choice.ts';
import { checkFlags, type PlannedFile, writeExternalSecrets } from '../external-secrets.ts';
import { linesOf } from '../group-lines.ts';
import { type Input, mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Done, onInputs } from '../many-files.ts';
import { tellWarnings } from '../output.ts';
import { layoutOption, printOptions } from '../print-options.ts';
import { prune, pruneForgotten, showComparison, type Told } from '../published-secrets.ts';
import { print } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { filesNamed } from '../wanted-inputs.ts';
import { isAnsweredYes } from '../yes-or-no.ts';

type File = Input & { readonly path: string };

/** `sopsmith publish file|folder…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  const found = neededConfig(invocation);
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  for (const word of words) refuseFolder(word, flags.isOn('recursive'));
  checkFlags(flags);
  const publisher = new Publisher(invocation, found);
  if (flags.isOn('external-secrets')) return describeForOperator(invocation, publisher);
  const status = await onInputs(invocation, {
    // Of what lies in a folder only that is meant which a rule takes; the config file never is.
    wanted: async (path) => path !== publisher.configPath && (await publisher.ruleFor(path)) !== undefined,
    done: flags.isOn('dry-run') ? 'to publish' : 'published',
    exitCodes: readsAnything,
    together: flags.isOn('yes') && !flags.isOn('dry-run'),
    step: (input) => publisher.publish(mustBeFile(input)),
  });
  if (status === success && flags.isOn('prune')) await publisher.pruneForgotten();
  return status;
}

/** Writes manifests that read what the files publish; of what lies in a folder, of those that become secrets. No key is needed, and no service asked. */
async function describeForOperator(invocation: Invocation, publisher: Publisher): Promise<number> {
  const becomesSecrets = async (path: string): Promise<boolean> =>
    path !== publisher.configPath && (await publisher.ruleFor(path))?.to?.destination.takes === 'secrets';
  const planned: PlannedFile[] = [];
  for (const input of await filesNamed(invocation.words, becomesSecrets)) planned.push(await publisher.plan(mustBeFile(input)));
  await writeExternalSecrets(planned, invocation);
  return success;
}

function refuseFolder(word: string, recursive: boolean): void {
  if (recursive || statFile(word)?.isDirectory() !== true) return;
  throw new SopsError('USAGE', "can't operate on a directory without --recursive flag.", { file: word });
}

/** Publishes the files of one call, no two of them in one place. */
class Publisher {
  readonly #invocation: Invocation;
  readonly #found: FoundConfig;
  readonly #taken = new Map<string, string>();
  /** By their lines, those that made secrets. */
  readonly #rules = new Map<number, DestinationRule>();

  /** Absolute. */
  readonly configPath: string;

  constructor(invocation: Invocation, found: FoundConfig) {
    this.#invocation = invocation;
    this.#found = found;
    this.configPath = resolve(found.path);
  }

  /** The rule that takes a file, undefined where none does. @param path absolute */
  async ruleFor(path: string): Promise<DestinationRule | undefined> {
    const { config, path: configPath } = this.#found;
    const compile = await loadRegexps(config.destinationRules.flatMap(({ patterns }) => patterns));
    const named = namesOf(path, this.#invocation).named.replaceAll(sep, '/');
    return destinationFor(config, { configPath: resolve(configPath), filePath: path, compile }, named)?.read(compile);
  }

  async publish(input: File): Promise<Done> {
    const format = sealedFormatFor(this.#invocation.flags.text('input-type'), input);
    return inSealedFile({ input, format, context: this.#invocation.context }, async () => {
      const source = readInput(input);
      return this.#send(input, this.#fileOf({ source, format, rule: await this.#ruleOf(input) }, input));
    });
  }

  /** What publishing a file would do. */
  async plan(input: File): Promise<PlannedFile> {
    const format = sealedFormatFor(this.#invocation.flags.text('input-type'), input);
    return inFile(input.shown, async () => {
      const file = this.#fileOf({ source: readInput(input), format, rule: await this.#ruleOf(input) }, input);
      const plan = await planPublication(file, servicesOf(this.#invocation));
      this.#takeAll(input, { file, names: namesIn(plan) });
      return { file, shown: input.shown, plan };
    });
  }

  async #ruleOf({ path }: File): Promise<DestinationRule> {
    const rule = await this.ruleFor(path);
    if (rule !== undefined) return rule;
    throw new SopsError('NO_MATCHING_RULE', 'error loading config: no matching destination found in config', {
      hint: `destination_rules of ${this.#found.path} say where files are published`,
    });
  }

  #fileOf(file: Pick<PublishedFile, 'source' | 'format' | 'rule'>, { path }: File): PublishedFile {
    const { flags } = this.#invocation;
    return {
      ...file,
      name: nameFor(path, this.#invocation, file.rule),
      json: formatFor('json', ''),
      print: printOptions(this.#invocation, file.format),
      layout: layoutOption(this.#invocation, file.format),
      origin: relative(dirname(resolve(this.#found.path)), path).replaceAll(sep, '/'),
      secrets: { perKey: flags.isOn('per-key'), marked: flags.isOn('prune'), adopt: flags.isOn('adopt') },
    };
  }

  async #send(input: File, file: PublishedFile): Promise<Done> {
    const { destination } = destinationOf(file.rule);
    const services = servicesOf(this.#invocation);
    const names = destination.takes === 'file' ? [file.name] : namesIn(await planPublication(file, services));
    const addresses = this.#takeAll(input, { file, names });
    const address = inShort(addresses.map(oneLine));
    if (destination.takes === 'file') return this.#sendFile(input, { file, address }, services);
    return this.#sendSecrets(input, { file, address }, services);
  }

  async #sendFile(input: File, { file, address }: Addressed, services: Services): Promise<Done> {
    if (this.#invocation.flags.isOn('dry-run')) return showPlan(input, address, await planPublication(file, services));
    const { plan, warnings, send } = await preparePublication(file, services);
    tellWarnings(this.#invocation, input, warnings);
    showChanges(plan);
    return this.#isWanted(input, address) ? doneBy(await send()) : this.#cancel(input);
  }

  async #sendSecrets(input: File, { file, address }: Addressed, services: Services): Promise<Done> {
    const { flags } = this.#invocation;
    const { warnings, secrets } = await preparePublication(file, services);
    tellWarnings(this.#invocation, input, warnings);
    if (secrets === undefined) return 'unchanged';
    this.#rules.set(file.rule.line, file.rule);
    const told: Told = { ...file, address, shown: input.shown === '' ? input.path : input.shown, env: this.#invocation.context.env };
    if (flags.isOn('dry-run')) return showComparison(secrets, told, flags.isOn('prune'));
    if (!this.#isWanted(input, address)) return this.#cancel(input);
    const done = doneBy(await secrets.send());
    return flags.isOn('prune') && (await prune(secrets, told, flags.isOn('yes'))) ? undefined : done;
  }

  #isWanted({ path }: File, address: string): boolean {
    return this.#invocation.flags.isOn('yes') || isAnsweredYes(`uploading ${oneLine(path)} to ${oneLine(address)} ? (y/n): `, 'publish');
  }

  /** What was published of files below the named folders that are gone. Only where a whole folder is published does it show what is not there. */
  async pruneForgotten(): Promise<void> {
    const { words, flags } = this.#invocation;
    if (!flags.isOn('recursive')) return;
    const folder = dirname(resolve(this.#found.path));
    const named = words.map((word) => resolve(word)).filter((word) => statFile(word)?.isDirectory() === true);
    const isGone = (file: string): boolean => {
      const path = resolve(folder, file);
      return named.some((below) => path.startsWith(below.endsWith(sep) ? below : below + sep)) && isMissing(path);
    };
    await pruneForgotten([...this.#rules.values()], { invocation: this.#invocation, isGone });
  }

  /** The addresses of what a file is published as. Throws `CONFLICTING_FLAGS`. */
  #takeAll({ shown }: File, { file, names }: { readonly file: PublishedFile; readonly names: readonly string[] }): readonly string[] {
    const { destination, place } = destinationOf(file.rule);
    const { env } = this.#invocation.context;
    const same = (name: string): string => (destination.takes === 'secrets' ? (destination.sameName?.(name) ?? name) : name);
    for (const name of names) this.#take(destination.describe(place, same(name), env), shown);
    return names.map((name) => destination.describe(place, name, env));
  }

  /** Throws `CONFLICTING_FLAGS` where another file of this call goes to the same place. */
  #take(address: string, shown: string): void {
    const other = this.#taken.get(address);
    if (other !== undefined) throw new SopsError('CONFLICTING_FLAGS', `${other} and ${shown} would both be published to ${address}`);
    this.#taken.set(address, shown);
  }

  /** A file that is left out of several is no failure. */
  #cancel({ path }: File): Done {
    const message = `Publication of ${path} canceled`;
    const { flags, words } = this.#invocation;
    if (!flags.isOn('recursive') && words.length === 1) throw new SopsError('CANCELLED', message);
    print(`${oneLine(message)}\n`);
    return 'unchanged';
  }
}

/** The path of a file as the user names it, or names the folder above it; and its path below that folder. */
function namesOf(path: string, { words }: Invocation): { readonly named: string; readonly below: string } {
  for (const word of words) {
    const whole = resolve(word);
    if (path === whole) return { named: word, below: basename(path) };
    if (path.startsWith(whole.endsWith(sep) ? whole : whole + sep)) {
      const below = relative(whole, path);
      return { named: join(word, below), below };
    }
  }
  return { named: relative(process.cwd(), path), below: basename(path) };
}

/** What a file is called at its destination: with the folders below the one that was named. */
function nameFor(path: string, invocation: Invocation, { omitExtensions }: DestinationRule): string {
  const name = namesOf(path, invocation).below.replaceAll(sep, '/');
  if (!omitExtensions && !invocation.flags.isOn('omit-extensions')) return name;
  const ending = endingOf(path);
  return name.slice(0, name.length - ending.length);
}

/** From the last dot on, as Go takes it: all of `.env`. */
const endingOf = (path: string): string => extname(`x${basename(path)}`);

/** Whether there is no such file; what cannot be looked at is not missing. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** A file, and where it goes. */
interface Addressed {
  readonly file: PublishedFile;
  readonly address: string;
}

const namesIn = (plan: Plan): readonly string[] => (plan.how === 'in clear' ? plan.names.map(({ name }) => name) : []);

/** Addresses for a question: of many, the first ones. */
function inShort(addresses: readonly string[]): string {
  const [few, more] = [addresses.slice(0, 3).join(', '), addresses.length - 3];
  return more > 0 ? `${few} and ${more} more` : few;
}

const doneBy = (published: Published): Done => (published === 'written' ? undefined : 'unchanged');

function showChanges(plan: Plan): void {
  if (plan.how !== 'encrypted anew' || plan.groups.every(({ added, removed }) => added.length === 0 && removed.length === 0)) return;
  print(["The following changes will be made to the file's key groups:", ...linesOf(plan.groups), ''].join('\n'));
}

/** Says what would be done; nothing of it is a value. */
function showPlan({ path, shown }: File, address: string, plan: Plan): void {
  const groups = plan.how === 'encrypted anew' ? linesOf(plan.groups) : [];
  print([`${oneLine(shown === '' ? path : shown)} would be published to ${oneLine(address)} (${plan.how})`, ...groups, ''].join('\n'));
}
