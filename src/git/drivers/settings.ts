import { filterSettings } from '../filter/settings.ts';
import { mergeDriverLine, mergeDriverName } from './merge-line.ts';

/** Settings of Git, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * All that Git is told to run, by what it is for.
 * @param program how the program is called, as a shell takes it
 */
export const driverSettings = (program: string): Readonly<Record<'diff' | 'merge' | 'filter' | 'difftool' | 'mergetool', Settings>> => ({
  diff: { 'diff.sopsmith.textconv': `${program} git textconv --` },
  merge: {
    [`merge.${mergeDriverName}.name`]: 'SOPS files, by their structure',
    [`merge.${mergeDriverName}.driver`]: mergeDriverLine(program),
  },
  filter: filterSettings(program),
  difftool: { 'difftool.sopsmith.cmd': `${program} git difftool -- "$LOCAL" "$REMOTE"` },
  mergetool: {
    'mergetool.sopsmith.cmd': `${program} git resolve -- "$MERGED"`,
    'mergetool.sopsmith.trustExitCode': 'true',
  },
});

/** The settings that are ours, whatever they say. */
export const ownSettings: readonly string[] = Object.values(driverSettings('')).flatMap((settings) => Object.keys(settings));
