import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

/** All that PowerShell might read in another way than it stands: what is no printable ASCII. Its single quotes are five characters, of which one is in ASCII. */
const foreign = /[^\u0020-\u007E]+/gu;

/** Texts in single quotes, and the numbers of all characters that neither a pipe of lines nor the code page of a console could change. */
function quoted(text: string): string {
  const spelled = text.replaceAll("'", "''").replaceAll(foreign, (characters) => {
    const units = Array.from(
      { length: characters.length },
      (_, at) => `[char]0x${characters.charCodeAt(at).toString(16).padStart(4, '0')}`,
    );
    return `'+${units.join('+')}+'`;
  });
  return `'${spelled}'`;
}

/** For Windows PowerShell and PowerShell: one line a variable, in ASCII, so that it holds in a pipe to `Invoke-Expression`. */
export const powershell: Exporter = {
  name: 'powershell',
  print(variables) {
    checkNames(variables, { format: 'a PowerShell script', names: /^[A-Za-z_][\w.-]*$/ });
    const met = new Set<string>();
    const lines = Array.from(variables, ([name, text]) => {
      if (met.has(name.toUpperCase()))
        throw cannotHold('a PowerShell script', name, 'names that differ in case alone are one variable on Windows');
      met.add(name.toUpperCase());
      return `\${Env:${name}} = ${quoted(text)}\n`;
    });
    return { text: lines.join(''), warnings: [] };
  },
};
