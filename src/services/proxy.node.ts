import { BlockList, isIP } from 'node:net';
import type { Context } from '../ports.ts';
import { HttpFailure } from './http-failure.ts';

/**
 * The proxy that the environment names for a request, undefined for none, as Go's net/http reads it: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the request, in
 * upper or lower case; never for loopback nor for what `NO_PROXY` lists. Throws {@link HttpFailure} for a proxy of a kind that we do not speak.
 */
export function proxyFromEnvironment(url: URL, env: Context['env']): URL | undefined {
  const either = (name: string): string => env[name] || env[name.toLowerCase()] || '';
  const named = either(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (named === '' || isDirect(url, either('NO_PROXY'))) return undefined;
  // A web server gives its programs the header Proxy of whoever asks in a variable of this name.
  if (url.protocol === 'http:' && env['REQUEST_METHOD']) throw new HttpFailure('proxy', 'HTTP_PROXY is not used in a CGI program');
  return proxyAt(named);
}

/** A proxy's address, `http://` where it has no scheme; throws {@link HttpFailure}. */
export function proxyAt(address: string): URL {
  const full = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(address) ? address : `http://${address}`;
  const proxy = URL.canParse(full) ? new URL(full) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) throw new HttpFailure('proxy', 'the proxy is not a URL of http or https');
  return proxy;
}

/** A host as a URL names it, without the brackets of IPv6. */
export const bareHost = ({ hostname }: URL): string => hostname.replaceAll(/^\[|\]$/g, '');
export const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');

function isDirect(url: URL, exceptions: string): boolean {
  const host = bareHost(url);
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  const entries = exceptions
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim());
  return entries.some((entry) => entry !== '' && takes(entry, host, portOf(url)));
}

/** Whether an entry of `NO_PROXY` is about a host: all, a block of addresses, an address, or a name; the latter two perhaps with a port. */
function takes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, network = '', bits = ''] = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry) ?? [];
  if (isIP(network) !== 0) return isIn(host, network, Number(bits));
  const [, name = entry, only = port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? [];
  return only === port && isAt(host, name.replaceAll(/^\[|\]$/g, ''));
}

const isAt = (host: string, wanted: string): boolean =>
  isIP(wanted) === 0 ? isNamed(host, wanted) : isIn(host, wanted, wholeAddress(wanted));

/** `example.com` is that host and those below it, `.example.com` and `*.example.com` only those below it. */
function isNamed(host: string, wanted: string): boolean {
  const name = wanted.replace(/^\*\./, '.');
  if (isIP(host) !== 0) return false;
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

const wholeAddress = (address: string): number => (isIP(address) === 4 ? 32 : 128);

function isIn(host: string, network: string, bits: number): boolean {
  if (isIP(host) === 0 || isIP(host) !== isIP(network) || bits > wholeAddress(network)) return false;
  const family = isIP(host) === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(network, bits, family);
  return block.check(host, family);
}
