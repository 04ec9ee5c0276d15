// Key groups that an attacker, or a merge, has changed: nothing but the MAC speaks for them, and that only once there is a key.
import { describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { decrypt, defaultSelection, encrypt, type KeyService, type LogEvent, type Services } from '../../src/index.ts';
import { formatOf, services as laboratory } from '../interop/library.ts';
import { bytes, text } from './laboratory.ts';

const json = formatOf('json');
const inJson = { input: json, output: json, print: {} };
const plain = '{\n\t"a": "secret"\n}\n';

interface Sealed {
  readonly sops: Record<string, unknown> & { key_groups: { age: { recipient: string; enc: string }[] }[]; shamir_threshold: number };
}

/** A file for recipients `0`, `1`, … in a group each; the shares stand in it in base64. */
async function seal(groups: number, shamirThreshold: number): Promise<Sealed> {
  const keyGroups = Array.from({ length: groups }, (_, at) => [{ kind: 'age', recipient: String(at) }]);
  const settings = {
    keyGroups,
    shamirThreshold,
    selection: defaultSelection,
    macOnlyEncrypted: false,
    layout: 'auto',
    strict: false,
  } as const;
  return JSON.parse(text((await encrypt(bytes(plain), inJson, settings, laboratory)).content));
}

interface Seen {
  readonly said: readonly LogEvent[];
  readonly asked: readonly string[];
  readonly outcome: string;
  readonly error?: SopsError;
}

/** Opens a file for somebody who has the keys of some groups. */
async function open(sealed: Sealed, has: readonly number[], ignoreMac = false): Promise<Seen> {
  const said: LogEvent[] = [];
  const asked: string[] = [];
  const keys: KeyService = {
    ...laboratory.keys,
    unwrap: async (wrapped) => {
      const name = 'recipient' in wrapped.masterKey ? String(wrapped.masterKey.recipient) : '';
      asked.push(name);
      if (!has.includes(Number(name))) throw new Error('not here');
      return laboratory.keys.unwrap(wrapped);
    },
  };
  const services: Services = {
    ...laboratory,
    keys,
    context: { ...laboratory.context, log: (event) => void (event.level === 'warn' && said.push(event)) },
  };
  try {
    const { content } = await decrypt(bytes(JSON.stringify(sealed)), inJson, { ignoreMac }, services);
    return { said, asked, outcome: JSON.stringify(JSON.parse(text(content))) };
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return { said, asked, outcome: error.code, error };
  }
}

const opened = '{"a":"secret"}';

function changed(sealed: Sealed, change: (sops: Sealed['sops']) => void): Sealed {
  const copy = structuredClone(sealed);
  change(copy.sops);
  return copy;
}

describe('a threshold that was changed', () => {
  test('below what it was: no harm where all keys are here, as in sops; else there is no key, and the reason is told', async () => {
    const lowered = changed(await seal(3, 3), (sops) => {
      sops.shamir_threshold = 2;
    });
    expect(await open(lowered, [0, 1, 2])).toMatchObject({ outcome: opened, said: [] });
    const two = await open(lowered, [0, 1]);
    expect(two).toMatchObject({
      outcome: 'VALUE_UNOPENABLE',
      said: [{ level: 'warn', message: expect.stringContaining('shamir_threshold') }],
    });
  });

  test.each([0, 1, -3])('to %i, which no file has: as many shares are taken as there are', async (threshold) => {
    const lowered = changed(await seal(3, 2), (sops) => {
      sops.shamir_threshold = threshold;
    });
    expect(await open(lowered, [0, 2])).toMatchObject({ outcome: opened });
    const { outcome, error } = await open(lowered, [1]);
    expect(outcome).toBe('DATA_KEY_UNRECOVERABLE');
    expect(error?.details).toMatchObject({ hint: expect.stringContaining(`shamir_threshold is ${threshold} of 3`), shamirThreshold: 2 });
  });

  test('above the number of groups: refused', async () => {
    const raised = changed(await seal(2, 2), (sops) => {
      sops.shamir_threshold = 3;
    });
    const { outcome, error } = await open(raised, [0, 1]);
    expect(outcome).toBe('DATA_KEY_UNRECOVERABLE');
    expect(error?.details).toMatchObject({
      hint: expect.stringContaining('shamir_threshold is 3 of 2'),
      groups: [{ recovered: true }, { recovered: true }],
    });
  });
});

describe('key groups that were changed', () => {
  test('taken away: no harm as long as enough are left, and then none', async () => {
    const sealed = await seal(3, 2);
    const cut = (count: number): Sealed =>
      changed(sealed, (sops) => {
        sops.key_groups = sops.key_groups.slice(-count);
      });
    expect(await open(cut(2), [1, 2])).toMatchObject({ outcome: opened });
    const { outcome, error } = await open(cut(1), [2]);
    expect(outcome).toBe('DATA_KEY_UNRECOVERABLE');
    expect(error?.details.groups?.[0]?.attempts[0]?.error).toContain('other key groups of the file are missing');
  });

  test('in another order: no harm', async () => {
    const swapped = changed(await seal(4, 3), (sops) => {
      sops.key_groups = sops.key_groups.toReversed();
    });
    expect(await open(swapped, [0, 1, 3])).toMatchObject({ outcome: opened });
  });

  test('the same share in two groups: refused', async () => {
    const doubled = changed(await seal(2, 2), (sops) => {
      sops.key_groups = [sops.key_groups[0] ?? { age: [] }, sops.key_groups[0] ?? { age: [] }];
    });
    const { outcome, error } = await open(doubled, [0]);
    expect({ outcome, message: error?.message }).toMatchObject({
      outcome: 'DATA_KEY_UNRECOVERABLE',
      message: expect.stringContaining('duplicate part detected'),
    });
  });

  test('a group of another file: told, and nothing given out, unless enough others are here', async () => {
    const [sealed, other] = [await seal(3, 2), await seal(3, 2)];
    const mixed = changed(sealed, (sops) => {
      sops.key_groups[0] = other.sops.key_groups[0] ?? { age: [] };
    });
    const seen = await open(mixed, [0, 1]);
    expect(seen).toMatchObject({ outcome: 'VALUE_UNOPENABLE', said: [{ message: expect.stringContaining('does not open the MAC') }] });
    expect((await open(mixed, [1, 2])).outcome).toBe(opened);
  });

  test('a share that is too short, too long, or of x = 0: refused as the share of its group', async () => {
    const sealed = await seal(2, 2);
    for (const share of [new Uint8Array(32), new Uint8Array(34), new Uint8Array()]) {
      const broken = changed(sealed, (sops) => {
        for (const entry of sops.key_groups[0]?.age ?? []) entry.enc = Buffer.from(share).toString('base64');
      });
      expect((await open(broken, [0, 1])).error?.details).toMatchObject({ groups: [{ recovered: false }, { recovered: true }] });
    }
    const zero = changed(sealed, (sops) => {
      for (const entry of sops.key_groups[0]?.age ?? []) entry.enc = Buffer.alloc(33).toString('base64');
    });
    expect((await open(zero, [0, 1])).error?.message).toContain('x = 0');
  });

  test('no error and no warning holds a share', async () => {
    const sealed = await seal(3, 3);
    const shares = sealed.sops.key_groups.flatMap(({ age }) => age.map(({ enc }) => enc));
    const broken = changed(sealed, (sops) => {
      sops.shamir_threshold = 2;
    });
    for (const has of [[0], [0, 1], []]) {
      const { error, said } = await open(broken, has);
      const told = `${JSON.stringify(said)}${error?.message ?? ''}${JSON.stringify(error?.details ?? {})}${error?.stack ?? ''}`;
      expect(shares.filter((share) => told.includes(share) || told.includes(Buffer.from(share, 'base64').toString('hex')))).toEqual([]);
    }
  });
});

test('where the MAC fits, nobody is asked for more shares than it takes', async () => {
  const { asked } = await open(await seal(10, 4), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(asked).toEqual(['0', '1', '2', '3']);
});

test('where the MAC is broken, a file still opens for those who ignore it', async () => {
  const broken = changed(await seal(3, 2), (sops) => {
    sops['mac'] = 'ENC[AES256_GCM,data:AAAA,iv:AAAAAAAAAAAAAAAAAAAAAA==,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]';
  });
  expect(await open(broken, [0, 1, 2], true)).toMatchObject({ outcome: opened, said: [{ level: 'warn' }] });
  expect(await open(broken, [0, 1, 2])).toMatchObject({ outcome: 'MAC_MISMATCH' });
});
