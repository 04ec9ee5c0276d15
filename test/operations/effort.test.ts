// In which order master keys are asked, how many at once, and for how long: against key sources that answer as their keys say.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  type Context,
  decrypt,
  defaultSelection,
  defineKeySource,
  encrypt,
  formats,
  type Format,
  type KeySource,
  localKeyService,
  type MasterKey,
  type Services,
} from '../../src/index.ts';
import { toyFormat } from '../library/toy-format.ts';

/** `opens:100`: gives the share after so many milliseconds; `fails:100`; `hangs`: never answers and does not heed its signal; `waits`: until its signal is aborted. */
interface ScriptedKey extends MasterKey {
  readonly does: string;
}

/** What happened at the services, in order. */
interface Journal {
  readonly asked: string[];
  readonly aborted: string[];
  /** Shares that were given to be wrapped, and that were unwrapped. */
  readonly shares: Uint8Array[];
  running: number;
  most: number;
}

const newJournal = (): Journal => ({ asked: [], aborted: [], shares: [], running: 0, most: 0 });

function scripted(kind: string, journal: Journal, local: boolean): KeySource {
  const source = {
    kind,
    list: kind,
    dated: false,
    flag: { name: kind, env: `SOPS_TEST_${kind.toUpperCase()}`, help: 'scripted keys' },
    config: { rule: kind, group: kind },
    parse: (text: string): readonly ScriptedKey[] => text.split(' ').map((does) => ({ kind, does })),
    fromGroup: () => [],
    fromFields: ({ does }: { readonly does?: unknown }): ScriptedKey => ({ kind, does: String(does) }),
    toFields: ({ does }: ScriptedKey) => ({ does }),
    describe: ({ does }: ScriptedKey) => `${kind}/${does}`,
    load: async () => ({
      wrap: async (dataKey: Uint8Array, { does }: ScriptedKey, _context: Context, signal?: AbortSignal): Promise<string> => {
        journal.shares.push(dataKey);
        const wrapped = Buffer.from(dataKey).toString('hex');
        if (does.startsWith('wraps')) await act(does, `${kind}/${does}`, journal, signal);
        return wrapped;
      },
      unwrap: async (
        { masterKey: { does }, wrapped }: { readonly masterKey: ScriptedKey; readonly wrapped: string },
        _context: Context,
        signal?: AbortSignal,
      ): Promise<Uint8Array> => {
        await act(does, `${kind}/${does}`, journal, signal);
        const share = new Uint8Array(Buffer.from(wrapped, 'hex'));
        journal.shares.push(share);
        return share;
      },
    }),
  };
  return defineKeySource<ScriptedKey>(local ? { ...source, local: true } : source);
}

async function act(does: string, name: string, journal: Journal, signal?: AbortSignal): Promise<void> {
  journal.asked.push(name);
  signal?.addEventListener('abort', () => journal.aborted.push(name));
  journal.running += 1;
  journal.most = Math.max(journal.most, journal.running);
  const [, what = '', time = '0'] = /(opens|fails|hangs|waits):?(\d*)/.exec(does) ?? [];
  try {
    if (what === 'hangs') await new Promise(() => undefined);
    else await sleep(what === 'waits' ? 60_000 : Number(time), undefined, what === 'waits' && signal ? { signal } : {});
  } finally {
    journal.running -= 1;
  }
  if (what === 'fails') throw new Error('the service refuses');
}

interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly order?: readonly string[];
}

function servicesWith(journal: Journal, { env = {}, signal, order }: World = {}): Services {
  const sources = [scripted('net', journal, false), scripted('cloud', journal, false), scripted('near', journal, true)];
  const context: Context = {
    env,
    files: { read: async () => undefined, replace: async () => undefined, home: undefined, userConfig: undefined },
    now: () => new Date(),
    random: (length) => new Uint8Array(randomBytes(length)),
    run: async () => ({ status: 127, stdout: new Uint8Array(), stderr: '' }),
    prompt: { secret: async () => undefined, confirm: async () => false },
    log: () => undefined,
    ...(signal === undefined ? {} : { signal }),
  };
  return {
    keys: localKeyService(sources, context),
    keySources: sources,
    context,
    ...(order === undefined ? {} : { decryptionOrder: order }),
  };
}

const yaml: readonly Format[] = formats.filter(({ name }) => name === 'yaml');
const [inYaml = { input: toyFormat, output: toyFormat, print: {} }] = yaml.map((format) => ({ input: format, output: format, print: {} }));

/** Keys as `net/opens:100 near/fails`, by group. */
const keysOf = (text: string): readonly ScriptedKey[] =>
  text.split(' ').map((word) => ({ kind: word.split('/')[0] ?? '', does: word.split('/')[1] ?? '' }));

