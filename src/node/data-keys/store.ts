import type { KeyAnswer, KeyRequest } from './messages.ts';

/** How long a file that did not open is not tried again, in milliseconds. */
const refusalTime = 60_000;
/** More IDs than these are not remembered: the oldest go. */
const mostKept = 4096;

interface Kept {
  /** Undefined for a file that did not open. */
  readonly key: Uint8Array | undefined;
  /** When it is forgotten, in milliseconds. */
  until: number;
}

/** Data keys in memory, each for as long as it is used. */
export class DataKeyStore {
  readonly #kept = new Map<string, Kept>();
  readonly #lasting: number;
  readonly #now: () => number;

  /** @param lasting milliseconds without use after which a key is forgotten */
  constructor(lasting: number, now: () => number) {
    this.#lasting = lasting;
    this.#now = now;
  }

  answer(request: Exclude<KeyRequest, { readonly verb: 'stop' }>): KeyAnswer {
    this.forget();
    switch (request.verb) {
      case 'find':
        return this.#find(request.ids.map(nameOf));
      case 'keep':
        this.#keep(request.ids, { key: request.key, until: this.#now() + this.#lasting });
        return { found: 'nothing' };
      case 'refuse':
        this.#keep(request.ids, { key: undefined, until: this.#now() + Math.min(refusalTime, this.#lasting) });
        return { found: 'nothing' };
      case 'count':
        return { found: 'count', count: new Set([...this.#kept.values()].flatMap(({ key }) => (key ? [key] : []))).size };
    }
  }

  #find(names: readonly string[]): KeyAnswer {
    const found = names.flatMap((name) => this.#kept.get(name) ?? []);
    const open = found.find(({ key }) => key !== undefined);
    if (open?.key !== undefined) {
      open.until = this.#now() + this.#lasting;
      return { found: 'key', key: open.key };
    }
    return { found: found.length === 0 ? 'nothing' : 'refusal' };
  }

  #keep(ids: readonly Uint8Array[], kept: Kept): void {
    for (const name of ids.map(nameOf)) {
      this.#drop(name);
      this.#kept.set(name, kept);
    }
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) return;
      this.#drop(name);
    }
  }

  /** Overwrites the key as well, once nothing goes by it. */
  #drop(name: string): void {
    const dropped = this.#kept.get(name);
    this.#kept.delete(name);
    if (dropped?.key !== undefined && ![...this.#kept.values()].includes(dropped)) dropped.key.fill(0);
  }

  /** Forgets what has had its time, or everything. Answers when there is more to forget; undefined where nothing is left. */
  forget(everything = false): number | undefined {
    const now = this.#now();
    let next: number | undefined;
    for (const [name, { key, until }] of this.#kept)
      if (everything || until <= now) {
        key?.fill(0);
        this.#kept.delete(name);
      } else next = Math.min(next ?? until, until);
    return next;
  }
}

const nameOf = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('base64');
