import { generateKeyPairSync, sign } from 'node:crypto';

/** What a CI service signs the tokens of its jobs with. */
export interface Issuer {
  /** PEM. */
  readonly publicKey: string;
  /** A token that is good for five minutes. */
  readonly token: (claims: object) => string;
}

export function identityIssuer(): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    token: (claims) => {
      const seconds = Math.floor(Date.now() / 1000);
      const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: seconds, exp: seconds + 300, ...claims })}`;
      return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
    },
  };
}
