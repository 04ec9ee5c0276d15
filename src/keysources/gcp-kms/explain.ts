import type { Call } from './call.ts';
import type { GcpFailure } from './failure.ts';

type Remedy = string | ((call: Call, message: string) => string);

const later = 'try again later, or see SOPS_GCP_KMS_ENDPOINT and HTTPS_PROXY';

/** What to do when Cloud KMS refuses, by Google's canonical statuses. */
const remedies: Readonly<Record<string, Remedy>> = {
  UNAUTHENTICATED: ({ authorization }) => authorization.remedy,
  PERMISSION_DENIED: ({ action }, message) =>
    // These say what to do themselves.
    /has not been used|is disabled|VPC Service/i.test(message)
      ? ''
      : `it takes the role roles/cloudkms.cryptoKey${action === 'encrypt' ? 'Encrypter' : 'Decrypter'} on the key`,
  NOT_FOUND: "'gcloud kms keys list' shows the keys of a key ring",
  FAILED_PRECONDITION:
    "'gcloud kms keys versions enable' enables a version, 'gcloud kms keys versions restore' saves one that is to be destroyed",
  INVALID_ARGUMENT: ({ action }) => (action === 'decrypt' ? 'the data key was wrapped with another key, or damaged' : ''),
  RESOURCE_EXHAUSTED: later,
  UNAVAILABLE: later,
  INTERNAL: later,
  DEADLINE_EXCEEDED: later,
};

/** What to do about a refusal; `''` where its own words say it. */
export function remedyFor({ status, message }: GcpFailure, call: Call): string {
  const remedy = remedies[status] ?? '';
  return typeof remedy === 'string' ? remedy : remedy(call, message);
}
