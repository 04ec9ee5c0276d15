import { Entra, type EntraSettings, type Grant, hosts } from './azure-entra.ts';
import { Secrets } from './azure-secrets.ts';
import { callerOf, Vault, type VaultSettings } from './azure-vault.ts';
import type { Identity } from './certificate.ts';
import { childSettings, sayListening } from './child.ts';
import { serveProxy } from './connect-proxy.ts';
import { type Asked, type Handler, type Reply, serve } from './serve.ts';

/** What the process needs to know. */
export interface AzureSettings {
  readonly entra: EntraSettings;
  readonly vault: VaultSettings;
  /** Of the server that stands for all hosts. */
  readonly identity: Identity;
  /** Tokens that were given out elsewhere. */
  readonly tokens: Readonly<Record<string, Grant>>;
}

const settings: AzureSettings = JSON.parse(childSettings());
const entra = new Entra(settings.entra);
const secrets = new Secrets();
const vault = new Vault(settings.vault, entra);
for (const [token, grant] of Object.entries(settings.tokens)) entra.know(token, grant);

/** What was asked so far: `POST /6f89…/oauth2/v2.0/token`. */
const asked: string[] = [];
const handler: Handler = (request) => {
  const { pathname } = request.url;
  if (pathname === '/asked') return { status: 200, body: asked };
  if (pathname.startsWith('/test/')) return control(request);
  asked.push(`${request.method} ${pathname}`);
  if (/^\/(deleted)?secrets\b/.test(pathname)) return ofSecrets(request);
  return pathname.startsWith('/keys/') ? vault.answer(request) : (entra.answer(request) ?? { status: 404, body: {} });
};
/** The first application may do all with secrets, the others nothing. */
function ofSecrets(request: Asked): Reply | undefined {
  const caller = callerOf(request, entra);
  if (typeof caller !== 'string') return caller;
  if (caller === settings.entra.applications[0]?.id) return secrets.answer(request);
  const error = {
    code: 'Forbidden',
    message: 'Caller is not authorized to perform action on resource.',
    innererror: { code: 'ForbiddenByRbac' },
  };
  return { status: 403, body: { error } };
}

/** What tests do from outside: plan faults, look at a secret, make one. */
function control({ url, body }: Asked): Reply {
  const name = url.searchParams.get('name') ?? '';
  if (url.pathname === '/test/faults') secrets.plan(JSON.parse(body) ?? undefined);
  if (url.pathname === '/test/make') secrets.make(name, body);
  return { status: 200, body: secrets.look(name) ?? null };
}

const secure = await serve(handler, settings.identity);
const plain = await serve(handler);
const proxy = await serveProxy({ ...Object.fromEntries(hosts.map((host) => [`${host}:443`, secure])), '169.254.169.254:80': plain });
sayListening({ secure, plain, proxy });
