import type { Place } from '../destination.ts';

/** Where AWS Secrets Manager keeps secrets, and what their names begin with. */
export interface SecretsManager extends Place {
  readonly kind: 'aws_secrets';
  readonly prefix: string;
  /** Undefined: that of the environment. */
  readonly region: string | undefined;
  /** ID, ARN or alias of the key that encrypts new secrets; undefined: that of the account. */
  readonly kmsKey: string | undefined;
}
