import { HttpFailure } from '../http-failure.ts';
import { serviceMessage } from '../service-message.ts';

/** What was being done when AWS refused. */
export interface Attempt {
  /** As policies call it: `kms:Decrypt`. */
  readonly action: string;
  /** The command that signs on again, where the profile is one for signing on. */
  readonly signOn?: string | undefined;
  /** What was sent in confidence. */
  readonly secrets?: readonly string[];
}

/** A failure that has been explained already. */
export class Explained extends Error {}

/** What AWS, or whatever stood before it, said, in one line, and what to do about it. Bodies are never told: an answer can hold the data key. */
export function reasonOf(error: unknown, attempt: Attempt): string {
  if (error instanceof Explained) return error.message;
  if (!(error instanceof Error)) return 'the request failed';
  const { httpStatusCode: status, attempts = 1 } = metadataOf(error);
  const [said, remedy] = saidAndRemedy(error, status, attempt);
  return `${said}${attempts > 1 ? ` (asked ${attempts} times)` : ''}${remedy === undefined ? '' : `; ${remedy}`}`;
}

type SaidAndRemedy = readonly [said: string, remedy: string | undefined];

function saidAndRemedy(error: Error, status: number | undefined, attempt: Attempt): SaidAndRemedy {
  if (error instanceof HttpFailure) return [error.message, networkRemedies[error.reason]?.replace('ENDPOINT', endpointVariable(attempt))];
  if (isFromService(error) && status !== 429) return [serviceSaid(error, attempt), remedyFor(error, attempt)];
  if (status === undefined) return [sdkSaid(error, attempt), remedyFor(error, attempt)];
  return [`it answered ${statusText(status)}`, statusRemedy(status, attempt)];
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly attempts?: number;
}

/** What the SDK notes on every error that an answer led to. */
function metadataOf(error: Error): Metadata {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  return typeof metadata === 'object' && metadata !== null ? metadata : {};
}

/** Whether it is an error of AWS with a name of its own; whatever answers in its place can call itself anything. */
const isFromService = (error: Error): boolean => '$fault' in error && /^(?!Unknown|Error$)\w{1,60}$/.test(error.name);

function serviceSaid({ name, message }: Error, attempt: Attempt): string {
  const text: unknown = message;
  return typeof text === 'string' && text !== '' && text !== 'UnknownError' ? `${name}: ${firstLine(text, attempt)}` : name;
}

/** What the SDK says of itself. A command that failed is not repeated: credentials may stand in it. */
function sdkSaid({ message }: Error, attempt: Attempt): string {
  if (message.startsWith(nothingFound)) return 'no credentials are to be found';
  if (message.startsWith('Command failed')) return 'the credential_process of the profile failed';
  return firstLine(message, attempt).replace(/ To refresh this SSO session run .*/, '');
}
const nothingFound = 'Could not load credentials';

/** Further lines can repeat what was sent: those of `InvalidSignatureException` do. */
const firstLine = (message: string, { secrets }: Attempt): string =>
  serviceMessage(message.trim().split('\n', 1)[0] ?? '', secrets).replace(/\.$/, '');

const networkRemedies: Readonly<Record<HttpFailure['reason'], string | undefined>> = {
  unreachable: 'look at the network, HTTPS_PROXY and ENDPOINT',
  timeout: 'look at the network, HTTPS_PROXY and ENDPOINT',
  untrusted: 'name the authority to trust in AWS_CA_BUNDLE',
  proxy: 'look at HTTPS_PROXY and NO_PROXY',
  malformed: 'look at ENDPOINT',
  stopped: undefined,
};

const statusText = (status: number): string => (status >= 200 && status <= 299 ? 'with what cannot be read' : `with status ${status}`);

function statusRemedy(status: number, attempt: Attempt): string {
  if (status === 429) return tooMany;
  if (status >= 500) return itsOwnFault;
  return status === 403 ? refused(attempt) : `look at ${endpointVariable(attempt)} and HTTPS_PROXY`;
}

