import type { Format } from '../format.ts';
import { amend } from './amend.ts';
import { attach } from './attach.ts';
import { set, unset } from './change.ts';
import { detach } from './detach.ts';
import type { Document } from '../../document/tree.ts';
import { open } from './open.ts';
import { move } from './move.ts';
import { mayLoseComments } from './print-comments.ts';
import { exampleYaml, lostComments, printYaml, printYamlValue } from './print.ts';
import { stepOf } from './record.ts';
import { expand, seal } from './seal.ts';
import { parseYaml } from './tree.ts';

const defaultStep = 4;

/** A parsed document that knows the indentation of its metadata: each opened value asks for it. */
interface Stepped extends Document {
  readonly step: number;
}

function parse(source: string): Stepped {
  const document = parseYaml(source);
  return { ...document, step: stepOf(document) ?? defaultStep };
}

const stepIn = (document: Document): number =>
  'step' in document && typeof document.step === 'number' ? document.step : (stepOf(document) ?? defaultStep);

/** YAML as go-yaml v3 and sops see it, streams of several documents included. */
export const yaml: Format = {
  name: 'yaml',
  extensions: ['.yaml', '.yml'],
  shape: 'nested',
  example: exampleYaml,
  parse,
  indentOf: stepIn,
  print: (branches, { indent }) => printYaml(branches, indent),
  printSealed: (branches, record, { indent }) =>
    printYaml(
      branches.map((branch) => ({ ...branch, items: [...branch.items, { kind: 'entry', key: 'sops', value: record }] })),
      indent,
    ),
  lostComments: (branches) => (branches.some(mayLoseComments) ? lostComments(branches) : []),
  printValue: (node) => printYamlValue(node),
  seal,
  expand,
  open: (document, slotted, opened) => open(document, slotted, opened, stepIn(document)),
  detach,
  attach,
  amend,
  set,
  unset,
  move,
};
