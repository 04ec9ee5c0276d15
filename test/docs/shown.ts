/** A command that a page shows, and what it shows of its output. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** A file that a page shows: a block whose fence names it, as in "yaml .sops.yaml". */
export interface ShownFile {
  readonly name: string;
  readonly content: string;
}

/** What a page asks its reader to do, in order: write a file, or type the commands of one block. */
export type Step = { readonly file: ShownFile } | { readonly commands: readonly Shown[] };

/** Reads the `console` blocks (`$ ` before a command, `> ` before its further lines, then its output) and the files of a page. */
export function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].flatMap(([, language, name, block = '']): readonly Step[] => {
    if (name !== undefined) return [{ file: { name, content: block } }];
    return language === 'console' ? [{ commands: commandsOf(block) }] : [];
  });
}

function commandsOf(block: string): readonly Shown[] {
  return block.split(/^\$ /m).flatMap((part): readonly Shown[] => {
    if (part === '') return [];
    const lines = part.replace(/\n$/, '').split('\n');
    const more = lines.slice(1).findIndex((line) => !line.startsWith('> '));
    const end = more === -1 ? lines.length : more + 1;
    return [{ command: [lines[0], ...lines.slice(1, end).map((line) => line.slice(2))].join('\n'), output: lines.slice(end) }];
  });
}

/** Whether an output is the one shown: `…` stands for anything in a line, and alone in a line for any lines. */
export function fits(shown: readonly string[], output: string): boolean {
  const lines = shown.map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`));
  return new RegExp(`^${lines.join('')}$`).test(output === '' || output.endsWith('\n') ? output : `${output}\n`);
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
