import { printable } from '../errors.ts';

/** Lines with aligned columns; the last is as long as it likes. What could steer a terminal is spelled out. */
export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[], indent = ''): string {
  const all = [titles, ...rows.map((cells) => cells.map(printable))];
  const widths = titles.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  return all
    .map(
      (cells) =>
        `${indent}${cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
