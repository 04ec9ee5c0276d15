import { createPublicKey, randomBytes, verify, constants, X509Certificate } from 'node:crypto';
import { thumbprint } from './certificate.ts';
import type { Asked, Reply } from './serve.ts';

/** The endings of the hosts of Key Vault, and where their clouds sign in: as Go's library does, then as JavaScript's. */
export const clouds: Readonly<Record<string, readonly string[]>> = {
  'vault.azure.net': ['login.microsoftonline.com'],
  'vault.azure.cn': ['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
  'vault.usgovcloudapi.net': ['login.microsoftonline.us'],
};
/** All of them. */
export const hosts: readonly string[] = Object.entries(clouds).flatMap(([ending, authorities]) => [`*.${ending}`].concat(authorities));

/** An application that may sign in. */
export interface Application {
  readonly id: string;
  readonly secret: string;
  /** PEM; it may sign in with its key as well. */
  readonly certificate?: string;
  /** What workload identity gives it. */
  readonly federatedToken?: string;
}
/** Who a token is for, and where it is good. */
export interface Grant {
  readonly application: string;
  readonly audience: string;
}
export interface EntraSettings {
  readonly tenant: string;
  readonly applications: readonly Application[];
  /** What App Service asks of whoever wants a token of its identity, which is the first application. */
  readonly identityHeader: string;
}

/** Microsoft's sign-in: applications with secrets, certificates and federated tokens, and the endpoints of managed identities. */
export class Entra {
  readonly settings: EntraSettings;
  readonly #grants = new Map<string, Grant>();

  constructor(settings: EntraSettings) {
    this.settings = settings;
  }

  /** Whose token this is. */
  grantOf(token: string): Grant | undefined {
    return this.#grants.get(token);
  }

  /** A token that was given out somewhere else, as by the Azure CLI. */
  know(token: string, grant: Grant): void {
    this.#grants.set(token, grant);
  }

  /** Undefined where the request is not for it. */
  answer(asked: Asked): Reply | undefined {
    const { pathname, host } = asked.url;
    const authority = `https://${host}`;
    if (pathname === '/common/discovery/instance') return discovery(authority, this.settings.tenant);
    if (pathname === '/msi/token') return this.#managed(asked, asked.headers['x-identity-header'] === this.settings.identityHeader);
    if (pathname === '/metadata/identity/oauth2/token') return this.#managed(asked, asked.headers['metadata'] === 'true');
    const [, tenant = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(pathname) ?? [];
    if (rest === 'v2.0/.well-known/openid-configuration') return configuration(authority, tenant);
    return rest === 'oauth2/v2.0/token' ? this.#signIn(asked, tenant) : undefined;
  }

  #signIn({ url, body }: Asked, tenant: string): Reply {
    const form = new URLSearchParams(body);
    const application = this.settings.applications.find(({ id }) => id === form.get('client_id'));
    if (tenant !== this.settings.tenant) return fault('invalid_request', 90002, `Tenant '${tenant}' not found.`);
    if (form.get('grant_type') !== 'client_credentials') return fault('unsupported_grant_type', 70003, 'The grant type is not supported.');
    if (application === undefined) return fault('unauthorized_client', 700016, `Application '${form.get('client_id')}' was not found.`);
    const assertion = form.get('client_assertion');
    const known = assertion === null ? form.get('client_secret') === application.secret : isAssertion(assertion, application, url);
    if (!known) return fault('invalid_client', 7000215, 'Invalid client secret provided.', 401);
    const audience = /(\S+)\/\.default/.exec(form.get('scope') ?? '')?.[1] ?? '';
    if (!clouds[audience.replace('https://', '')]?.includes(url.host))
      return fault('invalid_resource', 500011, `The resource principal named ${audience} was not found in the tenant.`);
    return this.#give(application.id, audience, {});
  }

  #managed({ url }: Asked, permitted: boolean): Reply {
    if (!permitted) return { status: 400, body: { error: 'invalid_request', error_description: 'Required metadata header not specified' } };
    const resource = url.searchParams.get('resource') ?? '';
    return this.#give(this.settings.applications[0]?.id ?? '', resource, {
      resource,
      expires_on: String(Math.floor(Date.now() / 1000) + 3599),
    });
  }

  #give(application: string, audience: string, more: object): Reply {
    const token = `given.${randomBytes(24).toString('base64url')}.token`;
    this.know(token, { application, audience: audience.replace(/\/$/, '') });
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token, ...more } };
  }
}

function discovery(authority: string, tenant: string): Reply {
  const { host } = new URL(authority);
  const metadata = [{ preferred_network: host, preferred_cache: host, aliases: [host] }];
  return { status: 200, body: { tenant_discovery_endpoint: `${authority}/${tenant}/v2.0/.well-known/openid-configuration`, metadata } };
}

function configuration(authority: string, tenant: string): Reply {
  const at = (path: string): string => `${authority}/${tenant}/${path}`;
  return {
    status: 200,
    body: {
      issuer: at('v2.0'),
      authorization_endpoint: at('oauth2/v2.0/authorize'),
      token_endpoint: at('oauth2/v2.0/token'),
      jwks_uri: at('discovery/v2.0/keys'),
    },
  };
}

const fault = (error: string, code: number, description: string, status = 400): Reply => ({
  status,
  body: { error, error_description: `AADSTS${code}: ${description} Trace ID: 0000 Timestamp: 2026-01-01`, error_codes: [code] },
});

/** Whether a JWT is the application's: federated, or signed with the key of its certificate for this endpoint. */
function isAssertion(assertion: string, { id, certificate, federatedToken }: Application, { host, pathname }: URL): boolean {
  if (assertion === federatedToken) return true;
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const { alg, ...header }: Readonly<Record<string, unknown>> = json(head);
  const { aud, iss, sub, exp }: Readonly<Record<string, unknown>> = json(claims);
  if (certificate === undefined || aud !== `https://${host}${pathname}` || iss !== id || sub !== id || !(Number(exp) * 1000 > Date.now()))
    return false;
  if (alg !== 'PS256' || digestOf(header['x5t#S256']) !== thumbprint(certificate)) return false;
  const key = {
    key: createPublicKey(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' })),
    padding: constants.RSA_PKCS1_PSS_PADDING,
  };
  return verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
}

/** Go's library writes it in base64, JavaScript's in base64url; Entra takes both. */
const digestOf = (text: unknown): string => Buffer.from(String(text), 'base64').toString('base64url');

const json = (part: string): Readonly<Record<string, unknown>> => JSON.parse(Buffer.from(part, 'base64url').toString());
