import type { Mapping } from '../../../document/tree.ts';
import { SopsError } from '../../../errors.ts';
import type { Format } from '../../../formats/format.ts';
import type { Selection } from '../../../metadata/metadata.ts';
import { defaultSelection } from '../../../metadata/metadata.ts';
import { decodeText } from '../../../operations/text.ts';
import { selectorOf } from '../../../operations/selector.ts';
import type { CheckRule } from '../check-rule.ts';
import type { Flaw } from '../finding.ts';
import type { Ruling } from '../policy.ts';
import { type SeenValue, seenValues } from '../seen-values.ts';
import type { Subject } from '../subject.ts';
import { spelled } from './in-clear.ts';

/** A file that a creation rule names, and that is in clear. */
export const notEncrypted: CheckRule = {
  id: 'not-encrypted',
  severity: 'error',
  summary: 'a file that a creation rule names is in clear, and has values that the rule encrypts',
  advice: 'encrypt it with `sopsmith encrypt --in-place`; if it was committed or pushed, change the secrets in it',
  leaks: true,
  judge: async (subject) => {
    const { state, ruling } = subject;
    if (state.kind !== 'clear' || ruling?.rule === undefined || isNoSecret(subject)) return [];
    const { format } = state;
    if (!ruling.names) return format === undefined ? [] : secretObjects(subject, format, ruling);
    if (format === undefined || format.raw !== undefined) return [wholeFile(ruling)];
    return inClear(subject, format, ruling);
  },
};

/** Files of Git, of sops and of editors, and pages for readers, which rules for whole folders take as well. */
const helpers =
  /^(\.sops\.ya?ml|\.git(ignore|attributes|modules|keep)|\.keep|\.editorconfig|readme|license|licence|copying|.*\.(md|rst|adoc))$/i;

const isNoSecret = ({ path, content }: Subject): boolean => content.length === 0 || helpers.test(path.slice(path.lastIndexOf('/') + 1));

const said = ({ number, line }: Ruling): string => `rule ${number} of .sops.yaml (line ${line})`;

const wholeFile = (ruling: Ruling): Flaw => ({ message: `is in clear, though ${said(ruling)} names it` });

/** A rule that takes every file says of none that it must be encrypted; but a Secret of Kubernetes is one by its own word. */
async function secretObjects(subject: Subject, format: Format, ruling: Ruling): Promise<readonly Flaw[]> {
  if (!/\bkind["']?:\s*["']?Secret\b/.test(subject.text)) return [];
  const values = (await valuesOf(subject, format, ruling.rule?.selection ?? defaultSelection)) ?? [];
  const first = values.find(
    ({ kind, state, selected, branch, path }) =>
      kind === 'value' && state === 'clear' && selected[0] && textIn(branch, 'kind') === 'Secret' && /^(data|stringData)\./.test(path),
  );
  return first === undefined
    ? []
    : [{ message: `is in clear in a Secret of Kubernetes, and ${said(ruling)} encrypts it`, path: first.path, at: first.at }];
}

async function inClear(subject: Subject, format: Format, ruling: Ruling): Promise<readonly Flaw[]> {
  const selection = ruling.rule?.selection ?? defaultSelection;
  const values = await valuesOf(subject, format, selection);
  if (values === undefined) return [{ message: `is in clear and no ${format.name}, though ${said(ruling)} names it` }];
  const clear = values.filter(({ kind, state }) => kind === 'value' && state === 'clear');
  const secret = clear.filter(({ selected }) => selected[0]);
  const first = secret.find(({ branch }) => !isOtherObject(branch)) ?? secret[0];
  if (first === undefined) return nothingSelected(clear, selection, ruling);
  const count = secret.length === 1 ? 'a value' : `${secret.length} values`;
  return [
    {
      message: `is in clear, though ${said(ruling)} names it and encrypts ${count} of it`,
      path: first.path,
      at: first.at,
      severity: isOtherObject(first.branch) ? 'warning' : undefined,
    },
  ];
}

/** Most manifests have nothing that a rule for all of them encrypts; in other files that may be a mistake in the rule. */
function nothingSelected(clear: readonly SeenValue[], selection: Selection, ruling: Ruling): readonly Flaw[] {
  if (clear.every(({ branch }) => isObject(branch))) return [];
  const what = clear.length === 1 ? 'its one value' : `its ${clear.length} values`;
  return [
    {
      message: `is in clear: ${said(ruling)} names it, and ${spelled(selection)} encrypts none of ${what}`,
      advice: 'see with `sopsmith rules FILE` whether the rule means what it says',
      severity: 'note',
    },
  ];
}

async function valuesOf({ content }: Subject, format: Format, selection: Selection): Promise<readonly SeenValue[] | undefined> {
  const selects = await selectorOf(selection, 'read');
  try {
    return seenValues(format.parse(decodeText(content)).branches, [selects]);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return error.code === 'EMPTY_DOCUMENT' ? [] : undefined;
  }
}

/** An object of Kubernetes that is no kind of Secret: rules for all manifests take it as well, and its `data` is seldom secret. */
const isOtherObject = (branch: Mapping): boolean => isObject(branch) && textIn(branch, 'kind')?.endsWith('Secret') !== true;

const isObject = (branch: Mapping): boolean => textIn(branch, 'apiVersion') !== undefined && textIn(branch, 'kind') !== undefined;

function textIn({ items }: Mapping, key: string): string | undefined {
  const found = items.find((item) => item.kind === 'entry' && item.key === key);
  return found?.kind === 'entry' && found.value.kind === 'leaf' ? found.value.text : undefined;
}
