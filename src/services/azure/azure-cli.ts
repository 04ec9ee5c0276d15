import type { Context } from '../../ports.ts';
import { fieldIn, textIn } from '../json-field.ts';
import { ServiceFailure } from '../service-failure.ts';
import { serviceMessage } from '../service-message.ts';
import type { Challenge, Token } from './challenge.ts';

/** How long `az` may take, in milliseconds: it is slow to start. */
const timeout = 20_000;
/** Status of a command that cannot be started. */
const notStarted = 127;

/** A token of whoever logged in with `az login`; throws an error that says why there is none and what to run. */
export async function cliToken({ scope, tenantId }: Challenge, context: Context, signal?: AbortSignal): Promise<Token> {
  const resource = scope.replace(/\/\.default$/, '');
  // Both come from the vault, and on Windows a shell reads them.
  if (![resource, tenantId ?? ''].every((word) => /^[\w.:/-]*$/.test(word)))
    throw new ServiceFailure('the vault names an impossible tenant');
  const tenant = tenantId === undefined ? [] : ['--tenant', tenantId];
  const words = ['az', 'account', 'get-access-token', '--output', 'json', '--resource', resource, ...tenant];
  const command = process.platform === 'win32' ? ['cmd.exe', '/d', '/c', ...words] : words;
  const { status, stdout, stderr } = await context.run(command, { timeout, ...(signal === undefined ? {} : { signal }) });
  if (status === notStarted || /'az' is not recognized/.test(stderr)) throw new ServiceFailure('there is no program az');
  if (status !== 0) throw new ServiceFailure(`${reasonIn(stderr)}; run ${['az login', ...tenant].join(' ')}`);
  return tokenIn(stdout);
}

/** `ERROR: AADSTS700082: The refresh token has expired …`, among warnings. */
function reasonIn(stderr: string): string {
  const [, error] = /^ERROR: ?(.*(?:AADSTS\d+|login).*)$/m.exec(stderr) ?? /^(?:ERROR: ?)?(.+)$/m.exec(stderr) ?? [];
  return serviceMessage(error?.replace(/(Trace ID|Correlation ID|Timestamp):.*/, '') ?? 'az does not tell why').replace(/\.$/, '');
}

function tokenIn(stdout: Uint8Array): Token {
  const answer = parsed(new TextDecoder().decode(stdout));
  const text = textIn(answer, 'accessToken');
  // Older versions have local time only.
  const seconds = Number(fieldIn(answer, 'expires_on'));
  const expires = seconds > 0 ? seconds * 1000 : Date.parse(textIn(answer, 'expiresOn'));
  if (text === '' || Number.isNaN(expires)) throw new ServiceFailure('the answer of az is malformed');
  return { text, expires };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
