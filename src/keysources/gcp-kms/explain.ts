import { HttpFailure, type HttpFailureReason } from '../../services/http-failure.ts';
import type { Call } from './call.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';

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
  MALFORMED: 'see SOPS_GCP_KMS_ENDPOINT',
  UNTRUSTED: 'SSL_CERT_FILE names the authorities to trust',
};
/** The statuses that stand for what our own HTTP finds. */
const statuses: Readonly<Partial<Record<HttpFailureReason, string>>> = {
  unreachable: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  untrusted: 'UNTRUSTED',
  malformed: 'MALFORMED',
};

/** What went wrong, and what to do about it where there is something to do. */
export function explain(error: Error, call: Call | undefined): string {
  if (call === undefined) return error.message;
  const remedy = remedies[statusOf(error)] ?? '';
  const advice = typeof remedy === 'string' ? remedy : remedy(call, error.message);
  return advice === '' ? error.message : `${error.message.replace(/\.$/, '')}; ${advice}`;
}

function statusOf(error: Error): string {
  if (error instanceof HttpFailure) return statuses[error.reason] ?? '';
  return error instanceof GcpFailure ? error.status : '';
}
