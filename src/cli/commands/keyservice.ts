import type { Refusal } from '../../keyservice/answer.ts';
import { localKeyService } from '../../keyservice/local.ts';
import { keySources } from '../../keysources/index.ts';
import { createNodeContext } from '../../node/index.ts';
import { startKeyServer } from '../../node/keyservice-server.ts';
import { type Questioner, standardInputQuestions } from '../../node/line-answers.ts';
import type { Invocation } from '../invocation.ts';
import { log, print, say, warn } from '../report.ts';

/** `sopsmith keyservice`: serves until a signal ends it. */
export async function run({ flags }: Invocation): Promise<void> {
  const questions = flags.isOn('prompt') ? standardInputQuestions(print) : undefined;
  const server = await startKeyServer(
    { network: flags.text('network') ?? 'tcp', address: flags.text('address') ?? '127.0.0.1:5000' },
    {
      keyService: () => localKeyService(keySources, createNodeContext({ log })),
      sources: keySources,
      log: logRequest,
      ...(questions === undefined ? {} : { approve: async (question, signal) => approve(question, signal, questions) }),
    },
  );
  if (server.exposed)
    warn(`${server.uri} is reached from other machines: whoever does can use your keys, and data keys pass without encryption`);
  say(`Listening on ${server.uri}`);
  const signal = await ending();
  say(`Caught signal ${signal}: shutting down.`);
  questions?.close();
  await server.close();
}

/** Asks as sops does, until the answer is y or n (`keyservice/server.go`, prompt). */
async function approve(question: string, signal: AbortSignal, questions: Questioner): Promise<boolean> {
  for (;;) {
    const answer = await questions.ask(`\n${question} (y/n): `, signal);
    if (answer === undefined || answer.trim() === 'n') return false;
    if (answer.trim() === 'y') return true;
  }
}

function logRequest(request: string, refusal: Refusal | undefined): void {
  log({ level: 'info', message: refusal === undefined ? `Answered ${request}` : `Refused ${request}: ${refusal.details}` });
}

/** A second signal ends the process at once. SIGHUP is left alone: who says `nohup` wants it ignored. */
function ending(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve);
  });
}
