import { createHash } from 'node:crypto';
import { type FaultPlan, PlannedFaults } from './planned-faults.ts';
import type { Asked, Reply } from './serve.ts';

interface Version {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly contentType?: string;
  tags: Readonly<Record<string, string>>;
}
/** What tests look at from outside. */
export interface SecretLook {
  readonly content: string;
  readonly versions: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Secrets of a vault: versions, tags, deletion that keeps the name, and coming back from it, which takes until the second look. */
export class Secrets {
  readonly #secrets = new Map<string, Version[]>();
  readonly #deleted = new Map<string, Version[]>();
  /** Secrets that are on their way back. */
  readonly #returning = new Map<string, Version[]>();
  readonly #faults = new PlannedFaults();

  plan(plan: FaultPlan | undefined): void {
    this.#faults.set(plan);
  }

  look(name: string): SecretLook | undefined {
    const versions = this.#secrets.get(name.toLowerCase()) ?? [];
    const newest = versions.at(-1);
    return newest && { content: newest.value, versions: versions.length, tags: newest.tags };
  }

  make(name: string, value: string): void {
    this.#secrets.set(name.toLowerCase(), [version(name, 1, { value, tags: {} })]);
  }

  /** Of whoever may do all; undefined says nothing. */
  answer(asked: Asked): Reply | undefined {
    const fault = this.#faults.next(asked.method === 'GET' ? 'read' : 'write');
    if (fault === 'silent') return undefined;
    if (fault !== undefined) return refusal(fault, fault === 429 ? 'Throttled' : 'ServiceUnavailable', 'a fault');
    if (!asked.url.searchParams.has('api-version')) return refusal(400, 'BadParameter', 'api-version must be specified');
    return this.#serve(asked);
  }

  #serve(asked: Asked): Reply {
    const [, kind = '', name = '', rest = ''] =
      /^\/(secrets|deletedsecrets)(?:\/([^/]+))?(?:\/([^/]*))?\/?$/.exec(asked.url.pathname) ?? [];
    if (kind === 'deletedsecrets') return this.#answerDeleted(asked, name, rest);
    if (name === '') return this.#list(asked.url);
    if (!/^[0-9a-zA-Z-]{1,127}$/.test(name)) return refusal(400, 'BadParameter', `The request URI contains an invalid name: ${name}`);
    switch (asked.method) {
      case 'GET':
        return this.#get(asked.url, name, rest);
      case 'PUT':
        return this.#put(asked, name);
      case 'PATCH':
        return this.#patch(asked, name, rest);
      default:
        return this.#delete(asked.url, name);
    }
  }

  #get({ host }: URL, name: string, wanted: string): Reply {
    const key = name.toLowerCase();
    const versions = this.#secrets.get(key) ?? [];
    const found = wanted === '' ? versions.at(-1) : versions.find(({ id }) => id === wanted);
    const returning = this.#returning.get(key);
    if (returning !== undefined) {
      this.#returning.delete(key);
      this.#secrets.set(key, returning);
    }
    return found === undefined
      ? refusal(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found in this key vault.`)
      : { status: 200, body: bundle(host, name, found) };
  }

  #put({ url, body }: Asked, name: string): Reply {
    const key = name.toLowerCase();
    const { value, tags = {}, contentType }: Partial<Version> = JSON.parse(body);
    if (this.#deleted.has(key) || this.#returning.has(key))
      return refusal(409, 'Conflict', `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused.`);
    if (value === undefined || value.length > 25_600 || Object.keys(tags).length > 15)
      return refusal(400, 'BadParameter', 'Property has invalid value');
    const versions = this.#secrets.get(key) ?? [];
    const made = version(name, versions.length + 1, { value, tags, ...(contentType === undefined ? {} : { contentType }) });
    this.#secrets.set(key, [...versions, made]);
    return { status: 200, body: bundle(url.host, name, made) };
  }

  #patch({ url, body }: Asked, name: string, wanted: string): Reply {
    const found = this.#secrets.get(name.toLowerCase())?.find(({ id }) => id === wanted);
    if (found === undefined) return refusal(404, 'SecretNotFound', `A secret with (name/id) ${name}/${wanted} was not found.`);
    const { tags = {} }: Partial<Version> = JSON.parse(body);
    found.tags = tags;
    const { value: _, ...rest } = bundle(url.host, name, found);
    return { status: 200, body: rest };
  }

  #delete({ host }: URL, name: string): Reply {
    const versions = this.#secrets.get(name.toLowerCase());
    const newest = versions?.at(-1);
    if (versions === undefined || newest === undefined)
      return refusal(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found.`);
    this.#secrets.delete(name.toLowerCase());
    this.#deleted.set(name.toLowerCase(), versions);
    return { status: 200, body: { ...bundle(host, name, newest), recoveryId: `https://${host}/deletedsecrets/${name}`, deletedDate: 0 } };
  }

  #answerDeleted({ url, method }: Asked, name: string, rest: string): Reply {
    const versions = this.#deleted.get(name.toLowerCase());
    const newest = versions?.at(-1);
    if (versions === undefined || newest === undefined) return refusal(404, 'SecretNotFound', `Deleted Secret not found: ${name}`);
    const { value: _, ...body } = bundle(url.host, name, newest);
    if (method !== 'POST' || rest !== 'recover') return { status: 200, body: { ...body, deletedDate: 0 } };
    this.#deleted.delete(name.toLowerCase());
    this.#returning.set(name.toLowerCase(), versions);
    return { status: 200, body };
  }

  /** Pages are of three, so that there are several. */
  #list({ host, searchParams }: URL): Reply {
    const all = [...this.#secrets].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const start = Number(searchParams.get('skiptoken') ?? '0');
    const value = all.slice(start, start + 3).flatMap(([, versions]) => {
      const newest = versions.at(-1);
      if (newest === undefined) return [];
      const { value: _, ...item } = bundle(host, newest.name, newest);
      return [{ ...item, id: `https://${host}/secrets/${newest.name}` }];
    });
    const next = `https://${host}:443/secrets?api-version=7.4&skiptoken=${start + 3}&maxresults=25`;
    return { status: 200, body: { value, nextLink: start + 3 < all.length ? next : null } };
  }
}

const version = (name: string, number: number, more: Omit<Version, 'id' | 'name'>): Version => ({
  name,
  id: createHash('md5').update(`${name}/${number}/secret`).digest('hex'),
  ...more,
});

const bundle = (host: string, name: string, { id, value, contentType, tags }: Version) => ({
  value,
  ...(contentType === undefined ? {} : { contentType }),
  id: `https://${host}/secrets/${name}/${id}`,
  attributes: { enabled: true, created: 0, updated: 0, recoveryLevel: 'Recoverable+Purgeable' },
  tags,
});

const refusal = (status: number, code: string, message: string): Reply => ({ status, body: { error: { code, message } } });
