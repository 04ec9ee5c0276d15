import type { TreePath } from '../../document/path.ts';
import type { Comment, Entry, Mapping, Node, Sequence } from '../../document/tree.ts';
import { goesAstray } from './list-check.ts';
import { mergeComments, reconciled } from './merge-comments.ts';
import { calledOf, commentText, hasTwice, identityOf, sameNodes } from './node-text.ts';
import { mergedOrder } from './order.ts';
import { type Range, type Region, regionsOf } from './regions.ts';
import { eachOf, type Pick, picked, type Three, undisputed } from './three.ts';

/** A place that both sides changed in different ways. */
export interface Conflict {
  /** In a stream of several documents it begins with the number of the document, from 0. */
  readonly path: TreePath;
  /** What happened there, to follow the path and a colon. */
  readonly what: string;
}

/** Branches put together of three versions. */
export interface MergedTrees {
  readonly branches: readonly Mapping[];
  readonly conflicts: readonly Conflict[];
  /** What was decided where it could have been otherwise. */
  readonly notes: readonly string[];
}

/** How to merge. */
export interface TreeOptions {
  /** Whose version stands in the place of a conflict. */
  readonly pick: Pick;
  /** The common ancestor is not known: all that differs is a conflict, since nobody can tell what was added from what was removed. */
  readonly strict: boolean;
}

/** Merges the branches of three versions. Without a common ancestor, the base is empty. */
export function mergeTrees(versions: Three<readonly Mapping[]>, options: TreeOptions): MergedTrees {
  const merge = new TreeMerge(options);
  const [base] = versions.base;
  const [ours] = versions.ours;
  const [theirs] = versions.theirs;
  const single = Math.max(versions.base.length, versions.ours.length, versions.theirs.length) === 1;
  if (single && ours && theirs) {
    const branch = merge.value({ base, ours, theirs }, []);
    return merge.result(branch?.kind === 'mapping' ? [branch] : []);
  }
  const { items } = merge.list(
    eachOf(versions, (branches): Sequence => ({ kind: 'sequence', items: branches })),
    [],
  );
  return merge.result(items.filter((item) => item.kind === 'mapping'));
}

type Present = Node | undefined;

const isMapping = (node: Present): node is Mapping => node?.kind === 'mapping';
const isSequence = (node: Present): node is Sequence => node?.kind === 'sequence';
const empty: Mapping = { kind: 'mapping', items: [] };

/** An entry of a mapping, or an item of a list, with the comments in front of it. */
interface Led<T> {
  readonly lead: readonly Comment[];
  readonly item: T;
}

class TreeMerge {
  readonly #pick: Pick;
  readonly #strict: boolean;
  readonly #conflicts: Conflict[] = [];
  readonly #notes: string[] = [];
  /** Items of lists that were merged with their counterparts. */
  readonly #together = new Set<Node>();

  constructor({ pick, strict }: TreeOptions) {
    this.#pick = pick;
    this.#strict = strict;
  }

