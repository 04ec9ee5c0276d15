import type { Document, Mapping, Node } from '../../document/tree.ts';
import type { Flaw } from './finding.ts';

/** What `x-sopsmith: { check: … }` in a `.sops.yaml` says; real sops reads nothing of it. */
export interface Settings {
  /** Globs of files that are not looked at, relative to the folder of the config file. */
  readonly exclude: readonly string[];
  /** Globs of files by the ID of a rule that does not hold for them. */
  readonly allow: ReadonlyMap<string, readonly string[]>;
  readonly flaws: readonly Flaw[];
}

/** Reads the settings of a config file, with what is wrong in them. */
export function readSettings({ branches }: Document): Settings {
  const flaws: Flaw[] = [];
  const own = field(branches[0], 'x-sopsmith');
  const check = field(own, 'check');
  const texts = (node: Node | undefined, name: string): readonly string[] => {
    if (node === undefined || node.kind === 'null') return [];
    const items = node.kind === 'sequence' ? node.items.filter((item) => item.kind !== 'comment') : [node];
    const found = items.flatMap((item) => (item.kind === 'leaf' ? [item.text] : []));
    if (found.length < items.length) flaws.push({ message: `'${name}' of x-sopsmith is not a list of globs`, ...placeOf(node) });
    return found;
  };
  for (const [node, name, known] of [
    [own, 'x-sopsmith', ['check', 'max_age']],
    [check, 'check', ['exclude', 'allow']],
  ] as const)
    for (const item of itemsOf(node))
      if (!known.some((one) => one === item.key))
        flaws.push({ message: `unknown key '${item.key}' in '${name}' is ignored`, ...placeOf(item.value) });
  return {
    exclude: texts(field(check, 'exclude'), 'exclude'),
    allow: new Map(itemsOf(field(check, 'allow')).map(({ key, value }) => [key, texts(value, key)])),
    flaws,
  };
}

const itemsOf = (node: Node | undefined): readonly { readonly key: string; readonly value: Node }[] =>
  node?.kind === 'mapping' ? node.items.filter((item) => item.kind === 'entry') : [];

const field = (node: Node | Mapping | undefined, name: string): Node | undefined => itemsOf(node).find(({ key }) => key === name)?.value;

const placeOf = (node: Node): Pick<Flaw, 'at'> => (node.slot === undefined ? {} : { at: node.slot.start });
