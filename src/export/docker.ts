import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = "Docker's file of variables";

/** Docker reads lines no longer than this, in bytes (Go: `bufio.MaxScanTokenSize`). */
const longestLine = 64 * 1024 - 1;

/** For `docker run --env-file`, which takes each line as it stands. */
export const docker: Exporter = {
  name: 'docker',
  print(variables) {
    checkNames(variables, { format, names: /^[^\s#=\uFEFF][^\s=]*$/ });
    const lines = Array.from(variables, ([name, text]) => {
      const line = `${name}=${text}`;
      if (text.includes('\n')) throw cannotHold(format, name, 'its value has several lines');
      if (text.endsWith('\r')) throw cannotHold(format, name, 'its value ends in a carriage return');
      if (new TextEncoder().encode(line).length > longestLine) throw cannotHold(format, name, 'with its value it is longer than 64 KiB');
      return `${line}\n`;
    });
    return { text: lines.join(''), warnings: [] };
  },
};
