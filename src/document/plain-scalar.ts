import { goFloat } from './scalar.ts';
import type { Leaf, Null } from './tree.ts';

/** A scalar as real sops writes it where everything is text (`stores/stores.go`, ValToString): dotenv and INI. */
export function plainScalar(scalar: Leaf | Null): string {
  if (scalar.kind === 'null') return '<nil>';
  if (scalar.type === 'bool') return scalar.text.toLowerCase();
  if (scalar.type === 'time') return scalar.text.replace(/\.\d+/, '');
  return scalar.type === 'float' ? plainFloat(Number(scalar.text.replace('Inf', 'Infinity'))) : scalar.text;
}

/** Go's `FormatFloat(value, 'G', -1, 64)`, with a digit behind the point where it could be taken for an integer. */
function plainFloat(value: number): string {
  if (!Number.isFinite(value)) return goFloat(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 6) return `${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  const fixed = goFloat(value);
  return fixed.includes('.') ? fixed : `${fixed}.0`;
}
