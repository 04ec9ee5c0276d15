import { oneLine, printable, SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import type { Outcome, Services } from '../../operations/operation.ts';
import { type KeyUpdate, planUpdateKeys } from '../../operations/update-keys.ts';
import { creationRule, type FoundConfig, neededConfig } from '../config-file.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { readsAnything } from '../exit-codes.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { linesOf } from '../group-lines.ts';
import { type Input, mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Done, onInputs } from '../many-files.ts';
import { layoutOption, printOptions } from '../print-options.ts';
import { added, print, removed, say, shellWord, shortPath, warn } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { isAnsweredYes } from '../yes-or-no.ts';

/** `sopsmith updatekeys file|folder…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  if (flags.isOn('rotate') && flags.isOn('no-rotate')) throw new SopsError('CONFLICTING_FLAGS', 'there is --rotate and --no-rotate');
  const found = neededConfig(invocation);
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const services = servicesOf(invocation);
  return onInputs(invocation, {
    wanted: (path) => isEncrypted(path, flags.text('input-type')),
    foldersToo: true,
    together: flags.isOn('yes'),
    done: 'updated',
    failure: (count) => `failed updating ${count} key(s)`,
    exitCodes: readsAnything,
    step: (input) => updateFile(mustBeFile(input).path, found, services, invocation),
  });
}

async function updateFile(file: string, found: FoundConfig, services: Services, invocation: Invocation): Promise<Done> {
  const shown = shortPath(file);
  say(`Syncing keys for file ${oneLine(file)}`);
  return inFile(shown, async (): Promise<Done> => {
    const format = sealedFormatFor(invocation.flags.text('input-type'), { name: file, path: file });
    const source = readInput({ path: file, name: file, shown });
    const rule = await creationRule(found, file, invocation);
    if (rule === undefined)
      throw new SopsError('NO_MATCHING_RULE', `the config file ${shortPath(found.path)} does not contain any creation rule`);
    const shamirThreshold = invocation.flags.number('shamir-secret-sharing-threshold') || rule.shamirThreshold;
    const rewrap = invocation.flags.isOn('rewrap');
    const update = await planUpdateKeys(source, format, { keyGroups: rule.keyGroups, shamirThreshold, rewrap }, services);
    if (update.upToDate) return unchanged(`File ${file} already up to date`);
    showChanges(update);
    if (rewrap) print('The data key will be wrapped anew for all of them.\n');
    if (!invocation.flags.isOn('yes') && !isAnsweredYes('Is this okay? (y/n):', 'make the changes'))
      return unchanged(`File ${file} left unchanged`);
    const { content } = await applied(update, { path: file, name: file, shown }, format, invocation);
    await invocation.context.files.replace(file, content);
    return say(`File ${oneLine(file)} synced with new keys`);
  });
}

function unchanged(why: string): Done {
  say(oneLine(why));
  return 'unchanged';
}

/** Makes the change: with a new data key where somebody leaves and that is asked for. */
async function applied(
  update: KeyUpdate,
  input: Input & { readonly path: string },
  format: Format,
  invocation: Invocation,
): Promise<Outcome> {
  if (!isToRotate(update, input, invocation)) return update.apply();
  const rewriting = { print: printOptions(invocation, format), layout: layoutOption(invocation, format) };
  const { context } = invocation;
  return inSealedFile({ input, format, context }, () => update.applyAnew(rewriting), ['rotate', 'decrypt', 'encrypt']);
}

/** Sops keeps the data key. A person is asked where one is there to answer and did not say already; else it is kept and warned of. */
function isToRotate({ leavers }: KeyUpdate, { shown }: Input, { flags }: Invocation): boolean {
  if (leavers.length === 0 || flags.isOn('no-rotate')) return false;
  if (flags.isOn('rotate')) return true;
  const who = leavers.map(printable).join(', ');
  if (!flags.isOn('yes') && isTerminal())
    return isAnsweredYes(
      `${who} may have kept the data key, and could read what it encrypts from now on. Encrypt all values with a new one? (y/n):`,
      'keep it',
    );
  warn(
    `${shown}: ${who} may have kept the data key, which stays: \`sopsmith rotate -i ${shellWord(shown)}\` makes a new one, as --rotate does`,
  );
  return false;
}

const isTerminal = (): boolean => process.stdin.isTTY;

/** As sops shows them (`cmd/sops/common`, PrettyPrintDiffs). */
function showChanges({ groups, shamirThreshold: { from, to } }: KeyUpdate): void {
  const threshold =
    from > 0 && from === to
      ? [`shamir_threshold: ${to}`]
      : [...(to > 0 ? [added(`+++ shamir_threshold: ${to}`)] : []), ...(from > 0 ? [removed(`--- shamir_threshold: ${from}`)] : [])];
  print(["The following changes will be made to the file's groups:", ...threshold, ...linesOf(groups), ''].join('\n'));
}
