import { SopsError, type SopsErrorCode } from '../errors.ts';
import type { KeyClient, KeySource } from '../keysources/keysource.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import type { Context } from '../ports.ts';
import type { KeyService } from './keyservice.ts';
import { bounded, readTimeLimit, type TimeLimit, timeLimitVariable } from './time-limit.ts';

const noLimit: TimeLimit = { milliseconds: Infinity, text: 'any time' };

/**
 * A key service that asks the given key sources, in this process; each client is loaded on first use.
 * A call over a network ends after 30 seconds, or what SOPSMITH_KEY_TIMEOUT says; one that a person may have to answer takes its time. Throws `USAGE` for a time limit spelled wrong.
 */
export function localKeyService(sources: readonly KeySource[], context: Context): KeyService {
  const limit = readTimeLimit(context.env);

  const ask = async <T>(
    code: SopsErrorCode,
    masterKey: MasterKey,
    signal: AbortSignal | undefined,
    call: (client: KeyClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const source = sources.find(({ kind }) => kind === masterKey.kind);
    if (source === undefined) throw new SopsError('UNSUPPORTED', `master keys of kind '${masterKey.kind}' are not known here`);
    const client = await source.load();
    return bounded(async (stop) => call(client, stop), {
      limit: source.local === true ? noLimit : limit,
      signals: [context.signal, signal],
      late: () => lateError(code, source, masterKey, limit),
      discard: forget,
    });
  };

  return {
    wrap: async (dataKey, masterKey, signal) =>
      ask('DATA_KEY_UNWRAPPABLE', masterKey, signal, async (client, stop) => client.wrap(dataKey, masterKey, context, stop)),
    unwrap: async (wrapped, signal) =>
      ask('DATA_KEY_UNRECOVERABLE', wrapped.masterKey, signal, async (client, stop) => client.unwrap(wrapped, context, stop)),
    complete: async (masterKey, signal) =>
      ask(
        'DATA_KEY_UNWRAPPABLE',
        masterKey,
        signal,
        async (client, stop) => (await client.complete?.(masterKey, context, stop)) ?? masterKey,
      ),
    rewrap: async (wrapped, signal) =>
      ask('DATA_KEY_UNWRAPPABLE', wrapped.masterKey, signal, async (client, stop) => client.rewrap?.(wrapped, context, stop)),
  };
}

const lateError = (code: SopsErrorCode, source: KeySource, masterKey: MasterKey, { text }: TimeLimit): SopsError =>
  new SopsError(
    code,
    `the ${source.flag.name} service of '${source.describe(masterKey)}' did not answer within ${text}: it cannot be reached from here, or takes longer than ${timeLimitVariable} allows`,
  );

/** Key material that came too late. */
function forget(tooLate: unknown): void {
  if (tooLate instanceof Uint8Array) tooLate.fill(0);
}
