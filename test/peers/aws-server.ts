// AWS as the world knows it, on loopback: a proxy leads the hosts of AWS to TLS servers, which stand before moto and add what it lacks (single sign-on, containers, instances).
import { createServer as createSecure } from 'node:https';
import { type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { Identity } from './certificate.ts';
import { childSettings, sayListening } from './child.ts';
import { serveProxy } from './connect-proxy.ts';
import { checkFrom } from './moto.ts';
import { type Asked, listening, type Reply, serve } from './serve.ts';

/** How it is started. */
export interface AwsSettings {
  /** Where moto is. */
  readonly moto: string;
  /** Host names of AWS, and the certificate for them. */
  readonly hosts: readonly string[];
  readonly identity: Identity;
  /** Temporary credentials that those get who are signed on, or are a container or an instance. */
  readonly session: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: number;
  };
  /** What they must show: the token of a sign-on, what renews it, a container's token, the token of a web identity. */
  readonly signOn: string;
  readonly refresh: string;
  readonly container: string;
  readonly webIdentity: string;
}

const settings: AwsSettings = JSON.parse(childSettings());

function answer(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const host = request.headers.host ?? '';
    if (/^(portal\.sso|oidc)\./.test(host)) reply(response, signOn(request, body.toString()));
    else void forward(request, body, response);
  });
}

const reply = (response: ServerResponse, { status, body, headers }: Reply): void =>
  void response
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));

/** What gives credentials to those who signed on, and renews a sign-on. */
function signOn({ url = '/', headers }: IncomingMessage, body: string): Reply {
  if (url.startsWith('/token')) {
    const { refreshToken }: { readonly refreshToken?: string } = JSON.parse(body);
    if (refreshToken !== settings.refresh)
      return { status: 400, body: { error: 'invalid_grant' }, headers: { 'x-amzn-errortype': 'InvalidGrantException' } };
    return { status: 200, body: { accessToken: settings.signOn, expiresIn: 3600, tokenType: 'Bearer' } };
  }
  if (headers['x-amz-sso_bearer_token'] !== settings.signOn)
    return {
      status: 401,
      body: { message: 'Session token not found or invalid' },
      headers: { 'x-amzn-errortype': 'UnauthorizedException' },
    };
  return { status: 200, body: { roleCredentials: settings.session } };
}

/** To moto and back, with what AWS would say in place of what moto says. */
async function forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(body.toString());
  if (form.get('Action') === 'AssumeRoleWithWebIdentity') {
    if (form.get('WebIdentityToken') !== settings.webIdentity) {
      reply(response, {
        status: 400,
        body: xmlError('InvalidIdentityToken', 'No OpenIDConnect provider found'),
        headers: { 'Content-Type': 'text/xml' },
      });
      return;
    }
    // Such a request has no signature, over which moto stumbles when it checks.
    await checkFrom(settings.moto, 1);
  }
  const { hostname, port } = new URL(settings.moto);
  const onward = send({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (given) => {
    const parts: Buffer[] = [];
    given.on('data', (part: Buffer) => parts.push(part));
    given.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const refused = given.statusCode === 403 && (request.headers.host ?? '').startsWith('kms.') ? jsonError(text) : undefined;
      if (refused) reply(response, { status: 400, body: refused, headers: { 'Content-Type': 'application/x-amz-json-1.1' } });
      else response.writeHead(given.statusCode ?? 502, given.headers).end(text);
    });
  });
  onward.on('error', () => response.destroy());
  onward.end(body);
}

const xmlError = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

/** What KMS says in JSON, where moto says it in XML. */
function jsonError(xml: string): object | undefined {
  const field = (tag: string): string | undefined => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  const code = field('Code');
  if (code === undefined) return undefined;
  const names: Readonly<Record<string, string>> = {
    AccessDenied: 'AccessDeniedException',
    InvalidClientTokenId: 'UnrecognizedClientException',
    SignatureDoesNotMatch: 'InvalidSignatureException',
  };
  return { __type: names[code] ?? code, Message: field('Message') };
}

/** What a container asks, and an instance. */
function platform({ method, url, headers }: Asked): Reply {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = settings.session;
  const Expiration = new Date(expiration).toISOString();
  const credentials = {
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration,
    LastUpdated: Expiration,
  };
  const roles = '/latest/meta-data/iam/security-credentials/';
  if (url.pathname === '/container')
    return headers.authorization === settings.container ? { status: 200, body: credentials } : { status: 403, body: {} };
  if (method === 'PUT' && url.pathname === '/latest/api/token')
    return { status: 200, body: 'token of an instance', headers: { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': '21600' } };
  if (headers['x-aws-ec2-metadata-token'] !== 'token of an instance') return { status: 401, body: '' };
  if (url.pathname === roles) return { status: 200, body: 'instance-role' };
  return url.pathname === `${roles}instance-role` ? { status: 200, body: credentials } : { status: 404, body: '' };
}

const secure = await listening(createSecure({ cert: settings.identity.certificate, key: settings.identity.key }, answer));
const stands = Object.fromEntries(settings.hosts.map((host) => [`${host}:443`, secure]));
sayListening({ proxy: await serveProxy(stands), platform: await serve(platform) });
