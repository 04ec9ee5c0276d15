import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Context } from '../../ports.ts';
import { type CredentialsFile, optionalText, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';
import { askForToken, formOf, type Token } from './token-endpoint.node.ts';

const lifetime = 3600;

/** A token that the account signs itself, as gRPC clients of Google do: nobody is asked. Throws {@link GcpFailure}. */
export function signedToken(file: CredentialsFile, scopes: readonly string[], context: Context): Token {
  const email = textOf(file, 'client_email');
  const value = signClaims(file, { iss: email, sub: email, scope: scopes.join(' ') }, context);
  return { value, expires: context.now().getTime() + lifetime * 1000 };
}

/** A token that the endpoint named in the file gives for what the account signs, as REST clients of Google do. */
export async function exchangedToken(file: CredentialsFile, scopes: readonly string[], context: Context): Promise<Token> {
  const url = optionalText(file, 'token_uri') || 'https://oauth2.googleapis.com/token';
  const assertion = signClaims(file, { iss: textOf(file, 'client_email'), scope: scopes.join(' '), aud: url }, context);
  const content = formOf({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  const remedy = "see that the account's key was not deleted and that the clock of this machine is right";
  return askForToken({ giver: 'the token endpoint', url, content, secrets: [assertion], remedy }, context);
}

function signClaims(file: CredentialsFile, claims: object, context: Context): string {
  const iat = Math.floor(context.now().getTime() / 1000);
  const keyId = optionalText(file, 'private_key_id');
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) };
  const content = [header, { ...claims, iat, exp: iat + lifetime }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${sign('sha256', Buffer.from(content), privateKey(file)).toString('base64url')}`;
}

function privateKey(file: CredentialsFile): KeyObject {
  const pem = textOf(file, 'private_key');
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The library's words are about the text of a secret.
  }
  throw new GcpFailure(`'private_key' of the credentials in ${file.source} is not an RSA key in PEM`);
}
