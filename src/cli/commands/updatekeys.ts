import { SopsError } from '../../errors.ts';
import type { Services } from '../../operations/operation.ts';
import { type KeyUpdate, planUpdateKeys } from '../../operations/update-keys.ts';
import { creationRule, type FoundConfig, neededConfig } from '../config-file.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { readsAnything } from '../exit-codes.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { linesOf } from '../group-lines.ts';
import { mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Done, onInputs } from '../many-files.ts';
import { added, print, removed, say, shortPath } from '../report.ts';
import { servicesOf } from '../services.ts';
import { isAnsweredYes } from '../yes-or-no.ts';

/** `sopsmith updatekeys file|folder…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
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
  say(`Syncing keys for file ${file}`);
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
    const { content } = await update.apply();
    await invocation.context.files.replace(file, content);
    return say(`File ${file} synced with new keys`);
  });
}

function unchanged(why: string): Done {
  say(why);
  return 'unchanged';
}

/** As sops shows them (`cmd/sops/common`, PrettyPrintDiffs). */
function showChanges({ groups, shamirThreshold: { from, to } }: KeyUpdate): void {
  const threshold =
    from > 0 && from === to
      ? [`shamir_threshold: ${to}`]
      : [...(to > 0 ? [added(`+++ shamir_threshold: ${to}`)] : []), ...(from > 0 ? [removed(`--- shamir_threshold: ${from}`)] : [])];
  print(["The following changes will be made to the file's groups:", ...threshold, ...linesOf(groups), ''].join('\n'));
}
