/** What a vault says of the token that it wants. */
export interface Challenge {
  /** `https://vault.azure.net/.default` */
  readonly scope: string;
  readonly tenantId?: string;
  /** Where its cloud signs in, unless `AZURE_AUTHORITY_HOST` says so: `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
}

/** What opens a vault for a while. */
export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

const publicCloud = 'https://login.microsoftonline.com';
/** Where sovereign clouds sign in. No other place that a vault names is given a secret. */
const otherClouds = new Set([
  'https://login.chinacloudapi.cn',
  'https://login.partner.microsoftonline.cn',
  'https://login.microsoftonline.us',
]);

/**
 * Reads `WWW-Authenticate` of a vault: `Bearer authorization="https://LOGIN/TENANT", resource="https://vault.azure.net"`. Undefined where it asks for nothing, or for a
 * token of a service that the vault does not belong to: whoever names a vault could have the token otherwise.
 */
export function readChallenge(header: string, vault: URL): Challenge | undefined {
  const parameters = new Map(Array.from(header.matchAll(/(\w+)="?([^",\s]+)"?/g), ([, name = '', value = '']) => [name, value] as const));
  const scope = parameters.get('scope') ?? `${parameters.get('resource')?.replace(/\/$/, '') ?? ''}/.default`;
  if (!/^Bearer\s/i.test(header) || !belongsTo(vault, scope)) return undefined;
  return { scope, ...readAuthority(parameters.get('authorization') ?? parameters.get('authorization_uri') ?? '') };
}

const belongsTo = (vault: URL, scope: string): boolean => URL.canParse(scope) && vault.host.endsWith(`.${new URL(scope).host}`);

function readAuthority(authority: string): Omit<Challenge, 'scope'> {
  if (!URL.canParse(authority)) return { authorityHost: publicCloud };
  const { origin, pathname } = new URL(authority);
  const [, tenantId = ''] = pathname.split('/');
  return { authorityHost: otherClouds.has(origin) ? origin : publicCloud, ...(tenantId === '' ? {} : { tenantId }) };
}
