import { fromUtf8 } from '../crypto/bytes.ts';
import { looksSealed } from '../crypto/envelope.ts';
import { Mac } from '../crypto/mac.ts';
import type { Opening, Payload } from '../crypto/value.ts';
import { additionalData, showPath } from '../document/path.ts';
import { canonicalText, isScalarType } from '../document/scalar.ts';
import type { Comment, Leaf, Mapping, Slot } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import { SopsError } from '../errors.ts';
import type { Selector } from '../metadata/selection.ts';

/** What opening works with. */
export interface OpeningRules {
  readonly selects: Selector;
  readonly macOnlyEncrypted: boolean;
  /** Opens one ciphertext under its additional data. */
  readonly open: (ciphertext: string, additionalData: string) => Opening;
  /** Told of every ciphertext that was opened. @param text the payload as text */
  readonly opened?: (ciphertext: string, additionalData: string, text: string, payload: Payload) => void;
}

/** All values of a file, opened. */
export interface OpenedValues {
  readonly replacements: Map<Leaf | Comment, Leaf | Comment>;
  /** As computed from what was opened: 128 hexadecimal digits. */
  readonly mac: string;
  /** Comments that should be ciphertext and are not; real sops warns of them as well. */
  readonly clearComments: number;
}

/** Opens every selected value and comment of the branches and takes the MAC (`sops.go`, Decrypt). Throws `VALUE_UNOPENABLE`, naming the path. */
export function openValues(branches: readonly Mapping[], rules: OpeningRules): OpenedValues {
  const replacements = new Map<Leaf | Comment, Leaf | Comment>();
  const mac = new Mac(rules.macOnlyEncrypted);
  let clearComments = 0;
  for (const branch of branches) {
    walk(branch, (item, path, comments) => {
      const selected = rules.selects(path, comments, item.kind === 'comment');
      if (item.kind === 'comment') {
        if (!selected || item.text === '' || item.unseen === true) return;
        const opened = openComment(item, additionalData(path), rules);
        if (opened) replacements.set(item, opened.comment);
        else clearComments++;
        if (opened?.value !== undefined) mac.add(opened.value);
        return;
      }
      const opened = selected ? openLeaf(item, path, rules) : item;
      if (opened !== item) replacements.set(item, opened);
      if (opened.kind === 'leaf' && (selected || !rules.macOnlyEncrypted)) mac.add(opened.bytes ?? opened.text);
    });
  }
  return { replacements, mac: mac.digest(), clearComments };
}

/** A comment that was opened. */
interface OpenedComment {
  readonly comment: Comment;
  /** Where the ciphertext says that it holds a value: as such it enters the MAC (`sops.go`, Decrypt), so that no value can be passed off as a comment. */
  readonly value?: string;
}

/** Undefined where the comment is no ciphertext that opens here: real sops takes it as it stands. */
function openComment(item: Comment, under: string, rules: OpeningRules): OpenedComment | undefined {
  const opening = rules.open(item.text, under);
  if (!('payload' in opening)) return undefined;
  const { type, bytes } = opening.payload;
  const text = fromUtf8(bytes);
  if (text === undefined) return undefined;
  const comment = commentOf(text, item.slot);
  if (type === 'comment') {
    rules.opened?.(item.text, under, text, opening.payload);
    return { comment };
  }
  const value = isScalarType(type) ? canonicalText(type, text) : undefined;
  return value === undefined ? undefined : { comment, value };
}

/** Real sops forgets that a comment stood behind a value once it was encrypted, and prints it above. */
const commentOf = (text: string, slot: Slot | undefined): Comment => ({ kind: 'comment', text, ...(slot && { slot }) });

/** What a leaf holds: most often a leaf, but a comment in a list, which real sops seals as if it were an item. */
function openLeaf(item: Leaf, path: readonly string[], rules: OpeningRules): Leaf | Comment {
  if (item.type === 'str' && item.text === '') return item;
  const under = additionalData(path);
  const opening: Opening = item.type === 'str' ? rules.open(item.text, under) : { failure: 'not sealed' };
  if (!('payload' in opening)) throw unopenable(item, path, opening.failure);
  const { type, bytes } = opening.payload;
  const text = fromUtf8(bytes);
  if (text === undefined)
    return type === 'str' || type === 'bytes' ? { ...item, type: 'str', text: '', bytes } : refuse(path, 'holds no text');
  rules.opened?.(item.text, under, text, opening.payload);
  if (type === 'comment') return commentOf(text, item.slot);
  if (!isScalarType(type)) return refuse(path, 'has an unknown type');
  const canonical = canonicalText(type, text);
  if (canonical === undefined) return refuse(path, `holds no ${type}`);
  return { ...item, type: type === 'bytes' ? 'str' : type, text: canonical, ...(canonical === text ? {} : { spelling: text }) };
}

function refuse(path: readonly string[], what: string): never {
  throw new SopsError('VALUE_UNOPENABLE', `the ciphertext of ${showPath(path)} ${what}`, { path: showPath(path) });
}

function unopenable(item: Leaf, path: readonly string[], failure: 'not sealed' | 'not authentic'): SopsError {
  const shown = showPath(path);
  if (failure === 'not authentic') {
    return new SopsError(
      'VALUE_UNOPENABLE',
      `the value of ${shown} was changed, moved or renamed after encryption: its ciphertext does not authenticate`,
      {
        path: shown,
      },
    );
  }
  const what = looksSealed(item.text) ? 'is broken ciphertext' : 'is in clear where ciphertext is expected';
  return new SopsError('VALUE_UNOPENABLE', `the value of ${shown} ${what}`, {
    path: shown,
    hint: looksSealed(item.text)
      ? 'restore the line from version control'
      : 'a value was written by hand: take it out, then add it with `set` or `edit`; treat it as leaked if it was committed',
  });
}
