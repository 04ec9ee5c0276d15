import type { Edit } from '../../document/splice.ts';
import type { Comment, Leaf, Slot } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, Slotted } from '../format.ts';
import { amend, attach, detach } from './metadata.ts';
import { move, set, unset } from './change.ts';
import { parse } from './parse.ts';
import { print, printComment, printScalar, printValue } from './print.ts';

/** `KEY=value` lines, as real sops's dotenv store reads and writes them. */
export const dotenv: Format = {
  name: 'dotenv',
  extensions: ['.env'],
  shape: 'prefixed',
  parse,
  print,
  printValue,
  example:
    '# This is an example file.\nhello=Welcome to SOPS! Edit this file as you please!\nexample_key=example_value\nexample_multiline=foo\\nbar\\nbaz\n',
  seal: (_, slotted, sealed) => replace(slotted, sealed),
  open: (_, slotted, opened) => replace(slotted, opened),
  detach,
  attach: (sealed, record, _, previous) => attach(sealed, record, previous),
  amend,
  set,
  unset,
  move,
};

function replace(slotted: Slotted, replacement: Slotted): Edit {
  return { span: slotOf(slotted), text: textOf(slotted, replacement) };
}

function slotOf(slotted: Slotted): Slot {
  if (slotted.slot === undefined) throw new SopsError('UNSUPPORTED', 'the value stands nowhere in the text');
  return slotted.slot;
}

/** What real sops does not see (a line of white space) goes, as real sops would refuse the line. */
function textOf(slotted: Slotted, replacement: Slotted): string {
  if (slotted.kind === 'comment' && slotted.unseen === true)
    return replacement.kind === 'comment' && replacement.text.trim() === '' ? replacement.text : '';
  return replacement.kind === 'comment' ? printComment(replacement.text) : spell(replacement);
}

const spell = (value: Exclude<Slotted, Comment>): string => (isSpelled(value) ? value.spelling : printScalar(value, ''));

const isSpelled = (value: Exclude<Slotted, Comment>): value is Leaf & { readonly spelling: string } =>
  value.kind === 'leaf' && value.spelling !== undefined;
