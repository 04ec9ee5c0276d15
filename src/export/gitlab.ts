import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = "GitLab's dotenv report";

/** What GitLab strips from both ends of a value. */
const stripped = /^[\s\0]|[\s\0]$/;
/** What GitLab and its runner put the value of another variable for. */
const expanded = /\$|%%|%[A-Za-z_]\w*%/;

/** Bytes; a server can allow more. */
const usualLimit = 5 * 1024;

/** For `artifacts:reports:dotenv` of GitLab CI, which takes each line as it stands but for white space at its ends and names of variables within. */
export const gitlab: Exporter = {
  name: 'gitlab',
  print(variables) {
    checkNames(variables, { format, names: /^\w{1,255}$/ });
    const text = Array.from(variables, ([name, value]) => {
      if (value.includes('\n')) throw cannotHold(format, name, 'its value has several lines');
      if (stripped.test(value)) throw cannotHold(format, name, 'its value has white space at an end, which GitLab takes off');
      if (expanded.test(value)) throw cannotHold(format, name, 'its value has $ or %…% in it, which GitLab takes for a variable');
      return `${name}=${value}\n`;
    }).join('');
    const large = new TextEncoder().encode(text).length >= usualLimit;
    return { text, warnings: large ? ['the report is larger than the 5 KiB that GitLab takes unless told otherwise'] : [] };
  },
};
