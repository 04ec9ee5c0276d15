import { comingClient } from '../coming.ts';
import type { KeyClient } from '../keysource.ts';
import type { PgpKey } from './fingerprint.ts';

export const client: KeyClient<PgpKey> = comingClient('pgp');
