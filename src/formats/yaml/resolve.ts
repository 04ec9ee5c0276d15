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
export function takesStrings(tag: string | undefined): boolean {
  switch (tag) {
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!timestamp':
    case '!!binary':
      return false;
    default:
      return true;
  }
}

/** Whether plain text that begins so is a string whatever follows. */
export function beginsString(unit: number): boolean {
  if (unit >= 48 && unit <= 57) return false;
  switch (unit) {
    case 43: // + - . ~
    case 45:
    case 46:
    case 126:
    case 78: // N n T t F f
    case 110:
    case 84:
    case 116:
    case 70:
    case 102:
      return false;
    default:
      return unit > 0;
  }
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
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return nothing;
    case 'true':
    case 'True':
    case 'TRUE':
      return { type: 'bool', text: 'True' };
    case 'false':
    case 'False':
    case 'FALSE':
      return { type: 'bool', text: 'False' };
    default:
      return text.length < 6 && text.includes('.') ? special(text) : undefined;
  }
}

function special(text: string): ScalarValue | undefined {
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return { type: 'float', text: 'NaN' };
  if (/^[+-]?\.(?:inf|Inf|INF)$/.test(text)) return { type: 'float', text: text.startsWith('-') ? '-Inf' : '+Inf' };
  return undefined;
}

/** A scalar with one of the core's tags, which must fit it. */
function resolveAs(tag: '!!null' | '!!bool' | '!!int' | '!!float' | '!!timestamp', text: string): ScalarValue | undefined {
  const value = tag === '!!timestamp' ? resolvePlain(text) : withoutTime(text);
  switch (tag) {
    case '!!null':
      return value.type === 'null' ? value : undefined;
    case '!!bool':
      return value.type === 'bool' ? value : undefined;
    case '!!int':
      return value.type === 'int' || value.type === 'uint' ? value : undefined;
    case '!!float':
      return value.type === 'int' ? { type: 'float', text: goFloat(Number(value.text)) } : value.type === 'float' ? value : undefined;
    case '!!timestamp':
      return value.type === 'time' ? value : undefined;
  }
}

/** Numbers win over timestamps under a tag; no text is both. */
function withoutTime(text: string): ScalarValue {
  const value = resolvePlain(text);
  return value.type === 'time' ? { type: 'str', text } : value;
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
