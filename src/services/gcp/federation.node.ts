import type { Context } from '../../ports.ts';
import { type CredentialsFile, optionalText, textOf } from './credentials.ts';
import { subjectToken } from './subject-token.node.ts';
import { askForToken, formOf, type Token } from './token-endpoint.node.ts';

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
      content: formOf(form),
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
      content: formOf({ grant_type: 'refresh_token', refresh_token: refresh }),
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
