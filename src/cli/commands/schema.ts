import { resolve } from 'node:path';
import { configSchema } from '../config-schema.ts';
import type { Invocation } from '../invocation.ts';
import { isStandardOutput } from '../output.ts';
import { print } from '../report.ts';

/** `sopsmith schema`. */
export async function run({ flags, context }: Invocation): Promise<void> {
  const output = flags.text('output');
  if (output === undefined || isStandardOutput(output)) print(configSchema());
  else await context.files.replace(resolve(output), Buffer.from(configSchema()));
}
