import { Entra, type EntraSettings, type Grant, hosts } from './azure-entra.ts';
import { Vault, type VaultSettings } from './azure-vault.ts';
import type { Identity } from './certificate.ts';
import { childSettings, sayListening } from './child.ts';
import { serveProxy } from './connect-proxy.ts';
import { type Handler, serve } from './serve.ts';

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
const vault = new Vault(settings.vault, entra);
for (const [token, grant] of Object.entries(settings.tokens)) entra.know(token, grant);

/** What was asked so far: `POST /6f89…/oauth2/v2.0/token`. */
const asked: string[] = [];
const handler: Handler = (request) => {
  const { pathname } = request.url;
  if (pathname === '/asked') return { status: 200, body: asked };
  asked.push(`${request.method} ${pathname}`);
  return pathname.startsWith('/keys/') ? vault.answer(request) : (entra.answer(request) ?? { status: 404, body: {} });
};
const secure = await serve(handler, settings.identity);
const plain = await serve(handler);
const proxy = await serveProxy({ ...Object.fromEntries(hosts.map((host) => [`${host}:443`, secure])), '169.254.169.254:80': plain });
sayListening({ secure, plain, proxy });
