import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = 'a tfvars file';

/** Names that Terraform does not take for variables. */
const kept: ReadonlySet<string> = new Set(['source', 'version', 'providers', 'count', 'for_each', 'lifecycle', 'depends_on', 'locals']);

const short: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '"': String.raw`\"`,
  '\\': '\\\\',
};

/** What HCL takes for an end, an escape or a break, or what editors do not show. */
const special = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function quoted(text: string): string {
  const escaped = text.replaceAll(
    special,
    (character) => short[character] ?? `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
  // `${` and `%{` begin a template: the sign is written twice.
  return `"${escaped.replaceAll(/[$%](?=\{)/g, '$&$&')}"`;
}

/** For Terraform and OpenTofu: every value is a text, which they make a number or a bool where the variable says so. */
export const tfvars: Exporter = {
  name: 'tfvars',
  print(variables) {
    checkNames(variables, { format, names: /^[A-Za-z_][\w-]*$/, kept });
    const lines = Array.from(variables, ([name, text]) => {
      if (text.normalize('NFC') !== text)
        throw cannotHold(format, name, 'its value is not in the normal form that Terraform brings every text into (NFC)');
      return `${name} = ${quoted(text)}\n`;
    });
    return { text: lines.join(''), warnings: [] };
  },
};
