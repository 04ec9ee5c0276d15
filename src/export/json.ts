import type { Exporter } from './exporter.ts';

/** One object, every value a text. */
export const json: Exporter = {
  name: 'json',
  print: (variables) => ({ text: `${JSON.stringify(Object.fromEntries(variables), undefined, 2)}\n`, warnings: [] }),
};
