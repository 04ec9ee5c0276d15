import { Mac } from '../crypto/mac.ts';
import { showPath } from '../document/path.ts';
import type { Leaf, Mapping } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import { SopsError } from '../errors.ts';
import type { Replacements } from './substitute.ts';

/** A value, as it entered the MAC. */
interface MacItem {
  readonly path: string;
  readonly value: string | Uint8Array;
}

/** Trying every move of one value costs the square of their number: beyond this only swaps of neighbours are tried. */
const mostForMoves = 150;
const mostForSwaps = 5000;

/**
 * A MAC that does not fit, as an error that says which values were reordered where that is what happened (each order that one move makes is tried against the stored MAC).
 * All encrypted values authenticate on their own, so otherwise a value or key was removed, repeated or changed in clear.
 */
export function explainMac(stored: string, onlyEncrypted: boolean, branches: readonly Mapping[], opened: Replacements): SopsError {
  const items = macItems(onlyEncrypted, branches, opened);
  const culprit = movedItem(items, stored, onlyEncrypted);
  if (culprit) {
    return new SopsError('MAC_MISMATCH', `MAC mismatch: ${culprit} stands in another place than when the file was encrypted`, {
      path: culprit,
      hint: 'put it back in its order, or sign the new order by editing with --ignore-mac',
    });
  }
  return new SopsError(
    'MAC_MISMATCH',
    'MAC mismatch: a key was removed or added, or a value that is in clear was changed, after encryption',
    {
      hint: 'restore the file from version control, or decrypt it with --ignore-mac if you trust it',
    },
  );
}

function macItems(onlyEncrypted: boolean, branches: readonly Mapping[], opened: Replacements): readonly MacItem[] {
  const items: MacItem[] = [];
  for (const branch of branches) {
    walk(branch, (item, path) => {
      if (item.kind === 'comment') return;
      const value = opened.get(item);
      const leaf: Leaf = value?.kind === 'leaf' ? value : item;
      if (value || !onlyEncrypted) items.push({ path: showPath(path), value: leaf.bytes ?? leaf.text });
    });
  }
  return items;
}

function movedItem(items: readonly MacItem[], stored: string, onlyEncrypted: boolean): string | undefined {
  if (items.length > mostForSwaps) return undefined;
  const farthest = items.length > mostForMoves ? 1 : items.length;
  for (const [from, item] of items.entries()) {
    for (let to = Math.max(0, from - farthest); to < from; to++) {
      const order = items.toSpliced(from, 1).toSpliced(to, 0, item);
      if (macOf(order, onlyEncrypted) === stored) return item.path;
      const swapped = items.with(to, item).with(from, items[to] ?? item);
      if (macOf(swapped, onlyEncrypted) === stored) return item.path;
    }
    for (let to = from + 2; to <= Math.min(items.length - 1, from + farthest); to++) {
      if (macOf(items.toSpliced(from, 1).toSpliced(to, 0, item), onlyEncrypted) === stored) return item.path;
    }
  }
  return undefined;
}

function macOf(items: readonly MacItem[], onlyEncrypted: boolean): string {
  const mac = new Mac(onlyEncrypted);
  for (const { value } of items) mac.add(value);
  return mac.digest();
}
