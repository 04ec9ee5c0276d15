/** Where a key service listens. */
export type KeyServiceAddress =
  | { readonly network: 'tcp'; readonly host: string; readonly port: number }
  | { readonly network: 'unix'; readonly path: string };

const portOfNone = 443;

/**
 * Reads the URI of a key service as sops does: `tcp://HOST:PORT`, `unix:///PATH`; also `HOST:PORT` alone, which sops leaves out with a warning.
 * A URI without a port means 443, as gRPC has it. Undefined for anything else.
 */
export function parseKeyServiceUri(uri: string): KeyServiceAddress | undefined {
  const whole = /^(?:\[[\da-f:.]+\]|[\w.-]+):\d+$/i.test(uri) ? `tcp://${uri}` : uri;
  const [, tcp] = /^tcp[46]?:\/\/([^/?#]*)/i.exec(whole) ?? [];
  if (tcp !== undefined) return tcpAddress(tcp);
  const [, path] = /^unix:(?:\/\/(?=\/))?(?!\/\/)([^?#]+)/i.exec(whole) ?? [];
  return path === undefined ? undefined : { network: 'unix', path: decoded(path) };
}

function tcpAddress(authority: string): KeyServiceAddress | undefined {
  const [, address, name, digits] = /^(?:[^@]*@)?(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d*))?$/i.exec(authority) ?? [];
  const host = address ?? name;
  const port = digits === undefined || digits === '' ? portOfNone : Number(digits);
  return host === undefined || port > 65_535 ? undefined : { network: 'tcp', host, port };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** As it is named in messages: a URI that {@link parseKeyServiceUri} reads. */
export function showAddress(address: KeyServiceAddress): string {
  if (address.network === 'unix') return address.path.startsWith('/') ? `unix://${address.path}` : `unix:${address.path}`;
  const { host, port } = address;
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
