import { age } from './age/index.ts';
import { azureKv } from './azure-kv/index.ts';
import { gcpKms } from './gcp-kms/index.ts';
import { hcVault } from './hc-vault/index.ts';
import { hckms } from './hckms/index.ts';
import type { KeySource } from './keysource.ts';
import { kms } from './kms/index.ts';
import { pgp } from './pgp/index.ts';

/** Every key source, in the order in which sops takes the lists of a key group. Adding one is one folder and one line here. */
export const keySources: readonly KeySource[] = [kms, gcpKms, hckms, azureKv, hcVault, pgp, age];
