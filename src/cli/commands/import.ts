import { basename } from 'node:path';
import type { Imported, ImportedSecret } from '../../deploy/import/imported-secret.ts';
import { readDotenv } from '../../deploy/import/read-dotenv.ts';
import { readManifests } from '../../deploy/import/read-manifests.ts';
import { SopsError } from '../../errors.ts';
import { fileInput, mustExist, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Material, type Target, targetsOf } from '../import/targets.ts';
import { type SealedTarget, sealTarget, writeTarget } from '../import/seal-target.ts';
import { isStandardOutput } from '../output.ts';
import { warn } from '../report.ts';

/** `sopsmith import [file…|-]`. Nothing is written before everything is encrypted, and nothing in clear at all. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags } = invocation;
  const output = flags.text('output');
  if (output === undefined || isStandardOutput(output))
    throw new SopsError('USAGE', 'an encrypted file to write is wanted, or a folder: --output', {
      hint: 'its name decides which creation rule and which format it gets',
    });
  const targets = await readTargets(words.length === 0 ? ['-'] : words, output, invocation);
  const sealed: SealedTarget[] = [];
  for (const target of targets) sealed.push(await inFile(target.shown, () => sealTarget(target, invocation)));
  for (const one of sealed) await writeTarget(one, invocation);
}

async function readTargets(words: readonly string[], output: string, invocation: Invocation): Promise<readonly Target[]> {
  const type = invocation.flags.text('input-type');
  const [word = '-', second] = words;
  if (!words.some((one) => isDotenv(one, type))) return targetsOf(output, { secrets: await secretsOf(words, invocation) });
  if (second !== undefined) throw new SopsError('USAGE', 'variables are imported one file at a time');
  return targetsOf(output, await variablesOf(word, output, invocation));
}

async function secretsOf(words: readonly string[], { flags }: Invocation): Promise<readonly ImportedSecret[]> {
  if (['name', 'namespace', 'type'].some((name) => flags.text(name) !== undefined))
    throw new SopsError('USAGE', '--name, --namespace and --type are for Secrets made of variables: manifests have names');
  const imported: Imported[] = [];
  for (const word of words)
    imported.push(await inFile(word, () => readManifests(contentOf(word), { stringData: flags.isOn('string-data') })));
  for (const warning of imported.flatMap(({ warnings }) => warnings)) warn(warning);
  return imported.flatMap(({ secrets }) => secrets);
}

/** A `.env` file stays one where that is wanted, and is a Secret elsewhere. */
async function variablesOf(word: string, output: string, { flags }: Invocation): Promise<Material> {
  const variables = contentOf(word);
  if (output.endsWith('.env')) return { secrets: [], variables };
  const name = { name: flags.text('name'), namespace: flags.text('namespace'), type: flags.text('type') };
  return { secrets: [await inFile(word, () => readDotenv(variables, name))] };
}

function contentOf(word: string): Uint8Array {
  const input = fileInput(word);
  mustExist(input);
  return readInput(input);
}

const isDotenv = (word: string, type: string | undefined): boolean =>
  type === undefined ? /(^|\.)env$/.test(basename(word)) : type === 'dotenv';
