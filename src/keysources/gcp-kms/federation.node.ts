import type { Context } from '../../ports.ts';
import { type CredentialsFile, optionalText, parseObject, partOf, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';
import { askForToken, askText, type Token } from './token-endpoint.node.ts';

/** A token for a workload that another issuer knows: what the issuer gave it, exchanged at Google's security token service (RFC 8693). */
export async function federatedToken(file: CredentialsFile, scopes: readonly string[], context: Context): Promise<Token> {
  const subject = await subjectToken(file, context);
  const project = optionalText(file, 'workforce_pool_user_project');
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: textOf(file, 'audience'),
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: subject,
    subject_token_type: textOf(file, 'subject_token_type'),
    scope: scopes.join(' '),
    ...(project === '' || optionalText(file, 'client_id') !== '' ? {} : { options: JSON.stringify({ userProject: project }) }),
  };
  return askForToken(
    {
      giver: 'the security token service',
      url: tokenUrl(file, 'token'),
      form,
      headers: clientHeader(file),
      secrets: [subject, optionalText(file, 'client_secret')],
      remedy: 'see that the provider of the workload identity pool takes tokens of this issuer, audience and subject',
    },
    context,
  );
}

/** A token for a person that another issuer knows, as `gcloud auth application-default login` with a login configuration leaves them. */
export async function workforceToken(file: CredentialsFile, context: Context): Promise<Token> {
  const refresh = textOf(file, 'refresh_token');
  return askForToken(
    {
      giver: 'the security token service',
      url: tokenUrl(file, 'oauthtoken'),
      form: { grant_type: 'refresh_token', refresh_token: refresh },
      headers: clientHeader(file),
      secrets: [refresh, optionalText(file, 'client_secret')],
      remedy: "'gcloud auth application-default login' gives new credentials",
    },
    context,
  );
}

const tokenUrl = (file: CredentialsFile, method: string): string =>
  optionalText(file, 'token_url') || `https://sts.${optionalText(file, 'universe_domain') || 'googleapis.com'}/v1/${method}`;

function clientHeader(file: CredentialsFile): Readonly<Record<string, string>> {
  const [id, secret] = [optionalText(file, 'client_id'), optionalText(file, 'client_secret')];
  return id === '' || secret === '' ? {} : { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** What the other issuer gave the workload: in a file, or at a URL. */
async function subjectToken(file: CredentialsFile, context: Context): Promise<string> {
  const source = partOf(file, 'credential_source');
  if (source === undefined) throw new GcpFailure(`the credentials in ${file.source} are without 'credential_source'`);
  const path = optionalText(source, 'file');
  if (path !== '') return tokenIn(await subjectFile(path, context), source, `'${path}'`);
  const url = optionalText(source, 'url');
  if (url === '') throw new GcpFailure(`'credential_source' of the credentials in ${file.source} names neither a file nor a URL`);
  return tokenIn(await subjectAnswer(url, source, context), source, `the answer of ${new URL(url).host}`);
}

async function subjectFile(path: string, { files }: Context): Promise<string> {
  const content = await files.read(path);
  if (content === undefined) throw new GcpFailure(`there is no file '${path}', which 'credential_source' names`);
  return new TextDecoder().decode(content);
}

async function subjectAnswer(url: string, source: CredentialsFile, context: Context): Promise<string> {
  const given = Object.entries(partOf(source, 'headers')?.fields ?? {});
  const headers = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const remedy = "see 'credential_source' of the credentials";
  return askText({ giver: "the issuer of the workload's token", url, headers, secrets: Object.values(headers), remedy }, context);
}

function tokenIn(text: string, source: CredentialsFile, place: string): string {
  const format = partOf(source, 'format');
  const isJson = format !== undefined && optionalText(format, 'type') === 'json';
  const token = isJson ? optionalText({ fields: parseObject(text) ?? {} }, textOf(format, 'subject_token_field_name')) : text.trim();
  if (token === '') throw new GcpFailure(`there is no token in ${place}, which 'credential_source' names`);
  return token;
}
