import { fromUtf8 } from '../crypto/bytes.ts';
import { looksSealed } from '../crypto/envelope.ts';
import { Mac } from '../crypto/mac.ts';
import type { Opening, Payload } from '../crypto/value.ts';
import { additionalData, showPath } from '../document/path.ts';
import { canonicalText, isScalarType } from '../document/scalar.ts';
import type { Comment, Leaf, Mapping, Node } from '../document/tree.ts';
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
      const opened = item.kind === 'comment' ? openComment(item, path, rules, selected) : selected ? openLeaf(item, path, rules) : item;
      if (opened === undefined) clearComments++;
      else if (opened !== item) replacements.set(item, opened);
      if (opened?.kind === 'leaf' && (selected || !rules.macOnlyEncrypted)) mac.add(opened.bytes ?? opened.text);
    });
  }
  refuseCommentsAsValues(branches, replacements);
  return { replacements, mac: mac.digest(), clearComments };
}

/**
 * Undefined for a comment that should be ciphertext which opens here, and is not: real sops takes it as it stands. Real sops also seals comments for one place
 * and writes them to another, then to leave them as ciphertext: so the paths above are tried as well, and what a rule does not select or real sops does not see.
 */
function openComment(item: Comment, path: readonly string[], rules: OpeningRules, selected: boolean): Comment | undefined {
  for (let depth = looksSealed(item.text) ? path.length : -1; depth >= 0; depth--) {
    const opened = openCommentHere(item, path.slice(0, depth), rules);
    if (opened) return opened;
  }
  return selected && item.text !== '' && item.unseen !== true ? undefined : item;
}

/** Throws where a value was passed off as a comment: its ciphertext opens, since a list has one path for all that is in it; real sops makes a value of it again, and its MAC may fit. */
function openCommentHere(item: Comment, path: readonly string[], rules: OpeningRules): Comment | undefined {
  const under = additionalData(path);
  const opening = rules.open(item.text, under);
  if (!('payload' in opening)) return undefined;
  const { type, bytes } = opening.payload;
  const text = fromUtf8(bytes);
  if (isScalarType(type) && (text === undefined || canonicalText(type, text) !== undefined))
    return refuse(path, 'stands in the place of a comment, and holds a value');
  if (type !== 'comment' || text === undefined) return undefined;
  rules.opened?.(item.text, under, text, opening.payload);
  return commentOf(text, item);
}

/** Real sops forgets that a comment stood behind a value once it was encrypted, and prints it above; what it does not see it does not print. */
const commentOf = (text: string, { slot, unseen = false }: Pick<Comment, 'slot' | 'unseen'>): Comment => ({
  kind: 'comment',
  text,
  ...(slot && { slot }),
  ...(unseen && { unseen }),
});

/** What a leaf holds: most often a leaf, but a comment in a list, which real sops seals as if it were an item. */
function openLeaf(item: Leaf, path: readonly string[], rules: OpeningRules): Leaf | Comment {
  if (item.type === 'str' && item.text === '') return item;
  const under = additionalData(path);
  const opening: Opening = item.type === 'str' ? rules.open(item.text, under) : { failure: 'not sealed' };
  if (!('payload' in opening)) throw unopenable(item, path, opening.failure);
  const { type, bytes } = opening.payload;
  const text = fromUtf8(bytes);
  if (text === undefined) return type === 'str' ? { ...item, type, text: '', bytes } : refuse(path, 'holds no text');
  rules.opened?.(item.text, under, text, opening.payload);
  return type === 'comment' ? commentOf(text, item) : leafOf(item, path, type, text);
}

function leafOf(item: Leaf, path: readonly string[], type: string, text: string): Leaf {
  if (!isScalarType(type) || type === 'bytes') return refuse(path, 'has a type that sops never writes');
  const canonical = canonicalText(type, text);
  if (canonical === undefined) return refuse(path, `holds no ${type}`);
  return { ...item, type, text: canonical, ...(canonical === text ? {} : { spelling: text }) };
}

/** Only a list takes a comment for an item: anywhere else it means that the type of a ciphertext was changed, which nothing authenticates. */
function refuseCommentsAsValues(branches: readonly Mapping[], replacements: OpenedValues['replacements']): void {
  for (const [item, { kind }] of replacements) {
    if (item.kind !== 'leaf' || kind !== 'comment') continue;
    for (const branch of branches) refuseCommentAsValue(branch, [], replacements);
    return;
  }
}

function refuseCommentAsValue(node: Node, path: readonly string[], replacements: OpenedValues['replacements']): void {
  if (node.kind !== 'mapping' && node.kind !== 'sequence') return;
  for (const item of node.items) {
    if (item.kind === 'entry' && item.value.kind === 'leaf') {
      if (replacements.get(item.value)?.kind === 'comment') refuse([...path, item.key], 'holds a comment where a value belongs');
    } else if (item.kind === 'entry') refuseCommentAsValue(item.value, [...path, item.key], replacements);
    else if (item.kind !== 'comment') refuseCommentAsValue(item, path, replacements);
  }
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
