import type { Edit } from '../../document/splice.ts';
import type { Document } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { plainScalar } from '../../document/plain-scalar.ts';
import type { Format, Slotted } from '../format.ts';
import { set, unset } from './change.ts';
import { move } from './move.ts';
import { spellComment } from './comment.ts';
import { amend, attach, detach } from './metadata.ts';
import { parse } from './parse.ts';
import { printValue } from './print-value.ts';
import { print } from './print.ts';
import { spellOpened } from './spell.ts';

/** Sections of keys and values, as real sops's INI store reads and writes them with go-ini. */
export const ini: Format = {
  name: 'ini',
  extensions: ['.ini'],
  shape: 'section',
  parse,
  print,
  printValue,
  example: `; This is an example file.\n[Welcome!]\nhello       = Welcome to SOPS! Edit this file as you please!\nexample_key = example_value\n`,
  seal: replace,
  open: replace,
  detach,
  attach: (sealed, record, _, previous) => attach(sealed, record, previous),
  amend,
  set,
  unset,
  move,
};

function replace({ source }: Document, slotted: Slotted, replacement: Slotted): Edit {
  const { slot } = slotted;
  if (slot === undefined) throw new SopsError('UNSUPPORTED', 'the value stands nowhere in the text');
  if (replacement.kind === 'comment') {
    if (slotted.kind === 'comment' && slotted.unseen === true)
      return { span: slot, text: replacement.text.trim() === '' ? replacement.text : '' };
    return { span: slot, text: spellComment(source, slot, replacement.text) };
  }
  if (replacement.kind !== 'leaf' && replacement.kind !== 'null') {
    throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI file cannot hold values nested deeper than sections and keys');
  }
  const spelling = replacement.kind === 'leaf' ? replacement.spelling : undefined;
  return { span: slot, text: spelling ?? spellOpened(source, slot, plainScalar(replacement)) };
}
