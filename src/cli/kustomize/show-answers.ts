import type { Answer } from '../../deploy/flux/answer.ts';
import type { Keyring } from '../../deploy/flux/keyring.ts';
import { oneLine } from '../../errors.ts';

/** What would be decrypted, with which key, and why not, for people. */
export function showAnswers(answers: readonly Answer[], entries: Keyring['entries'], checksMac: boolean): string {
  const count = (outcome: Answer['outcome']): number => answers.filter((answer) => answer.outcome === outcome).length;
  return [
    ...keyLines(entries),
    ...answers.flatMap(linesOf),
    '',
    `${answers.length} looked at: ${count('decrypted')} decrypted, ${count('left')} left, ${count('failed')} failed`,
    checksMac ? 'MACs were checked, which Flux does not do.' : 'MACs are not checked, as Flux does not check them: --check-mac does.',
    '',
  ].join('\n');
}

function keyLines(entries: Keyring['entries']): readonly string[] {
  if (entries === undefined) return ['keys: your own', ''];
  const used = entries.filter(({ kind }) => kind !== undefined).map(({ name, kind = '' }) => `${oneLine(name)} (${kind})`);
  const passed = entries.filter(({ kind }) => kind === undefined).map(({ name }) => oneLine(name));
  return [
    `keys: ${used.length === 0 ? 'none' : used.join(', ')}`,
    ...(passed.length === 0 ? [] : [`not keys by their names: ${passed.join(', ')}`]),
    '',
  ];
}

function linesOf({ file, part, named, outcome, message, hint, keys = [] }: Answer): readonly string[] {
  return [
    `${outcome.padEnd(9)} ${oneLine(file === '' ? '.' : file)}${part === undefined ? '' : `: ${oneLine(part)}`}`,
    `            ${oneLine(named)}`,
    `            ${oneLine(message)}`,
    ...keys.map(
      ({ masterKey, entry }) => `            opened by ${oneLine(masterKey)}${entry === undefined ? '' : `, with ${oneLine(entry)}`}`,
    ),
    ...(hint === undefined ? [] : [`            ${oneLine(hint)}`]),
  ];
}

/** The same for programs. */
export const answersAsJson = (answers: readonly Answer[], entries: Keyring['entries'], checksMac: boolean): string =>
  `${JSON.stringify({ macChecked: checksMac, ...(entries === undefined ? {} : { keys: entries }), sources: answers }, undefined, 2)}\n`;
