import { SopsError } from '../errors.ts';
import { localKeyService } from '../keyservice/local.ts';
import { keySources } from '../keysources/index.ts';
import type { Services } from '../operations/operation.ts';
import type { Invocation } from './invocation.ts';

/** What an operation of this command line works with. Throws `UNSUPPORTED`, `DUPLICATE_KEY_KIND`. */
export function servicesOf({ flags, context }: Invocation): Services {
  if (flags.texts('keyservice').length > 0)
    throw new SopsError('UNSUPPORTED', 'key services other than the local one (--keyservice, SOPS_KEYSERVICE) are not supported yet');
  if (flags.given.includes('enable-local-keyservice') && !flags.isOn('enable-local-keyservice'))
    throw new SopsError('UNSUPPORTED', 'without the local key service there is none: others are not supported yet');
  const order = decryptionOrder(flags.text('decryption-order'));
  return { keys: localKeyService(keySources, context), keySources, context, ...(order === undefined ? {} : { decryptionOrder: order }) };
}

function decryptionOrder(text: string | undefined): readonly string[] | undefined {
  const kinds = text?.split(',') ?? [];
  const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at);
  if (twice !== undefined) throw new SopsError('DUPLICATE_KEY_KIND', `duplicate decryption key type: ${twice}`);
  return text === undefined ? undefined : kinds;
}
