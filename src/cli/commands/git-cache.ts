import { SopsError } from '../../errors.ts';
import { serveDataKeys } from '../../node/data-keys/agent.ts';
import { askDataKeys } from '../../node/data-keys/client.ts';
import type { Invocation } from '../invocation.ts';
import { usualTime } from '../remembered-keys.ts';
import { say } from '../report.ts';

/** `sopsmith git cache`: remembers data keys until nobody has used any for a while; with `--stop`, has the process that does so forget them and end. */
export async function run({ flags, context: { env } }: Invocation): Promise<void> {
  if (flags.isOn('stop')) {
    const stopped = await askDataKeys({ verb: 'stop' }, env);
    say(stopped === undefined ? 'No data keys are remembered.' : 'Forgotten.');
    return;
  }
  const seconds = flags.number('timeout') ?? usualTime;
  if (seconds <= 0 || seconds > 86_400) throw new SopsError('USAGE', '--timeout takes seconds, from 1 to 86400');
  await serveDataKeys(seconds, env);
}
