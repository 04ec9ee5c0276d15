import type { Context } from '../../ports.ts';
import { encodeBech32 } from './bech32.ts';
import { keyPair } from './native.node.ts';

/** A new identity. */
export interface NewIdentity {
  readonly recipient: string;
  /** What its file holds, in the form of age-keygen. */
  readonly file: string;
}

/** Makes an X25519 identity. */
export function makeIdentity({ random, now }: Pick<Context, 'random' | 'now'>): NewIdentity {
  const secret = random(32);
  const recipient = encodeBech32('age', keyPair(secret).public);
  const created = now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');
  const identity = encodeBech32('age-secret-key-', secret).toUpperCase();
  return { recipient, file: `# created: ${created}\n# public key: ${recipient}\n${identity}\n` };
}
