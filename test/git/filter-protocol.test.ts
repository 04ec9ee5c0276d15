// The protocol of filter processes over plain bytes: what Git sends, and what nobody should.
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { contentOf, listOf, mostInPacket } from '../../src/git/filter/pkt-line.ts';
import { type FilterRequest, serveFilter } from '../../src/git/filter/protocol.ts';
import { RecentVersions } from '../../src/git/filter/recent.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

async function* cut(input: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += length) yield await Promise.resolve(input.subarray(at, at + length));
}

interface Talk {
  readonly requests: readonly FilterRequest[];
  readonly answer: Buffer;
}

/** Has the filter read an input, which comes in parts of so many bytes, and turn each file around. */
async function talk(input: Uint8Array, length = 7): Promise<Talk> {
  const requests: FilterRequest[] = [];
  const written: Uint8Array[] = [];
  await serveFilter({ input: cut(input, length), write: (part) => void written.push(part) }, async (request) => {
    requests.push(request);
    return Promise.resolve(request.path === 'refused' ? undefined : request.content.toReversed());
  });
  return { requests, answer: Buffer.concat(written) };
}

const greeting = [listOf(['git-filter-client', 'version=2']), listOf(['capability=clean', 'capability=smudge', 'capability=delay'])];
const file = (path: string, content: Uint8Array, ...more: readonly string[]): readonly Uint8Array[] => [
  listOf(['command=clean', `pathname=${path}`, ...more]),
  contentOf(content),
];
const greeted = '0016git-filter-server\n000eversion=2\n00000015capability=clean\n0016capability=smudge\n0000';

describe('a filter process', () => {
  it('greets, and filters one file after another, whatever parts the bytes come in', async () => {
    const input = Buffer.concat([...greeting, ...file('a b=c', bytes('abc'), 'blob=1234'), ...file('empty', bytes(''))]);
    for (const length of [1, 3, 4096]) {
      const { requests, answer } = await talk(input, length);
      expect(requests.map(({ command, path }) => [command, path])).toEqual([
        ['clean', 'a b=c'],
        ['clean', 'empty'],
      ]);
      expect(answer.toString('latin1')).toBe(`${greeted}0013status=success\n00000007cba000000000013status=success\n000000000000`);
    }
  });

  it('cuts what is longer than a packet', async () => {
    for (const size of [mostInPacket - 1, mostInPacket, mostInPacket + 1, 3 * mostInPacket]) {
      const content = Buffer.alloc(size, 'x');
      const { requests, answer } = await talk(Buffer.concat([...greeting, ...file('large', content)]), 10_000);
      expect(content.equals(requests[0]?.content ?? bytes(''))).toBe(true);
      expect(answer.length - greeted.length).toBe(size + 4 * Math.ceil(size / mostInPacket) + 19 + 4 + 4 + 4);
    }
  });

  it('says of a file that it cannot be filtered, and goes on with the next', async () => {
    const { requests, answer } = await talk(Buffer.concat([...greeting, ...file('refused', bytes('a')), ...file('next', bytes('b'))]));
    expect(requests).toHaveLength(2);
    expect(answer.toString('latin1')).toBe(`${greeted}0011status=error\n00000013status=success\n00000005b00000000`);
  });

  it('refuses a command that it does not know, and takes only what Git offers', async () => {
    const input = [
      listOf(['git-filter-client', 'version=2', 'version=3']),
      listOf(['capability=smudge', 'capability=unheard-of']),
      listOf(['command=list_available_blobs', 'pathname=a']),
      contentOf(bytes('')),
    ];
    const { requests, answer } = await talk(Buffer.concat(input));
    expect(requests).toHaveLength(0);
    expect(answer.toString('latin1')).toBe('0016git-filter-server\n000eversion=2\n00000016capability=smudge\n00000011status=error\n0000');
  });

  it('ends where Git ends, even before it said anything', async () => {
    expect((await talk(bytes(''))).answer).toHaveLength(0);
    expect((await talk(Buffer.concat(greeting))).answer.toString('latin1')).toBe(greeted);
  });

  const hostile: Readonly<Record<string, string>> = {
    'no packet at all': 'hello there',
    'a length that is none': 'zzzz',
    'a length below that of itself': '0003',
    'a length above the longest': 'ffff',
    'half a length': '00',
    'half a packet': '0016git-filter',
    'a list without an end': '0016git-filter-client\n',
    'another greeting': '0016git-filter-server\n000eversion=2\n0000',
    'another version': '0016git-filter-client\n000eversion=1\n0000',
    'a file without an end': `${Buffer.concat([...greeting, listOf(['command=clean', 'pathname=a'])]).toString('latin1')}0005a`,
    'a list without measure': '0005a'.repeat(2000),
  };
  it.each(Object.entries(hostile))('refuses %s', async (_, input) => {
    await expect(talk(bytes(input))).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  it('answers any bytes or refuses them, and never hangs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), async (noise, length) => {
        const said = await talk(Buffer.concat([...greeting, noise]), length).catch((error: unknown) => error);
        expect(said).toMatchObject(said instanceof Error ? { code: 'GIT_FAILED' } : { requests: [] });
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('hands over all files as they are', async () => {
    const anyFile = fc.tuple(fc.string(), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(fc.array(anyFile, { maxLength: 5 }), fc.integer({ min: 1, max: 99 }), async (files, length) => {
        const named = files.map(([name, content]) => [`p${name.replaceAll('\n', ' ')}`, Buffer.from(content)] as const);
        const { requests } = await talk(Buffer.concat([...greeting, ...named.flatMap(([name, content]) => file(name, content))]), length);
        expect(requests.map(({ path, content }) => [path, Buffer.from(content)])).toEqual(named);
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe('versions that were met', () => {
  it('are found by path, way and plaintext, and the oldest go where there are too many', () => {
    const recent = new RecentVersions();
    const version = (fill: number): Uint8Array => new Uint8Array(24 * 2 ** 20).fill(fill);
    recent.remember('smudged', 'a', bytes('1'), version(1));
    recent.remember('smudged', 'a', bytes('2'), version(2));
    expect(recent.find('smudged', 'a', bytes('1'))?.[0]).toBe(1);
    expect(recent.find('cleaned', 'a', bytes('1'))).toBeUndefined();
    expect(recent.find('smudged', 'b', bytes('1'))).toBeUndefined();
    recent.remember('smudged', 'b', bytes('1'), version(3));
    expect(recent.find('smudged', 'a', bytes('1'))).toBeUndefined();
    expect(recent.find('smudged', 'a', bytes('2'))?.[0]).toBe(2);
    recent.remember('smudged', 'b', bytes('1'), version(4));
    expect(recent.find('smudged', 'b', bytes('1'))?.[0]).toBe(4);
    expect(recent.find('smudged', 'a', bytes('2'))?.[0]).toBe(2);
  });
});
