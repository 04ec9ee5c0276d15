import { printable } from '../../errors.ts';
import type { Prompt } from '../../ports.ts';

/** What a plugin wants the person to be told or asked. */
export interface PluginQuestion {
  readonly type: string;
  readonly args: readonly string[];
  readonly message: string;
}

/** The answer as the plugin is told it: `ok`, with an argument or a text; `fail`, where nobody answers; `unsupported`, for what is not known here. */
export interface PluginAnswer {
  readonly type: 'ok' | 'fail' | 'unsupported';
  readonly args?: readonly string[];
  readonly text?: string;
}

/** Passes a question of a plugin on to the person at the terminal; the person sees which plugin asks, and nothing that steers the terminal. */
export async function askForPlugin(name: string, { type, args, message }: PluginQuestion, prompt: Prompt): Promise<PluginAnswer> {
  const shown = `age-plugin-${name}: ${printable(message)}`;
  switch (type) {
    case 'msg':
      return prompt.tell === undefined ? failed : (prompt.tell(shown), { type: 'ok' });
    case 'request-secret':
      return answered(await prompt.secret(`${shown} `));
    case 'request-public':
      return answered(await prompt.line?.(`${shown} `));
    case 'confirm':
      return confirm(shown, args, prompt);
    default:
      return { type: 'unsupported' };
  }
}

const failed: PluginAnswer = { type: 'fail' };
const answered = (text: string | undefined): PluginAnswer => (text === undefined ? failed : { type: 'ok', text });

/** A choice between one or two answers, which are given in base64. */
async function confirm(question: string, args: readonly string[], prompt: Prompt): Promise<PluginAnswer> {
  const [yes = '', no] = args.map((arg) => `'${printable(decode(arg))}'`);
  const choice = no === undefined ? `press Enter for ${yes}` : `type 1 for ${yes} or 2 for ${no}`;
  for (;;) {
    const typed = await prompt.line?.(`${question} (${choice}) `);
    if (typed === undefined) return failed;
    if (no === undefined || typed.trim() === '1') return { type: 'ok', args: ['yes'] };
    if (typed.trim() === '2') return { type: 'ok', args: ['no'] };
  }
}

function decode(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    return '?';
  }
}
