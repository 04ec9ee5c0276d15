import { SopsError } from '../../errors.ts';
import type { Format } from '../format.ts';
import { amend } from './amend.ts';
import { attach, detach } from './attach.ts';
import { move, set, unset } from './change.ts';
import { print, printValue } from './print.ts';
import { parse } from './scan.ts';
import { spanOf } from './spans.ts';
import { quote } from './string.ts';
import { scalarText, write } from './write.ts';

const example = `{
	"hello": "Welcome to SOPS! Edit this file as you please!",
	"example_key": "example_value",
	"example_array": [
		"example_value1",
		"example_value2"
	],
	"example_number": 1234.56789,
	"example_booleans": [
		true,
		false
	]
}
`;

/** There are none in JSON: where an encrypted list holds one (it came from YAML), the tree is printed without it. */
function noComments(): never {
  throw new SopsError('UNSUPPORTED', 'JSON has no comments');
}

const flat = { unit: '', gap: ' ', colon: ': ', spelled: true };

/** JSON as real sops's `stores/json` reads and writes it. */
export const json: Format = {
  name: 'json',
  extensions: ['.json'],
  shape: 'nested',
  parse,
  print,
  printValue,
  example,
  seal: (_document, slotted, sealed) => ({
    span: spanOf(slotted),
    text: sealed.kind === 'comment' ? quote(sealed.text) : write(sealed, flat, ''),
  }),
  open: (_document, slotted, opened) => ({
    span: spanOf(slotted),
    text: scalarText(opened.kind === 'comment' ? noComments() : opened, true),
  }),
  detach,
  attach,
  amend,
  set,
  unset,
  move,
};
