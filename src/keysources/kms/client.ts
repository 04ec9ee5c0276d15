import { comingClient } from '../coming.ts';
import type { KeyClient } from '../keysource.ts';
import type { KmsKey } from './master-key.ts';

export const client: KeyClient<KmsKey> = comingClient('kms');
