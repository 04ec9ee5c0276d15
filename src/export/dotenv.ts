import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = 'a dotenv file';

/** Read alike by everybody as it stands. */
const harmless = /^[\w./:@%+,-]+$/;

/** A control character, or white space at an end, or what ends a bare value or starts a quoted one. */
const notBare = /[\p{Cc}\p{Zl}\p{Zp}#]|^[\s"'`]|\s$/u;

/**
 * The readers of `.env` files disagree on what stands in quotes: Node's takes no escape but `\n` in double ones, python-dotenv takes some in each kind. What is spelled here they read alike.
 * Undefined where there is no such spelling.
 */
function spelled(text: string): string | undefined {
  if (text === '' || harmless.test(text)) return text;
  if (text.includes('\r')) return undefined;
  if (!text.includes("'") && !/\\\\|\\$/.test(text)) return `'${text}'`;
  if (!/["\\$]/.test(text)) return `"${text}"`;
  return notBare.test(text) ? undefined : text;
}

/** For `.env` files as Node, Python, Ruby and others read them. */
export const dotenv: Exporter = {
  name: 'dotenv',
  print(variables) {
    checkNames(variables, { format, names: /^[A-Za-z_][\w.-]*$/ });
    const lines = Array.from(variables, ([name, text]) => {
      const value = spelled(text);
      if (value === undefined)
        throw cannotHold(
          format,
          name,
          'readers of such files do not agree on any spelling of its value (quotes of both kinds, #, a carriage return)',
        );
      return `${name}=${value}\n`;
    });
    const expanding = [...variables].filter(([, text]) => isExpanded(text)).map(([name]) => name);
    return {
      text: lines.join(''),
      warnings: expanding.map((name) => `readers that interpolate take a part of the value of ${name} for a variable`),
    };
  },
};

/** Whether some reader puts a variable in: python-dotenv for `${…}` however it is quoted, others for `$NAME` where it is not in single quotes. */
const isExpanded = (text: string): boolean => text.includes('${') || (/\$[A-Za-z_]/.test(text) && spelled(text)?.startsWith("'") !== true);
