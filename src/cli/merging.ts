import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { formatByEnding, formatByMarkers } from '../formats/told.ts';
import type { MergeOptions } from '../operations/merge/merge.ts';
import { formatFor } from './format-choice.ts';
import type { Invocation } from './invocation.ts';
import { layoutOption, printOptions } from './print-options.ts';

/** The format of a file of several versions: by flag or ending, else by the metadata of whichever version has some. */
export function formatOfVersions(wanted: string | undefined, path: string, versions: readonly (Uint8Array | undefined)[]): Format {
  if (wanted !== undefined || formatByEnding(path) !== undefined) return formatFor(wanted, path);
  for (const version of versions) {
    const told = version === undefined ? undefined : formatByMarkers(version);
    if (told !== undefined) return told;
  }
  return formatFor(wanted, path);
}

/** How to merge. A config file that cannot be read, as in the middle of a merge of its own, has no say in how text is printed. */
export function mergeOptions(invocation: Invocation, format: Format): MergeOptions {
  const ignoreMac = invocation.flags.isOn('ignore-mac');
  try {
    return { ignoreMac, print: printOptions(invocation, format), layout: layoutOption(invocation, format) };
  } catch (error) {
    if (!(error instanceof SopsError) || error.code === 'USAGE') throw error;
    return { ignoreMac, print: {}, layout: 'auto' };
  }
}
