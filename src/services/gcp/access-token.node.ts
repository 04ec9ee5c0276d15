import type { Context } from '../../ports.ts';
import { rememberingWhile } from '../lasting.ts';
import { type Credentials, type CredentialsFile, findCredentials, optionalText, partOf, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';
import { federatedToken, workforceToken } from './federation.node.ts';
import { metadataToken } from './metadata.node.ts';
import { exchangedToken, signedToken } from './service-account.node.ts';
import { askForToken, askObject, formOf, jsonOf, type Token } from './token-endpoint.node.ts';

/** What a token is for. */
export interface Purpose {
  readonly scopes: readonly string[];
  /** The domain of the cloud that is asked: credentials of another are not shown to it. */
  readonly universe: string;
  /** Where an account signs its tokens itself, or has the token endpoint exchange what it signs: Google's clients for gRPC do the former, those for REST the latter. */
  readonly exchanges: boolean;
  /** The variable that names the universe. */
  readonly universeVariable: string;
}

/** What a request shows of who asks. */
export interface Authorization {
  readonly token: string;
  /** The project that is charged, if it is not that of the credentials. */
  readonly quotaProject?: string;
  /** What to do when the token is not taken. */
  readonly remedy: string;
}

const platform = 'https://www.googleapis.com/auth/cloud-platform';
/** Milliseconds before its end in which a token is not used any more. */
const margin = 225_000;

interface Held extends Authorization {
  /** When it is not used any more, in milliseconds since 1970. */
  readonly until: number;
}
const held = rememberingWhile<Held>(({ until }, now) => now.getTime() < until);

/**
 * Finds credentials and gets a token for them; one token serves a run until it expires, and whoever stops waiting does not take it from the others.
 * Throws {@link GcpFailure}, `HttpFailure`, `INPUT_UNREADABLE`.
 */
export async function authorize(purpose: Purpose, context: Context, signal?: AbortSignal): Promise<Authorization> {
  const name = purpose.scopes.join(' ');
  return held(context, name, async (unwanted) => authorization(purpose, { ...context, signal: either(unwanted, context.signal) }), signal);
}

const either = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other === undefined ? one : AbortSignal.any([one, other]);

async function authorization(purpose: Purpose, context: Context): Promise<Held> {
  const credentials = await findCredentials(context);
  const { value, expires } = await tokenFor(credentials, purpose, context);
  return { token: value, ...quotaProject(credentials, context), remedy: remedyFor(credentials), until: expires - margin };
}

async function tokenFor(credentials: Credentials, purpose: Purpose, context: Context): Promise<Token> {
  switch (credentials.kind) {
    case 'token':
      return { value: credentials.token, expires: Infinity };
    case 'metadata':
      return metadataToken(purpose.scopes, context);
    case 'file':
      refuseOtherUniverse(credentials.file, purpose);
      return tokenOf(credentials.file, purpose, context);
  }
}

/** As Google's libraries do, so that nobody gets credentials who should not. */
function refuseOtherUniverse(file: CredentialsFile, { universe, universeVariable }: Purpose): void {
  const theirs = optionalText(file, 'universe_domain') || 'googleapis.com';
  if (theirs === universe) return;
  throw new GcpFailure(`the credentials in ${file.source} are for '${theirs}', not for '${universe}'; set ${universeVariable}`);
}

async function tokenOf(file: CredentialsFile, purpose: Purpose, context: Context): Promise<Token> {
  const { scopes: wanted, exchanges } = purpose;
  const type = textOf(file, 'type');
  switch (type) {
    case 'service_account':
      // Outside Google's own cloud nobody exchanges what an account signs.
      if (exchanges && !isElsewhere(file)) return exchangedToken(file, wanted, context);
      return signedToken(file, wanted, context);
    case 'authorized_user':
      return personToken(file, context);
    case 'external_account':
      return optionalText(file, 'service_account_impersonation_url') === ''
        ? federatedToken(file, wanted, context)
        : impersonatedToken(file, await federatedToken(file, [platform], context), wanted, context);
    case 'external_account_authorized_user':
      return workforceToken(file, context);
    case 'impersonated_service_account': {
      const source = partOf(file, 'source_credentials');
      if (source === undefined) throw new GcpFailure(`the credentials in ${file.source} are without 'source_credentials'`);
      return impersonatedToken(file, await tokenOf(source, { ...purpose, scopes: [platform] }, context), wanted, context);
    }
    default:
      throw new GcpFailure(`the credentials in ${file.source} are of a type that is not known: '${type}'`);
  }
}

const isElsewhere = (file: CredentialsFile): boolean => (optionalText(file, 'universe_domain') || 'googleapis.com') !== 'googleapis.com';
const login = "'gcloud auth application-default login' gives new credentials";

/** What `gcloud auth application-default login` left behind. */
async function personToken(file: CredentialsFile, context: Context): Promise<Token> {
  const [id, secret, refresh] = [textOf(file, 'client_id'), textOf(file, 'client_secret'), textOf(file, 'refresh_token')];
  const content = formOf({ grant_type: 'refresh_token', client_id: id, client_secret: secret, refresh_token: refresh });
  const url = 'https://oauth2.googleapis.com/token';
  return askForToken({ giver: 'the token endpoint', url, content, secrets: [secret, refresh], remedy: login }, context);
}

/** A token of the account that the file names, for whoever may act as it. */
async function impersonatedToken(file: CredentialsFile, source: Token, wanted: readonly string[], context: Context): Promise<Token> {
  const seconds = Number(partOf(file, 'service_account_impersonation')?.fields['token_lifetime_seconds'] ?? 3600);
  const { delegates } = file.fields;
  const content = jsonOf({ lifetime: `${seconds}s`, scope: wanted, ...(Array.isArray(delegates) ? { delegates } : {}) });
  const request = {
    giver: 'the IAM credentials service',
    url: textOf(file, 'service_account_impersonation_url'),
    content,
    headers: { Authorization: `Bearer ${source.value}` },
    secrets: [source.value],
    remedy: 'acting as an account takes the role roles/iam.serviceAccountTokenCreator or roles/iam.workloadIdentityUser on it',
  };
  const { accessToken, expireTime } = await askObject(request, context);
  if (typeof accessToken !== 'string' || accessToken === '')
    throw new GcpFailure('the answer of the IAM credentials service is without a token');
  const expires = typeof expireTime === 'string' ? Date.parse(expireTime) : NaN;
  return { value: accessToken, expires: Number.isNaN(expires) ? 0 : expires };
}

function quotaProject(credentials: Credentials, { env }: Context): { readonly quotaProject?: string } {
  const named =
    env['GOOGLE_CLOUD_QUOTA_PROJECT'] || (credentials.kind === 'file' ? optionalText(credentials.file, 'quota_project_id') : '');
  return named === '' ? {} : { quotaProject: named };
}

function remedyFor(credentials: Credentials): string {
  if (credentials.kind === 'token')
    return "the token in GOOGLE_OAUTH_ACCESS_TOKEN is expired or wrong: 'gcloud auth print-access-token' prints a new one";
  if (credentials.kind === 'metadata') return 'the metadata server gave a token that is not taken';
  return `the credentials in ${credentials.file.source} are not taken any more; ${login}`;
}
