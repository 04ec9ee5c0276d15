import type { HttpFailure, HttpFailureReason } from './http-failure.ts';

/** Why a service does not do what it is asked; the message says what to do about it, and holds no secret. */
export class ServiceFailure extends Error {
  override readonly name: string = 'ServiceFailure';
}

/** What to do where a service is not reached, if it is another thing than for most. */
export type Remedies = Readonly<Partial<Record<HttpFailureReason, string>>>;

const common: Remedies = {
  unreachable: 'look at the network and HTTPS_PROXY',
  timeout: 'look at the network and HTTPS_PROXY',
  untrusted: 'SSL_CERT_FILE names a file with authorities to trust',
  proxy: 'look at HTTPS_PROXY and NO_PROXY',
};

/** Why there is no answer, and what to do about it. */
export function withRemedy({ message, reason }: HttpFailure, own: Remedies = {}): string {
  const remedy = own[reason] ?? common[reason];
  return remedy === undefined ? message : `${message}; ${remedy}`;
}
