import type { Place } from '../destination.ts';

/** Where the Parameter Store of AWS keeps secrets, and what their names begin with. */
export interface ParameterStore extends Place {
  readonly kind: 'aws_parameters';
  readonly prefix: string;
  /** Undefined: that of the environment. */
  readonly region: string | undefined;
  /** ID, ARN or alias of the key that encrypts parameters; undefined: that of the account. */
  readonly kmsKey: string | undefined;
  readonly tier: Tier;
}

/** As rules call the tiers. */
export const tiers = ['standard', 'advanced', 'intelligent'] as const;
export type Tier = (typeof tiers)[number];
