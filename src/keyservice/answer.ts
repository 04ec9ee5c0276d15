import { SopsError } from '../errors.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { KeyService } from './keyservice.ts';
import { decodeRequest, encodeAnswer, type Procedure, type Request, titleOf } from './protocol.ts';

/** Why a request gets no answer, as gRPC tells it. */
export interface Refusal {
  readonly code: (typeof codes)[keyof typeof codes];
  readonly details: string;
}
/** The codes of gRPC: sops answers with the first two and, for whatever went wrong while wrapping, with the third. */
const codes = { notFound: 5, permissionDenied: 7, unknown: 2, invalidArgument: 3 } as const;

/** What requests are answered with. */
export interface Answering {
  /** Made anew for each request: what changed since the last one (a token, a file of identities) is seen. */
  readonly keyService: () => KeyService;
  readonly sources: readonly KeySource[];
  /** Asks whether to answer; without, every request is answered. */
  readonly approve?: (question: string, signal: AbortSignal) => Promise<boolean>;
  /** Told of every request when it has its answer; neither holds key material. */
  readonly log: (request: string, refusal: Refusal | undefined) => void;
}

/** Answers the bytes of one request, which are wiped, with those of its answer. Never throws. */
export async function answer(
  procedure: Procedure,
  message: Uint8Array,
  signal: AbortSignal,
  answering: Answering,
): Promise<Uint8Array | Refusal> {
  const verb = procedure === 'wrap' ? 'encrypt' : 'decrypt';
  let name = verb;
  try {
    const request = read(message, answering.sources);
    name = `${verb} request using ${shown(titleOf(request.masterKey, answering.sources))}`;
    await approved(`Received ${name}. Respond to request?`, signal, answering);
    const payload = await does[procedure](request, answering.keyService(), signal);
    const bytes = encodeAnswer(payload);
    payload.fill(0);
    answering.log(name, undefined);
    return bytes;
  } catch (error) {
    const refusal = error instanceof Refused ? error.refusal : { code: codes.unknown, details: wordsOf(error) };
    answering.log(name, refusal);
    return refusal;
  } finally {
    message.fill(0);
  }
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.details);
    this.refusal = refusal;
  }
}

function read(message: Uint8Array, sources: readonly KeySource[]): Request {
  try {
    return decodeRequest(message, sources);
  } catch (error) {
    const isUnknown = error instanceof SopsError && error.code === 'UNSUPPORTED';
    throw new Refused({ code: isUnknown ? codes.notFound : codes.invalidArgument, details: wordsOf(error) });
  }
}

async function approved(question: string, signal: AbortSignal, { approve }: Answering): Promise<void> {
  if (approve !== undefined && !(await approve(question, signal)))
    throw new Refused({ code: codes.permissionDenied, details: 'Request rejected by user' });
}

const does: Readonly<Record<Procedure, (request: Request, service: KeyService, signal: AbortSignal) => Promise<Uint8Array>>> = {
  wrap: async ({ masterKey, payload }, service, signal) => new TextEncoder().encode(await service.wrap(payload, masterKey, signal)),
  unwrap: async ({ masterKey, payload }, service, signal) =>
    service.unwrap({ masterKey, wrapped: new TextDecoder().decode(payload) }, signal),
};

/** What is no `SopsError` is a defect, whose message may quote what it was given. */
const wordsOf = (error: unknown): string => (error instanceof SopsError ? error.message : 'internal error of the key service');

/** The name of a key comes from whoever asks: it must not steer the terminal. */
const shown = (text: string): string => text.replaceAll(/\p{C}/gu, '?');