  result(branches: readonly Mapping[]): MergedTrees {
    return { branches, conflicts: this.#conflicts, notes: this.#notes };
  }

  #conflict<T>(versions: Three<T>, path: TreePath, what: string): T {
    this.#conflicts.push({ path, what });
    return picked(versions, this.#pick);
  }

  /** Merges what stands in one place. */
  value(versions: Three<Present>, path: TreePath): Present {
    const side = undisputed(versions, sameNodes, !this.#strict);
    if (side !== undefined) return versions[side];
    const { base, ours, theirs } = versions;
    if (isMapping(ours) && isMapping(theirs)) return this.#mapping({ base: isMapping(base) ? base : empty, ours, theirs }, path);
    if (isSequence(base) && isSequence(ours) && isSequence(theirs)) return this.list({ base, ours, theirs }, path);
    return this.#conflict(versions, path, whatHappened(versions, this.#strict));
  }

  #mapping(versions: Three<Mapping>, path: TreePath): Node {
    const parts = eachOf(versions, (node) => cut<Entry>(node.items));
    const maps = eachOf(parts, ({ led }) => new Map(led.map((one) => [one.item.key, one])));
    if ([versions.base, versions.ours, versions.theirs].some(hasTwice))
      return this.#conflict<Mapping>(versions, path, 'a key stands there twice, so that its changes cannot be told apart');
    const before = this.#conflicts.length;
    const comments = new Set(versions.base.items.filter(isComment).map(commentText));
    const items: (Entry | Comment)[] = [];
    for (const key of mergedOrder(eachOf(parts, ({ led }) => led.map(({ item }) => item.key)))) {
      const found = eachOf(maps, (map) => map.get(key));
      const below = [...path, key];
      const value = this.value(
        eachOf(found, (one) => one?.item.value),
        below,
      );
      if (value !== undefined) items.push(...this.#lead(found, below), { kind: 'entry', key, value });
      else for (const { lead, item } of this.#removed(found, comments, below)) items.push(...lead, item);
    }
    items.push(
      ...this.#comments(
        eachOf(parts, ({ trail }) => trail),
        path,
      ),
    );
    // What was picked in a conflict stays as it is.
    if (this.#conflicts.length > before) return { kind: 'mapping', items };
    const all = eachOf(versions, (node) => node.items);
    return { kind: 'mapping', items: reconciled<Entry>(items, all, ({ key }) => key) };
  }

  /** The comments above an entry or item that stays. */
  #lead(found: Three<Led<unknown> | undefined>, path: TreePath): readonly Comment[] {
    const leads = eachOf(found, (one) => one?.lead ?? []);
    const { base, ours, theirs } = found;
    // Whoever has no entry there has no say in its comments.
    if (ours === undefined) return leads.theirs;
    if (theirs === undefined) return leads.ours;
    return this.#comments(base === undefined ? { ...leads, base: common(leads.ours, leads.theirs) } : leads, path);
  }

  /**
   * What is left of an entry or item that goes: all of it where a comment came that must not go with it unseen, and that side is picked.
   * @param known the comments of the base around it
   */
  #removed<T>(found: Three<Led<T> | undefined>, known: ReadonlySet<string>, path: TreePath): readonly Led<T>[] {
    const comments = [found.ours, found.theirs].flatMap((one) => one?.lead ?? []);
    if (found.base === undefined || comments.every((comment) => known.has(commentText(comment)))) return [];
    const kept = this.#conflict(found, path, 'removed on one side, and given a comment on the other');
    return kept === undefined ? [] : [kept];
  }

  #comments(versions: Three<readonly Comment[]>, path: TreePath): readonly Comment[] {
    const { comments, conflict } = mergeComments(versions, this.#pick);
    const differs = this.#strict && texts(versions.ours) !== texts(versions.theirs);
    if (!conflict && !differs) return comments;
    this.#conflicts.push({ path, what: 'its comments were changed on both sides' });
    return picked(versions, this.#pick);
  }

  /** Merges lists item by item; mappings in them are recognised by what they are called. */
  list(versions: Three<Sequence>, path: TreePath): Sequence {
    const parts = eachOf(versions, (node) => cut<Node>(node.items));
    const names = eachOf(parts, ({ led }) => led.map(({ item }) => identityOf(item)));
    const before = this.#conflicts.length;
    const led: Led<Node>[] = [];
    for (const region of regionsOf(names.base, names.ours, names.theirs))
      led.push(
        ...this.#region(
          {
            base: within(parts.base.led, region.base),
            ours: within(parts.ours.led, region.ours),
            theirs: within(parts.theirs.led, region.theirs),
          },
          region,
          path,
        ),
      );
    const trail = this.#comments(
      eachOf(parts, (part) => part.trail),
      path,
    );
    const items = [...led.flatMap(({ lead, item }) => [...lead, item]), ...trail];
    if (this.#conflicts.length > before) return { kind: 'sequence', items };
    const all = eachOf(versions, (node) => node.items);
    const merged: Sequence = { kind: 'sequence', items: reconciled<Node>(items, all, identityOf) };
    const nodes = eachOf(parts, (part) => part.led.map(({ item }) => item));
    if (
      goesAstray(
        nodes,
        led.map(({ item }) => item),
        this.#together,
      )
    )
      return this.#conflict<Sequence>(versions, path, 'items of the list were moved, changed or removed in different ways');
    return merged;
  }

  #region(items: Three<readonly Led<Node>[]>, { changed, ours: { start } }: Region, path: TreePath): readonly Led<Node>[] {
    const side = undisputed(items, sameItems, !this.#strict);
    if (side !== undefined) return items[side];
    const { base, ours, theirs } = items;
    if (this.#strict && changed !== 'nobody') return this.#conflict(items, path, 'the lists differ');
    if (areCounterparts(items))
      return ours.flatMap((mine, at) => this.#item({ base: base[at], ours: mine, theirs: theirs[at] }, [...path, start + at]));
    if (base.length === 0) return this.#bothInserted(ours, theirs, path);
    return this.#conflict(items, path, 'the same part of the list was changed on both sides');
  }

  #item(found: Three<Led<Node> | undefined>, path: TreePath): readonly Led<Node>[] {
    const nodes = eachOf(found, (one) => one?.item);
    for (const node of [nodes.base, nodes.ours, nodes.theirs]) if (node) this.#together.add(node);
    const item = this.value(nodes, path);
    return item === undefined
      ? this.#removed(found, new Set(found.base?.lead.map(commentText)), path)
      : [{ lead: this.#lead(found, path), item }];
  }

  /** Items that both sides put into one place of a list: ours come first, and what both put there is there once. */
  #bothInserted(ours: readonly Led<Node>[], theirs: readonly Led<Node>[], path: TreePath): readonly Led<Node>[] {
    const known = new Map(ours.map((one) => [identityOf(one.item), one]));
    const other = theirs.filter(({ item }) => !known.has(identityOf(item)));
    const differ = theirs.some(({ item }) => {
      const mine = known.get(identityOf(item));
      return mine !== undefined && !sameNodes(mine.item, item);
    });
    if (differ) return this.#conflict({ base: [], ours, theirs }, path, 'items of the same name were added to the list on both sides');
    if (other.length > 0 && ours.length > 0) this.#notes.push(`${shown(path)}: both sides added items in the same place: ours come first`);
    return [...ours, ...other];
  }
}

const shown = (path: TreePath): string => (path.length === 0 ? 'the documents' : `the list ${path.join('.')}`);

const texts = (comments: readonly Comment[]): string => comments.map(commentText).join();

const within = <T>(all: readonly T[], { start, end }: Range): readonly T[] => all.slice(start, end);

const sameItems = (one: readonly Led<Node>[], other: readonly Led<Node>[]): boolean =>
  one.length === other.length &&
  one.every(({ lead, item }, at) => {
    const opposite = other[at];
    return opposite !== undefined && texts(lead) === texts(opposite.lead) && sameNodes(item, opposite.item);
  });

/** What both have in the same order, at the beginning: of comments that came with an entry on both sides. */
function common(ours: readonly Comment[], theirs: readonly Comment[]): readonly Comment[] {
  const known = new Set(theirs.map(commentText));
  return ours.filter((comment) => known.has(commentText(comment)));
}

/** Entries or items with the comments in front of each, and the comments behind the last. */
function cut<T extends { readonly kind: string }>(
  items: readonly (T | Comment)[],
): { readonly led: readonly Led<T>[]; readonly trail: readonly Comment[] } {
  const led: Led<T>[] = [];
  let lead: Comment[] = [];
  for (const item of items) {
    if (isComment(item)) lead.push(item);
    else {
      led.push({ lead, item });
      lead = [];
    }
  }
  return { led, trail: lead };
}

const isComment = (item: { readonly kind: string }): item is Comment => item.kind === 'comment';

/** Whether items belong together one by one: those of the same name, and those without one by their places. */
const areCounterparts = ({ base, ours, theirs }: Three<readonly Led<Node>[]>): boolean =>
  base.length === ours.length &&
  base.length === theirs.length &&
  base.every((one, at) => {
    const names = [one, ours[at], theirs[at]].map((led) => led && calledOf(led.item));
    return new Set(names).size === 1;
  });

function whatHappened({ base, ours, theirs }: Three<Present>, strict: boolean): string {
  if (strict) return 'it differs, and the common version cannot be read';
  if (ours === undefined) return 'removed by us, changed by them';
  if (theirs === undefined) return 'changed by us, removed by them';
  return base === undefined ? 'added on both sides with different values' : 'changed on both sides';
}
