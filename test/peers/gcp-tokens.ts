import { createPublicKey, createSign, createVerify, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isAwsRequest } from './gcp-aws.ts';
import { people, type Principal } from './gcp-kms.ts';
import { Refusal } from './gcp-status.ts';

/** What an account's key file says, which is what `gcloud iam service-accounts keys create` writes. */
export type CredentialsFile = Readonly<Record<string, unknown>>;

export const scope = 'https://www.googleapis.com/auth/cloud-platform';
const seconds = (): number => Math.floor(Date.now() / 1000);
const lifetime = 3599;

/** Google's ways to a token, each with what it checks. Addresses are what the server is reached by. */
export interface Tokens {
  /** Answers who holds a token: one that was issued here, or one that a service account signed for itself. Throws `UNAUTHENTICATED`. */
  holder(token: string): Principal;
  /** A token for someone, without asking; it may be an expired one. */
  issue(principal: Principal, expired?: 'expired'): string;
  /** The file of a service account's key. */
  accountFile(email: string, tokenUri: string): CredentialsFile;
  /** What `gcloud auth application-default login` leaves behind. */
  readonly personFile: CredentialsFile;
  /** A job's identity token, as the issuer of the workload pool signs it. */
  jobToken(): string;
  /** The OAuth token endpoint: a signed assertion or a refresh token for an access token. */
  exchange(form: URLSearchParams): object;
  /** The security token service: a job's identity token for an access token. */
  federate(form: URLSearchParams): object;
  /** The IAM credentials service: a token of another account. */
  impersonate(holder: Principal, email: string): object;
}

/** The audience of the workload pool's provider. */
export const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ci';
const issuer = 'https://ci.example.com';

export function openTokens(): Tokens {
  const issued = new Map<string, { principal: Principal; expires: number }>();
  const accounts = new Map<string, KeyObject>();
  const { privateKey: issuerKey, publicKey: issuerPublic } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issue = (principal: Principal, expired?: 'expired'): string => {
    const token = `ya29.${randomBytes(24).toString('base64url')}`;
    issued.set(token, { principal, expires: expired ? 0 : seconds() + lifetime });
    return token;
  };
  const granted = (principal: Principal): object => ({ access_token: issue(principal), expires_in: lifetime, token_type: 'Bearer' });
  const signedBy = (jwt: string, wanted: (claims: Claims) => boolean): Principal => {
    const claims = claimsOf(jwt);
    const key = accounts.get(text(claims['iss']));
    if (key === undefined || !isSigned(jwt, key) || !isCurrent(claims) || !wanted(claims))
      throw new Refusal('UNAUTHENTICATED', 'Invalid JWT.');
    return text(claims['iss']);
  };
  const person = {
    client_id: 'client.apps.googleusercontent.com',
    client_secret: 'client-secret',
    refresh_token: `1//${randomBytes(16).toString('hex')}`,
  };
  return {
    issue,
    holder: (token) => {
      const known = issued.get(token);
      if (known !== undefined && known.expires > seconds()) return known.principal;
      if (known === undefined && token.split('.').length === 3)
        return signedBy(token, (claims) => text(claims['scope']).split(' ').includes(scope) && claims['sub'] === claims['iss']);
      throw new Refusal('UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    },
    accountFile: (email, tokenUri) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      accounts.set(email, publicKey);
      return {
        type: 'service_account',
        project_id: 'p1',
        private_key_id: randomBytes(20).toString('hex'),
        private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        client_email: email,
        client_id: '1',
        token_uri: tokenUri,
      };
    },
    personFile: { type: 'authorized_user', ...person },
    jobToken: () => signed({ iss: issuer, aud: audience, sub: 'job', iat: seconds(), exp: seconds() + 300 }, issuerKey),
    exchange: (form) => {
      if (form.get('grant_type') === 'refresh_token') {
        const fits = Object.entries(person).every(([name, value]) => form.get(name) === value);
        if (!fits) throw new OAuthRefusal('invalid_grant', 'Token has been expired or revoked.');
        return granted(people.person);
      }
      return granted(asserted(form, signedBy));
    },
    federate: (form) => {
      const subject = form.get('subject_token') ?? '';
      const asked =
        form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange' &&
        form.get('requested_token_type') === 'urn:ietf:params:oauth:token-type:access_token' &&
        (form.get('scope') ?? '').split(' ').includes(scope);
      if (!asked || form.get('audience') !== audience) throw new OAuthRefusal('invalid_request', 'Invalid audience or token type.');
      if (!isSubject(form.get('subject_token_type'), subject, issuerPublic))
        throw new OAuthRefusal('invalid_grant', 'The ID Token is not valid.');
      return { ...granted(people.job), issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' };
    },
    impersonate: (holder, email) => {
      if (email !== people.user || (holder !== people.deployer && holder !== people.job))
        throw new Refusal('PERMISSION_DENIED', "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).");
      return { accessToken: issue(email), expireTime: new Date(Date.now() + lifetime * 1000).toISOString().replace(/\.\d+/, '') };
    },
  };
}

function isSubject(type: string | null, token: string, issuerKey: KeyObject): boolean {
  if (type === 'urn:ietf:params:aws:token-type:aws4_request') return isAwsRequest(token, audience);
  const claims = claimsOf(token);
  const isOurs = claims['iss'] === issuer && claims['aud'] === audience && isCurrent(claims);
  return type === 'urn:ietf:params:oauth:token-type:jwt' && isOurs && isSigned(token, issuerKey);
}

function asserted(form: URLSearchParams, signedBy: (jwt: string, wanted: (claims: Claims) => boolean) => Principal): Principal {
  try {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') throw new Error('another grant');
    return signedBy(
      form.get('assertion') ?? '',
      (claims) => text(claims['aud']).endsWith('/token') && text(claims['scope']).split(' ').includes(scope),
    );
  } catch {
    throw new OAuthRefusal('invalid_grant', 'Invalid JWT Signature.');
  }
}

/** What the token endpoints say when they refuse. */
export class OAuthRefusal extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

type Claims = Readonly<Record<string, unknown>>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(claims: Claims, key: KeyObject): string {
  const content = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${content}.${createSign('sha256').update(content).sign(key, 'base64url')}`;
}

function claimsOf(jwt: string): Claims {
  try {
    const claims: Claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    return claims;
  } catch {
    return {};
  }
}

function isSigned(jwt: string, key: KeyObject): boolean {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const { alg } = claimsOf(`.${header}`);
  return (
    alg === 'RS256' &&
    createVerify('sha256')
      .update(`${header}.${claims}`)
      .verify(createPublicKey(key.export({ format: 'pem', type: 'spki' })), signature, 'base64url')
  );
}

function isCurrent({ iat, exp }: Claims): boolean {
  const now = seconds();
  return typeof iat === 'number' && typeof exp === 'number' && iat <= now + 10 && exp > now && exp - iat <= 3600;
}