const tooMany = 'AWS asks for fewer requests: try again later';
const itsOwnFault = 'the service has a fault of its own: try again later';

const serviceOf = ({ action }: Pick<Attempt, 'action'>): string => action.split(':', 1)[0] ?? '';
/** Services that variables call otherwise than policies do. */
const namesInVariables: Readonly<Record<string, string>> = { secretsmanager: 'secrets_manager' };
/** The variable that names another place for the service of an action. */
export function variableOf(action: string): string {
  const service = serviceOf({ action });
  return `AWS_ENDPOINT_URL_${(namesInVariables[service] ?? service).toUpperCase()}`;
}
const endpointVariable = ({ action }: Attempt): string => variableOf(action);
/** What has a policy that can let in or keep out. */
const guarded: Readonly<Record<string, string>> = { kms: 'key', sts: 'role', s3: 'bucket', secretsmanager: 'secret', ssm: 'parameter' };
const refused = ({ action }: Attempt): string =>
  `allow ${action} for these credentials, in the policy of the ${guarded[serviceOf({ action })] ?? 'key'} or in theirs`;
const wrongSecret = 'AWS does not know these credentials: look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or at the profile';
const otherRegion = 'the bucket is in another region: set AWS_REGION to it';
const unfit = 'it was wrapped with another key, or under another encryption context';

/** What to do about errors of AWS, by name, which some of their protocols end with `Exception`. */
const remedies: Readonly<Record<string, string | ((attempt: Attempt) => string)>> = {
  AccessDenied: refused,
  NotFound: 'look at region, account and ID in the ARN',
  InvalidArn: 'look at the ARN',
  Disabled: 'enable the key, or use another',
  KMSInvalidState: 'look at the state of the key: it may be about to be deleted',
  KeyUnavailable: itsOwnFault,
  InvalidCiphertext: unfit,
  IncorrectKey: unfit,
  InvalidKeyUsage: 'the key is not one for symmetric encryption',
  ExpiredToken: renew,
  IDPCommunicationError: itsOwnFault,
  InvalidIdentityToken: 'look at the token in AWS_WEB_IDENTITY_TOKEN_FILE',
  UnrecognizedClient: wrongSecret,
  InvalidClientTokenId: wrongSecret,
  InvalidSignature: wrongSecret,
  SignatureDoesNotMatch: wrongSecret,
  IncompleteSignature: wrongSecret,
  Throttling: tooMany,
  TooManyRequests: tooMany,
  LimitExceeded: tooMany,
  KMSInternal: itsOwnFault,
  DependencyTimeout: itsOwnFault,
  NoSuchBucket: 'look at the name of the bucket, or make it first',
  PermanentRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  InvalidAccessKeyId: wrongSecret,
  SlowDown: tooMany,
  InternalService: itsOwnFault,
  InternalServer: itsOwnFault,
  ParameterLimitExceeded: 'the account has as many parameters as it may: remove some, or use the advanced tier',
  ParameterMaxVersionLimitExceeded: 'the parameter has as many versions as it may, of which the oldest has a label: take that off',
  RequestTimeTooSkewed: 'look at the clock of this machine',
};

function renew({ signOn }: Attempt): string {
  return signOn === undefined ? 'the credentials have expired: get new ones' : `the credentials have expired: run \`${signOn}\``;
}

function remedyFor(error: Error, attempt: Attempt): string | undefined {
  const name = error.name.replace(/Exception$/, '');
  const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined;
  if (remedy !== undefined) return typeof remedy === 'string' ? remedy : remedy(attempt);
  if (attempt.signOn !== undefined && /CredentialsProviderError|TokenProviderError/.test(error.name)) return `run \`${attempt.signOn}\``;
  if (error.message.startsWith(nothingFound))
    return `set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY${['kms', 'sts'].includes(serviceOf(attempt)) ? ', or name a profile with --aws-profile' : ''}`;
  return undefined;
}