async function seal(groups: readonly string[], shamirThreshold = 0, services = servicesWith(newJournal())): Promise<Uint8Array> {
  const settings = {
    keyGroups: groups.map(keysOf),
    shamirThreshold,
    selection: defaultSelection,
    macOnlyEncrypted: false,
    layout: 'auto',
    strict: false,
  } as const;
  return (await encrypt(new TextEncoder().encode('a: 1\n'), inYaml, settings, services)).content;
}

interface Opened extends Journal {
  readonly milliseconds: number;
  readonly error?: unknown;
}

/** Seals for groups of keys and opens again; answers what the services saw of the opening. */
async function open(groups: readonly string[], threshold = 0, world: World = {}): Promise<Opened> {
  const sealed = await seal(groups, threshold);
  const journal = newJournal();
  const start = performance.now();
  try {
    const { content } = await decrypt(sealed, inYaml, { ignoreMac: false }, servicesWith(journal, world));
    expect(new TextDecoder().decode(content)).toBe('a: 1\n');
    return { ...journal, milliseconds: performance.now() - start };
  } catch (error) {
    return { ...journal, milliseconds: performance.now() - start, error };
  }
}

describe('master keys of one group', () => {
  test('local kinds come first, wherever they stand, and then nobody is asked over the network', async () => {
    expect(await open(['net/opens near/opens'])).toMatchObject({ asked: ['near/opens'] });
  });

  test('local kinds are asked one after another, however long that takes', async () => {
    const { asked, most } = await open(['near/fails:400 near/opens:400']);
    expect({ asked, most }).toEqual({ asked: ['near/fails:400', 'near/opens:400'], most: 1 });
  });

  test('a service that fails makes way for the next at once', async () => {
    const { asked, milliseconds } = await open(['near/fails net/fails net/fails:1 net/opens']);
    expect(asked).toEqual(['near/fails', 'net/fails', 'net/fails:1', 'net/opens']);
    expect(milliseconds).toBeLessThan(580);
  });

  test('a service that answers in time is the only one asked', async () => {
    expect(await open(['net/opens:100 net/opens:1 net/opens:2'])).toMatchObject({ asked: ['net/opens:100'], aborted: [] });
  });

  test('a service that takes its time gets the next one beside it; the first to answer ends the others', async () => {
    const { asked, aborted, milliseconds } = await open(['net/hangs net/waits net/opens cloud/opens']);
    expect(asked).toEqual(['net/hangs', 'net/waits', 'net/opens']);
    expect(aborted.toSorted()).toEqual(['net/hangs', 'net/waits']);
    expect(milliseconds).toBeLessThan(2000);
  });

  test('an order that is given counts, and local kinds wait for all that stand before them', async () => {
    const { asked } = await open(['near/opens net/fails cloud/fails net/fails:350'], 0, { order: ['cloud', 'net', 'near'] });
    expect(asked).toEqual(['cloud/fails', 'net/fails', 'net/fails:350', 'near/opens']);
  });

  test('kinds that no order names come behind, local ones first', async () => {
    const { asked } = await open(['net/opens near/fails cloud/fails'], 0, { order: ['cloud', 'nothing'] });
    expect(asked).toEqual(['cloud/fails', 'near/fails', 'net/opens']);
  });

  test('all that failed is told, in the order of asking', async () => {
    const { error } = await open(['net/fails:100 cloud/fails near/fails']);
    expect(error).toMatchObject({
      code: 'DATA_KEY_UNRECOVERABLE',
      details: {
        groups: [
          { recovered: false, attempts: [{ masterKey: 'near/fails' }, { masterKey: 'net/fails:100' }, { masterKey: 'cloud/fails' }] },
        ],
      },
    });
  });
});

describe('several key groups', () => {
  test('as many are asked side by side as it takes, and no more', async () => {
    const { asked, most } = await open(['net/opens:150', 'net/opens:151', 'net/opens:152'], 2);
    expect({ asked, most }).toEqual({ asked: ['net/opens:150', 'net/opens:151'], most: 2 });
  });

  test('a group that fails makes way for the next; one that takes its time gets it beside', async () => {
    expect(await open(['net/opens', 'net/fails', 'net/opens:1'], 2)).toMatchObject({ asked: ['net/opens', 'net/fails', 'net/opens:1'] });
    const slow = await open(['net/opens', 'net/hangs', 'net/opens:1', 'net/opens:2'], 2);
    expect(slow).toMatchObject({ asked: ['net/opens', 'net/hangs', 'net/opens:1'], aborted: ['net/hangs'] });
    expect(slow.milliseconds).toBeLessThan(2000);
  });

  test('groups that local keys open come first, one after another', async () => {
    const { asked, most } = await open(['net/opens', 'near/opens:50 net/opens', 'near/opens:51'], 2);
    expect({ asked, most }).toEqual({ asked: ['near/opens:50', 'near/opens:51'], most: 1 });
  });

  test('what local keys lack comes from the network', async () => {
    expect(await open(['near/fails net/opens', 'near/opens', 'net/opens:1'], 2)).toMatchObject({
      asked: ['near/fails', 'near/opens', 'net/opens'],
    });
  });

  test('what is missing is told, group by group', async () => {
    const { error } = await open(['near/opens', 'net/fails near/fails', 'cloud/fails'], 2);
    expect(error).toMatchObject({
      details: {
        shamirThreshold: 2,
        groups: [
          { recovered: true, attempts: [] },
          { recovered: false, attempts: [{ masterKey: 'near/fails' }, { masterKey: 'net/fails' }] },
          { recovered: false, attempts: [{ masterKey: 'cloud/fails' }] },
        ],
      },
    });
  });
});

