import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownCommand } from '../own-command.ts';
import { answerLength, type KeyAnswer, type KeyRequest, readAnswer, writeRequest } from './messages.ts';
import { dataKeySocket, isSocket } from './socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How long an answer is waited for, and how long an agent may take to start, in milliseconds. */
const patience = 1000;
const startTime = 3000;
const pause = 15;

/** Asks the process that remembers this user's data keys; undefined where there is none. Never throws. */
export async function askDataKeys(request: KeyRequest, env: Environment): Promise<KeyAnswer | undefined> {
  const path = dataKeySocket(env);
  return path === undefined || !isSocket(path) ? undefined : exchange(path, request);
}

/** As {@link askDataKeys}, where the process is started if there is none. It outlives this one. */
export async function askOrStart(request: KeyRequest, seconds: number, env: Environment): Promise<KeyAnswer | undefined> {
  const answered = await askDataKeys(request, env);
  if (answered !== undefined || dataKeySocket(env) === undefined) return answered;
  await start(seconds, env);
  for (let waited = 0; waited < startTime; waited += pause) {
    const answer = await askDataKeys(request, env);
    if (answer !== undefined) return answer;
    await sleep(pause);
  }
  return undefined;
}

function exchange(path: string, request: KeyRequest): Promise<KeyAnswer | undefined> {
  return new Promise((resolve) => {
    const bytes = new Uint8Array(answerLength);
    let length = 0;
    const socket = connect(path, () => socket.write(writeRequest(request)));
    const done = (): void => {
      socket.destroy();
      resolve(length === answerLength ? readAnswer(bytes) : undefined);
      bytes.fill(0);
    };
    socket.setTimeout(patience, done);
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (part: Buffer) => {
      part.copy(bytes, length);
      length = Math.min(answerLength, length + part.length);
      part.fill(0);
      if (length === answerLength) done();
    });
  });
}

/** What the agent gets of the environment: nothing that may hold a key. */
const passedOn = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'TMPDIR', 'TMP', 'TEMP'];

/** Starts the agent in a session of its own, away from the terminal, with no core dump should it crash. */
async function start(seconds: number, env: Environment): Promise<void> {
  const { spawn } = await import('node:child_process');
  const command = [...ownCommand(), 'git', 'cache', '--timeout', String(seconds)];
  const child = spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', ...command], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: Object.fromEntries(passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  });
  child.on('error', () => undefined);
  child.unref();
}
