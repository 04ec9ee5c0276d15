import { additionalData } from '../../src/document/path.ts';
import { walk } from '../../src/document/walk.ts';
import { SopsError } from '../../src/errors.ts';
import type { FormatName } from '../../src/formats/format.ts';
import { formatOf } from './library.ts';
import { type Answer, ask, fell, type Seen } from './oracle.ts';
import { excused, type Finding, type Suite, difference, failure, losesValue, textFormats } from './suite.ts';

/** Whether the scanner sees the leaves, comments, types and MAC texts that real sops sees, and prints what real sops prints. */
export const scan: Suite = {
  name: 'seen as sops sees it',
  formats: textFormats,
  check(format, cases) {
    const sources = cases.map(({ source }) => Buffer.from(source).toString());
    const answers = ask('look', format, sources);
    const findings = sources.map((source, at) => compare(look(format, source), answers[at] ?? {}));
    return Promise.resolve(excused(format, sources, findings, (at) => answers[at]?.print ?? ''));
  },
};

interface Looked extends Answer {
  /** Places where real sops sees less than there is, a number of 70 bits say: differences there are meant. */
  readonly noted?: boolean;
}

function look(format: FormatName, source: string): Looked {
  try {
    const one = formatOf(format);
    const { branches, notes } = one.parse(source);
    const leaves: Seen[] = [];
    for (const branch of branches) {
      walk(branch, (item, path) => {
        const aad = additionalData(path);
        if (item.kind === 'leaf') leaves.push({ aad, type: item.type, text: item.text });
        else if (item.unseen !== true) leaves.push({ aad, type: 'comment', text: item.text, ...(item.inline ? { inline: true } : {}) });
      });
    }
    return { leaves, print: one.print(branches, {}), noted: notes.length > 0 };
  } catch (error) {
    if (error instanceof SopsError) return { error: error.message };
    return { error: `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  }
}

function compare(ours: Looked, theirs: Answer): Finding {
  if (ours.error?.startsWith('bug: ')) return failure('bug', ours.error);
  if (ours.error !== undefined || theirs.error !== undefined) return compareRefusals(ours, theirs);
  const [a, b] = [listed(ours.leaves), listed(theirs.leaves)];
  if (a !== b) return ours.noted ? 'beyond sops' : difference('leaves differ', a, b);
  return ours.print === (theirs.print ?? '') || ours.noted ? 'good' : difference('print differs', ours.print ?? '', theirs.print ?? '');
}

function compareRefusals(ours: Looked, theirs: Answer): Finding {
  if (ours.error !== undefined && theirs.error !== undefined) return 'refused';
  if (ours.noted || fell(theirs) || losesValue.test(ours.error ?? '')) return 'beyond sops';
  if (ours.error !== undefined) return failure('refused by us alone', ours.error);
  return failure('refused by sops alone', theirs.error ?? '');
}

const listed = (leaves: readonly Seen[] = []): string =>
  leaves.map(({ aad, type, text, inline }) => JSON.stringify([aad, type, text, inline === true])).join('\n');
