import { examine } from '../doctor/examine.ts';
import { asJson, asText } from '../doctor/show.ts';
import { generic, success } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../report.ts';

/** `sopsmith doctor [file|folder…]`. Answers 1 where something is wrong. */
export async function run(invocation: Invocation): Promise<number> {
  const diagnosis = await examine(invocation);
  print(invocation.flags.isOn('json') ? asJson(diagnosis) : asText(diagnosis));
  return diagnosis.problems.length === 0 ? success : generic;
}
