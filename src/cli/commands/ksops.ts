import { generate, manifestsIn } from '../../deploy/ksops/generate.ts';
import { isGenerator } from '../../deploy/ksops/generator.ts';
import { printResourceList, printStream, readFunctionInput } from '../../deploy/ksops/resource-list.ts';
import type { Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { rememberingKeyService } from '../../keyservice/remembering.ts';
import { readStandardInput } from '../../node/standard-input.ts';
import { audit } from '../audit.ts';
import { fileInput, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { print } from '../report.ts';
import { servicesOf } from '../services.ts';
import { unattended } from '../unattended.ts';

/** `sopsmith ksops [manifest]`, or `ksops` by that name: a function of Kustomize that reads a `ResourceList`, or its exec plug-in, which is given a file. */
export async function run(invocation: Invocation): Promise<void> {
  const [word, second] = invocation.words;
  if (second !== undefined || word === 'install')
    throw new SopsError('USAGE', 'one generator manifest is wanted, or a ResourceList on standard input', {
      hint: 'to install it, copy or link this program to a file named ksops',
    });
  if (word !== undefined) {
    const manifests = manifestsIn(readInput(fileInput(word)), word);
    print(printStream(await inFile(word, () => generated(manifests, invocation))));
    return;
  }
  if (process.stdin.isTTY)
    throw new SopsError('USAGE', 'a ResourceList is wanted on standard input, which is a terminal', {
      hint: 'kustomize build --enable-alpha-plugins --enable-exec runs it',
    });
  const { list, items } = await inFile('standard input', () => readFunctionInput(readStandardInput()));
  if (!items.some(isGenerator) && items.length > 0)
    throw new SopsError('MALFORMED_DOCUMENT', 'there is no generator manifest among the items: none is of viaduct.ai');
  print((list ? printResourceList : printStream)(await generated(items, invocation)));
}

/** The items, with what generators ask for in their place. */
async function generated(items: readonly Mapping[], invocation: Invocation): Promise<readonly Mapping[]> {
  const services = servicesOf({ ...invocation, context: unattended(invocation.context) });
  const keys = rememberingKeyService(services.keys);
  const opened = async (path: string): Promise<void> => audit(['decrypt'], path);
  try {
    const answers: Mapping[] = [];
    for (const item of items) {
      if (isGenerator(item)) answers.push(...(await generate(item, { services: { ...services, keys }, opened })));
      else answers.push(item);
    }
    return answers;
  } finally {
    keys.forget();
  }
}
