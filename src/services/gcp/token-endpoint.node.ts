import type { Context } from '../../ports.ts';
import { send } from '../http.node.ts';
import { asObject, parseObject } from './credentials.ts';
import { serviceMessage } from '../service-message.ts';
import { GcpFailure } from './failure.ts';

/** Lets its bearer in until it expires, in milliseconds since 1970. */
export interface Token {
  readonly value: string;
  readonly expires: number;
}

/** What is sent, and what it is. */
interface Content {
  readonly type: 'application/json' | 'application/x-www-form-urlencoded';
  readonly text: string;
}
export const formOf = (fields: Readonly<Record<string, string>>): Content => ({
  type: 'application/x-www-form-urlencoded',
  text: new URLSearchParams(fields).toString(),
});
export const jsonOf = (value: object): Content => ({ type: 'application/json', text: JSON.stringify(value) });

/** What is asked of something that gives out tokens. */
export interface TokenRequest {
  /** For messages: `the token endpoint`. */
  readonly giver: string;
  readonly url: string;
  readonly content?: Content;
  /** Without: POST where there is content, else GET. */
  readonly method?: 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent and may not be told. */
  readonly secrets: readonly string[];
  /** What to do when it refuses. */
  readonly remedy: string;
  readonly timeout?: number;
  readonly retries?: number;
}

/** Asks, and answers the text of a good answer. Throws {@link GcpFailure} with what was said and the remedy, and `HttpFailure`. */
export async function askText(request: TokenRequest, context: Context): Promise<string> {
  const { giver, content, secrets, remedy, ...rest } = request;
  const asked =
    content === undefined
      ? ({ method: 'GET', ...rest } as const)
      : ({ method: 'POST', ...rest, body: content.text, headers: { 'Content-Type': content.type, ...rest.headers } } as const);
  const answer = await send(asked, context);
  const text = new TextDecoder().decode(answer.body);
  if (answer.status >= 200 && answer.status < 300) return text;
  const said = serviceMessage(wordsIn(text), [...secrets, rest.headers?.['Authorization'] ?? '']);
  throw new GcpFailure(`${giver} refused with status ${answer.status}${said === '' ? '' : `: ${said}`}; ${remedy}`);
}

/** The same for an answer of JSON. */
export async function askObject(request: TokenRequest, context: Context): Promise<Readonly<Record<string, unknown>>> {
  const fields = parseObject(await askText(request, context));
  if (fields === undefined) throw new GcpFailure(`the answer of ${request.giver} is not a JSON object`);
  return fields;
}

/** The same for an answer as OAuth shapes it: `access_token`, `expires_in`. */
export async function askForToken(request: TokenRequest, context: Context): Promise<Token> {
  const { access_token: value, expires_in: seconds } = await askObject(request, context);
  if (typeof value !== 'string' || value === '') throw new GcpFailure(`the answer of ${request.giver} is without a token`);
  const lifetime = Number(seconds);
  return { value, expires: context.now().getTime() + (lifetime > 0 ? lifetime * 1000 : 0) };
}

/** OAuth says `error` and `error_description`, Google's services `error.status` and `error.message`; a page of HTML says nothing. */
function wordsIn(text: string): string {
  const { error, error_description: description } = parseObject(text) ?? {};
  const { status, message } = asObject(error) ?? {};
  return [error, description, status, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
}
