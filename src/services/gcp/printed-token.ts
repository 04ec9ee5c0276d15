import type { Context } from '../../ports.ts';
import { type CredentialsFile, optionalText, parseObject, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';

const defaultTimeout = 30_000;

/**
 * A token that a program prints (Google's AIP-4117), or has left in its output file; it runs only where the environment allows it. Throws {@link GcpFailure}.
 * @param program `executable` in the `credential_source` of the credentials
 */
export async function printedToken(program: CredentialsFile, file: CredentialsFile, context: Context): Promise<string> {
  if (context.env['GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'] !== '1')
    throw new GcpFailure(`the credentials in ${file.source} run a program; GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 allows it`);
  const output = optionalText(program, 'output_file');
  const kept = output === '' ? undefined : tokenIn((await context.files.read(output)) ?? new Uint8Array(0), context);
  return kept ?? run(program, environment(file, output), context);
}

const environment = (file: CredentialsFile, output: string): Readonly<Record<string, string>> => ({
  GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: textOf(file, 'audience'),
  GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: textOf(file, 'subject_token_type'),
  GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE: '0',
  ...(output === '' ? {} : { GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE: output }),
});

async function run(program: CredentialsFile, env: Readonly<Record<string, string>>, context: Context): Promise<string> {
  const command = textOf(program, 'command').split(/\s+/).filter(Boolean);
  const timeout = Number(program.fields['timeout_millis'] ?? defaultTimeout);
  const { status, stdout } = await context.run(command, {
    env,
    timeout,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const token = status === 0 ? tokenIn(stdout, context) : undefined;
  if (token === undefined)
    throw new GcpFailure(`'${command[0] ?? ''}', which 'credential_source' names, printed no token (status ${status})`);
  return token;
}

/** The token in what a program printed; undefined where it says that it failed, or where the token has expired. */
function tokenIn(printed: Uint8Array, { now }: Context): string | undefined {
  const fields = parseObject(new TextDecoder().decode(printed)) ?? {};
  const expiry = Number(fields['expiration_time'] ?? Infinity);
  if (fields['success'] !== true || expiry * 1000 <= now().getTime()) return undefined;
  const name = fields['token_type'] === 'urn:ietf:params:oauth:token-type:saml2' ? 'saml_response' : 'id_token';
  return optionalText({ fields }, name) || undefined;
}
