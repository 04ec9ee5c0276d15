import { awsParameters } from './aws-parameters/index.ts';
import { awsSecrets } from './aws-secrets/index.ts';
import { azureSecrets } from './azure-secrets/index.ts';
import type { Destination } from './destination.ts';
import { gcpSecrets } from './gcp-secrets/index.ts';
import { gcs } from './gcs/index.ts';
import { s3 } from './s3/index.ts';
import { vault } from './vault/index.ts';

/** Every kind of destination. Adding one is one folder and one line here. */
export const destinations: readonly Destination[] = [s3, gcs, vault, awsSecrets, awsParameters, azureSecrets, gcpSecrets];
