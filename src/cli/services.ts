import { nearest } from '../document/nearest.ts';
import { SopsError } from '../errors.ts';
import { parseKeyServiceUri } from '../keyservice/address.ts';
import type { KeyService } from '../keyservice/keyservice.ts';
import { localKeyService } from '../keyservice/local.ts';
import { severalKeyServices } from '../keyservice/several.ts';
import { keySources } from '../keysources/index.ts';
import { keyServiceAt } from '../node/keyservice-client.ts';
import type { Services } from '../operations/operation.ts';
import type { Invocation } from './invocation.ts';
import { warn } from './report.ts';

/** What an operation of this command line works with. Throws `DUPLICATE_KEY_KIND`. */
export function servicesOf(invocation: Invocation): Services {
  const { flags, context } = invocation;
  const order = decryptionOrder(flags.text('decryption-order'));
  return { keys: keyServices(invocation), keySources, context, ...(order === undefined ? {} : { decryptionOrder: order }) };
}

/** The local key service first, then those that are named. */
function keyServices({ flags, context }: Invocation): KeyService {
  const local = flags.isOn('enable-local-keyservice') ? [localKeyService(keySources, context)] : [];
  const named = flags.texts('keyservice').flatMap((uri): readonly KeyService[] => {
    const address = parseKeyServiceUri(uri);
    if (address !== undefined) return [keyServiceAt(address, { sources: keySources, env: context.env })];
    warn(`key service '${uri}' is left out: that is neither tcp://HOST:PORT nor unix:///PATH`);
    return [];
  });
  return severalKeyServices([...local, ...named]);
}

function decryptionOrder(text: string | undefined): readonly string[] | undefined {
  const kinds = text?.split(',') ?? [];
  const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at);
  if (twice !== undefined) throw new SopsError('DUPLICATE_KEY_KIND', `duplicate decryption key type: ${twice}`);
  for (const kind of kinds) if (!keySources.some((source) => source.kind === kind)) warn(unknownKind(kind));
  return text === undefined ? undefined : kinds;
}

/** Real sops takes any name and looks over those that it does not know. */
function unknownKind(kind: string): string {
  const known = keySources.map((source) => source.kind);
  const close = nearest(kind.trim(), known);
  const advice = close === undefined ? `there are ${known.join(', ')}` : `did you mean ${close}?`;
  return `the decryption order names ${JSON.stringify(kind.slice(0, 100))}, which is no kind of master key: ${advice}`;
}
