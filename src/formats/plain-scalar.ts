import { goFloat } from '../document/scalar.ts';
import type { Leaf, Null } from '../document/tree.ts';

/** A scalar as real sops writes it where everything is text (`stores/stores.go`, ValToString): dotenv and INI. */
export function plainScalar(scalar: Leaf | Null): string {
  if (scalar.kind === 'null') return '<nil>';
  switch (scalar.type) {
    case 'str':
    case 'bytes':
    case 'int':
      return scalar.text;
    case 'bool':
      return scalar.text.toLowerCase();
    case 'time':
      return scalar.text.replace(/\.\d+/, '');
    case 'float':
      return plainFloat(Number(scalar.text.replace('Inf', 'Infinity')));
  }
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
