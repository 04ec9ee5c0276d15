// An age plugin for tests, https://c2sp.org/age-plugin: recipients age1test1… and identities AGE-PLUGIN-TEST-1… of the same bytes fit each other.
// AGE_PLUGIN_TEST holds steps as JSON, done before anything is answered: what the person is told and asked, with the answer wanted, and every kind of misbehaviour.
import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';

interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Buffer;
}

let held = '';

function readLine(): string {
  for (let end = held.indexOf('\n'); ; end = held.indexOf('\n')) {
    if (end >= 0) {
      const line = held.slice(0, end);
      held = held.slice(end + 1);
      return line;
    }
    const part = Buffer.alloc(65_536);
    const length = readSync(0, part);
    if (length === 0) process.exit(1);
    held += part.toString('latin1', 0, length);
  }
}

function read(): Stanza {
  const [, type = '', ...args] = readLine().split(' ');
  let text = '';
  for (let line = readLine(); ; line = readLine()) {
    text += line;
    if (line.length < 64) return { type, args, body: Buffer.from(text, 'base64') };
  }
}

function write(text: string): void {
  for (let left = Buffer.from(text); left.length > 0;) left = left.subarray(writeSync(1, left));
}

function say(type: string, args: readonly string[] = [], body: Uint8Array | string = ''): void {
  const text = Buffer.from(body).toString('base64').replaceAll('=', '');
  const lines = text.match(/.{1,64}/g) ?? [];
  write([['->', type, ...args].join(' '), ...lines, ...(text.length % 64 === 0 ? [''] : []), ''].join('\n'));
}

/** Says something that wants an answer, and answers that. */
function ask(type: string, args: readonly string[] = [], body: Uint8Array | string = ''): string {
  say(type, args, body);
  const { type: kind, args: more, body: answer } = read();
  return [kind, ...more, ...(answer.length > 0 ? [answer.toString()] : [])].join(' ');
}

function fail(why: string): never {
  ask('error', ['internal'], why);
  process.exit(1);
}

function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => undefined);
}

const steps: Readonly<Record<string, (...words: readonly string[]) => void>> = {
  /** Sends any command, and wants an answer. */
  ask: (type = '', text = '', wanted = 'ok', ...args) => {
    const answer = ask(
      type,
      args.map((arg) => Buffer.from(arg).toString('base64').replaceAll('=', '')),
      text,
    );
    if (answer !== wanted) fail(`the answer to ${type} was ${answer}`);
  },
  error: (text = '') => fail(text),
  say: (text = '') => {
    write(text);
  },
  stanza: (type = '', ...args) => void ask(type, args),
  exit: (status, text = '') => {
    writeSync(2, text);
    process.exit(Number(status));
  },
  kill: () => void process.kill(process.pid, 'SIGKILL'),
  wait: (milliseconds) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds)),
  hang: () => {
    ignoreSignals();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  flood: () => {
    ignoreSignals();
    for (;;) write('x'.repeat(65_536));
  },
  chatter: () => {
    for (;;) ask('msg', [], 'still here');
  },
};

function doSteps(): void {
  const wanted: readonly (readonly string[])[] = JSON.parse(process.env['AGE_PLUGIN_TEST'] ?? '[]');
  for (const [step = '', ...words] of wanted) steps[step]?.(...words);
}

/** The bytes between the separator and the checksum, as they are spelled. */
const nameOf = (text: string): string => text.toLowerCase().slice(text.lastIndexOf('1') + 1, -6);
const tagOf = (name: string): string => createHash('sha256').update(`tag ${name}`).digest('hex').slice(0, 8);
function mask(body: Uint8Array, name: string): Uint8Array {
  const key = createHash('sha256').update(`key ${name}`).digest();
  return body.map((byte, at) => byte ^ (key[at] ?? 0));
}

function readAll(): readonly Stanza[] {
  const all: Stanza[] = [];
  for (;;) {
    const stanza = read();
    if (stanza.type === 'done') return all;
    all.push(stanza);
  }
}

function wrap(): void {
  const all = readAll();
  doSteps();
  const fileKey = all.find(({ type }) => type === 'wrap-file-key')?.body ?? Buffer.alloc(0);
  if (all.some(({ type }) => type === 'extension-labels')) ask('labels', []);
  for (const { type, args } of all) {
    const name = nameOf(args[0] ?? '');
    if (type === 'add-recipient') ask('recipient-stanza', ['0', 'test', tagOf(name)], mask(fileKey, name));
  }
}

function unwrap(): void {
  const all = readAll();
  doSteps();
  const names = all.flatMap(({ type, args }) => (type === 'add-identity' ? [nameOf(args[0] ?? '')] : []));
  for (const { type, args, body } of all) {
    const [index = '', kind, tag] = args;
    const name = names.find((one) => tagOf(one) === tag);
    if (type === 'recipient-stanza' && kind === 'test' && name !== undefined) {
      ask('file-key', [index], mask(body, name));
      break;
    }
  }
}

if (process.argv[2] === '--age-plugin=recipient-v1') wrap();
else if (process.argv[2] === '--age-plugin=identity-v1') unwrap();
else process.exit(1);
say('done');