describe('time', () => {
  test('a service that does not answer is given up, and the error says which, after what and how to change it', async () => {
    const { error, milliseconds, aborted } = await open(['net/hangs'], 0, { env: { SOPSMITH_KEY_TIMEOUT: '150ms' } });
    expect(JSON.stringify(error)).toMatch(/the net service of 'net\/hangs' did not answer within 150 ms.*SOPSMITH_KEY_TIMEOUT/);
    expect(aborted).toEqual(['net/hangs']);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('who may have to ask a person takes its time', async () => {
    expect(await open(['near/opens:200'], 0, { env: { SOPSMITH_KEY_TIMEOUT: '0.1' } })).toMatchObject({ asked: ['near/opens:200'] });
  });

  test.each(['0.3', '300ms', '0h0.3s'])('the limit may be spelled %s', async (limit) => {
    const { error } = await open(['net/hangs'], 0, { env: { SOPSMITH_KEY_TIMEOUT: limit } });
    expect(JSON.stringify(error)).toContain('within 300 ms');
  });

  test('0 is no limit, and what is no time is refused', async () => {
    expect(await open(['net/opens:50'], 0, { env: { SOPSMITH_KEY_TIMEOUT: '0' } })).not.toHaveProperty('error');
    expect(() => servicesWith(newJournal(), { env: { SOPSMITH_KEY_TIMEOUT: 'soon' } })).toThrow(/SOPSMITH_KEY_TIMEOUT is neither/);
  });

  test.each([['near/hangs'], ['net/hangs net/waits'], ['near/hangs', 'net/waits']])('the user ends it all: %s %s', async (...groups) => {
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 400);
    const { error, milliseconds } = await open(groups, 0, { signal: abort.signal });
    expect(error).toMatchObject({ code: 'CANCELLED' });
    expect(milliseconds).toBeLessThan(1000);
  });

  test('nobody is asked where the user has ended it before', async () => {
    expect(await open(['near/opens net/opens'], 0, { signal: AbortSignal.abort() })).toMatchObject({
      asked: [],
      error: { code: 'CANCELLED' },
    });
  });
});

describe('wrapping', () => {
  const many = Array.from({ length: 20 }, (_, at) => `net/wraps-opens:${40 + at}`);

  test('goes side by side, eight at most, over all groups', async () => {
    const journal = newJournal();
    const start = performance.now();
    await seal([many.slice(0, 10).join(' '), many.slice(10).join(' ')], 0, servicesWith(journal));
    expect(journal.asked).toHaveLength(20);
    expect(journal.most).toBe(8);
    expect(performance.now() - start).toBeLessThan(790);
  });

  test('lists all failures', async () => {
    const sealing = seal(['net/wraps-fails net/wraps-opens', 'cloud/wraps-fails:50'], 0, servicesWith(newJournal()));
    await expect(sealing).rejects.toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
    await expect(sealing).rejects.toThrow(
      'with 2 of 3 master keys: net/wraps-fails: the service refuses; cloud/wraps-fails:50: the service refuses',
    );
  });

  test('has a time limit, and an end by the user', async () => {
    const limited = seal(['net/wraps-hangs'], 0, servicesWith(newJournal(), { env: { SOPSMITH_KEY_TIMEOUT: '100ms' } }));
    await expect(limited).rejects.toThrow(/did not answer within 100 ms/);
    const ended = seal(['near/wraps-hangs'], 0, servicesWith(newJournal(), { signal: AbortSignal.timeout(100) }));
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

test('no share and no data key is left in memory', async () => {
  const wrapping = newJournal();
  const sealed = await seal(['near/opens net/opens', 'net/opens:40 net/opens:400', 'net/opens'], 2, servicesWith(wrapping));
  const unwrapping = newJournal();
  await decrypt(sealed, inYaml, { ignoreMac: false }, servicesWith(unwrapping));
  expect(wrapping.shares).toHaveLength(5);
  expect(unwrapping.shares).toHaveLength(2);
  for (const share of [...wrapping.shares, ...unwrapping.shares]) expect([...share].every((byte) => byte === 0)).toBe(true);
});
