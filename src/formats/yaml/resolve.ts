import { goFloat } from '../../document/scalar.ts';
import type { ScalarNode } from './node.ts';
import { fractionOnly, number } from './resolve-number.ts';
import { timestamp } from './resolve-time.ts';
import { tagOf } from './tags.ts';

/** What go-yaml v3 decodes a scalar as. `uint` is an integer beyond 64 bits signed, its text that of the float it rounds to. */
export interface ScalarValue {
  readonly type: 'str' | 'int' | 'uint' | 'float' | 'bool' | 'time' | 'null';
  /** The canonical text; empty for a null. */
  readonly text: string;
  /** Of a `!!binary` that is not UTF-8. */
  readonly bytes?: Uint8Array;
}

const nothing: ScalarValue = { type: 'null', text: '' };

/** Decodes a scalar by its tag, style and content (go-yaml v3, `resolve`). Undefined where its tag does not fit its content. */
export function resolveScalar(node: ScalarNode): ScalarValue | undefined {
  const tag = tagOf(node);
  if (tag === undefined) return node.style === 'plain' ? resolvePlain(node.value) : { type: 'str', text: node.value };
  switch (tag) {
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!timestamp':
      return resolveAs(tag, node.value);
    case '!!binary':
      return binary(node.value);
    default:
      return { type: 'str', text: node.value };
  }
}

/** Whether a string put in the scalar's place is a string: its tag asks for nothing else. */
export const takesStrings = (tag: string | undefined): boolean =>
  tag === undefined || !/^!!(?:null|bool|int|float|timestamp|binary)$/.test(tag);

/** Whether plain text that begins so is a string whatever follows: not with a digit, a sign, a dot, a tilde, or n, t or f. */
export function beginsString(unit: number): boolean {
  if (!(unit > 57)) return unit < 48 && unit !== 43 && unit !== 45 && unit !== 46;
  const lower = unit | 0x20;
  return unit !== 126 && lower !== 0x6e && lower !== 0x74 && lower !== 0x66;
}

/** What an untagged plain scalar is. */
export function resolvePlain(text: string): ScalarValue {
  const first = text.charCodeAt(0);
  if (beginsString(first)) return { type: 'str', text };
  const known = word(text);
  if (known !== undefined) return known;
  if (first === 46) return fractionOnly(text) ?? { type: 'str', text };
  if (first > 57) return { type: 'str', text };
  const time = timestamp(text);
  return time === undefined ? (number(text) ?? { type: 'str', text }) : { type: 'time', text: time };
}

function word(text: string): ScalarValue | undefined {
  if (text.length > 5) return undefined;
  if (/^(?:~|null|Null|NULL)?$/.test(text)) return nothing;
  if (/^(?:true|True|TRUE)$/.test(text)) return { type: 'bool', text: 'True' };
  if (/^(?:false|False|FALSE)$/.test(text)) return { type: 'bool', text: 'False' };
  return text.includes('.') ? special(text) : undefined;
}

function special(text: string): ScalarValue | undefined {
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return { type: 'float', text: 'NaN' };
  if (/^[+-]?\.(?:inf|Inf|INF)$/.test(text)) return { type: 'float', text: text.startsWith('-') ? '-Inf' : '+Inf' };
  return undefined;
}

type CoreTag = '!!null' | '!!bool' | '!!int' | '!!float' | '!!timestamp';

/** A scalar with one of the core's tags, which must fit it. */
function resolveAs(tag: CoreTag, text: string): ScalarValue | undefined {
  const value = resolvePlain(text);
  if (tag === '!!float' && value.type === 'int') return { type: 'float', text: goFloat(Number(value.text)) };
  return typesOf(tag).includes(value.type) ? value : undefined;
}

function typesOf(tag: CoreTag): readonly ScalarValue['type'][] {
  switch (tag) {
    case '!!null':
      return ['null'];
    case '!!bool':
      return ['bool'];
    case '!!int':
      return ['int', 'uint'];
    case '!!float':
      return ['float'];
    case '!!timestamp':
      return ['time'];
    default:
      return [];
  }
}

/** `!!binary`: base64 with padding, line breaks left out. */
function binary(text: string): ScalarValue | undefined {
  const digits = text.replaceAll(/[\r\n]/g, '');
  if (digits.length % 4 !== 0 || /[^A-Za-z\d+/]/.test(digits.replace(/={1,2}$/, ''))) return undefined;
  const bytes = Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0));
  try {
    return { type: 'str', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { type: 'str', text: '', bytes };
  }
}
