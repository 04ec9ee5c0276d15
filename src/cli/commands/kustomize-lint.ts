import type { FluxFinding } from '../../deploy/flux/finding.ts';
import { entryKeyring } from '../../deploy/flux/keyring.ts';
import { lintKeys } from '../../deploy/flux/lint-keys.ts';
import { lintTree } from '../../deploy/flux/lint.ts';
import { oneLine, SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { generic, success } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { folderFiles } from '../kustomize/folder-files.ts';
import { givenKeyData } from '../kustomize/given-keys.ts';
import { treePlace } from '../kustomize/tree-place.ts';
import { print, say } from '../report.ts';

/** `sopsmith kustomize lint folder`. Answers 1 where anything was found. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags, context } = invocation;
  const [word = ''] = words;
  if (words.length !== 1) throw new SopsError('USAGE', 'one folder with a kustomization is wanted');
  const data = givenKeyData(invocation);
  const keys = data && lintKeys(data, context);
  const keyring = entryKeyring(keys?.usable ?? new Map(), keySources, context);
  try {
    const { root, folder } = treePlace(word, invocation);
    const findings = [...(keys?.findings ?? []), ...(await lintTree(folderFiles(root), folder, keyring, data !== undefined))];
    return show(findings, flags.isOn('json'));
  } finally {
    keyring.forget();
  }
}

function show(findings: readonly FluxFinding[], json: boolean): number {
  print(json ? `${JSON.stringify({ findings }, undefined, 2)}\n` : findings.map(textOf).join(''));
  say(findings.length === 0 ? 'nothing found' : `${findings.length} found`);
  return findings.length === 0 ? success : generic;
}

const textOf = ({ file, part, rule, message, hint }: FluxFinding): string =>
  `${oneLine(file)}${part === undefined ? '' : `: ${oneLine(part)}`}: ${oneLine(message)} [${rule}]\n    ${oneLine(hint)}\n`;
