import { setTimeout as sleep } from 'node:timers/promises';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { askVault, type VaultRequest } from '../../services/azure/client-vault.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { ServiceFailure, withRemedy } from '../../services/service-failure.ts';
import type { Held, Listed, Parts, Secret, SecretsClient, Store } from '../destination.ts';
import { markIn, otherTags, tagsOf } from '../mark.ts';
import { textsOf } from '../sent.ts';
import { explain, type Operation } from './explain.ts';
import { type SecretVault, secretUrl } from './place.ts';

/** Secrets of Azure Key Vault over its REST interface, with tokens of the identity SDK. */
export const client: SecretsClient<SecretVault> = {
  open: async (place, _, context) => new VaultStore(place, context),
};

/** Of the interface: every cloud has it. */
const version = 'api-version=7.4';
/** Milliseconds between looks at a secret that is coming back, and how many. */
const pause = 1000;
const looks = 20;

interface Asked {
  readonly method: VaultRequest['method'];
  /** Below the vault, with a query. */
  readonly path: string;
  readonly operation: Operation;
  readonly json?: object;
  /** Statuses that are no failure. */
  readonly expected: readonly number[];
  readonly secrets?: readonly string[];
}
interface Answer {
  readonly status: number;
  readonly json: unknown;
}

class VaultStore implements Store {
  readonly #place: SecretVault;
  readonly #context: Context;

  constructor(place: SecretVault, context: Context) {
    this.#place = place;
    this.#context = context;
  }

  async read(name: string): Promise<Held | undefined> {
    return this.#telling(name, async () => {
      const { status, json } = await this.#get(`/secrets/${name}`);
      if (status === 200) return heldIn(json);
      // A vault keeps what was deleted for a while, and lets nothing else have its name.
      const deleted = await this.#get(`/deletedsecrets/${name}`);
      return deleted.status === 200 ? { ...heldIn(deleted.json), content: undefined, deleted: true } : undefined;
    });
  }

  async write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void> {
    const { name, content } = secret;
    await this.#telling(name, async () => {
      if (held?.deleted === true) await this.#recover(name);
      const tags = { ...held?.tags, ...secret.tags, ...tagsOf(secret.mark) };
      if (!parts.content) return this.#set(await this.#newest(name), 'PATCH', { tags }, secret);
      const value = content.kind === 'text' ? content.text : content.kind === 'map' ? content.json : '';
      const contentType = content.kind === 'map' ? 'application/json' : 'text/plain';
      return this.#set(name, 'PUT', { value, contentType, tags }, secret);
    });
  }

  /** A name with the newest version: what is kept beside a value belongs to its version. */
  async #newest(name: string): Promise<string> {
    const [, path] = /\/secrets\/([^/]+\/[^/]+)$/.exec(textIn((await this.#get(`/secrets/${name}`)).json, 'id')) ?? [];
    if (path === undefined) throw new ServiceFailure('the answer of the vault names no version');
    return path;
  }

  async #set(name: string, method: 'PUT' | 'PATCH', json: object, { content }: Secret): Promise<void> {
    const path = `/secrets/${name}?${version}`;
    await this.#ask({ method, path, operation: 'set', json, expected: [200], secrets: textsOf(content) });
  }

  async list(rule: string): Promise<readonly Listed[]> {
    const { vault, prefix } = this.#place;
    return this.#telling(prefix, async () => {
      const found: Listed[] = [];
      for (let path = `/secrets?maxresults=25&${version}`; path !== '';) {
        const { json } = await this.#ask({ method: 'GET', path, operation: 'list', expected: [200] });
        const items = fieldIn(json, 'value');
        for (const item of Array.isArray(items) ? items : []) {
          const name = textIn(item, 'id').split('/').at(-1) ?? '';
          const { mark } = heldIn(item);
          if (/^[A-Za-z0-9-]+$/.test(name) && name.toLowerCase().startsWith(prefix.toLowerCase()) && mark?.rule === rule)
            found.push({ name, mark });
        }
        path = pathIn(textIn(json, 'nextLink'), vault);
      }
      return found;
    });
  }

  /** A vault keeps it for as long as it was told to. */
  async remove(name: string): Promise<void> {
    await this.#telling(name, async () =>
      this.#ask({ method: 'DELETE', path: `/secrets/${name}?${version}`, operation: 'delete', expected: [200, 404] }),
    );
  }

  /** Brings a deleted secret back, which takes a vault a while. */
  async #recover(name: string): Promise<void> {
    const path = `/deletedsecrets/${name}/recover?${version}`;
    await this.#ask({ method: 'POST', path, operation: 'recover', expected: [200] });
    for (let look = 0; look < looks; look += 1) {
      if ((await this.#get(`/secrets/${name}`)).status === 200) return;
      await sleep(pause, undefined, this.#context.signal === undefined ? {} : { signal: this.#context.signal });
    }
    throw new ServiceFailure('the deleted secret does not come back: try again later');
  }

  async #get(path: string): Promise<Answer> {
    return this.#ask({ method: 'GET', path: `${path}?${version}`, operation: 'get', expected: [200, 404] });
  }

  async #ask({ method, path, operation, json, expected, secrets = [] }: Asked): Promise<Answer> {
    const url = new URL(path, this.#place.vault);
    const answer = await askVault({ method, url, ...(json === undefined ? {} : { json }) }, this.#context, this.#context.signal);
    if (expected.includes(answer.status)) return answer;
    throw new ServiceFailure(explain({ ...answer, operation, secrets: [answer.token, ...secrets] }));
  }

  async #telling<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const told = error instanceof HttpFailure ? withRemedy(error) : error instanceof ServiceFailure ? error.message : undefined;
      if (told === undefined) throw error;
      throw new SopsError('PUBLICATION_FAILED', `cannot publish to ${secretUrl(this.#place, name)}: ${told}`);
    }
  }
}

function heldIn(json: unknown): Held {
  const value = fieldIn(json, 'value');
  const given = Object.entries(Object(fieldIn(json, 'tags') ?? {}));
  const tags = Object.fromEntries(given.map(([name, text]) => [name, String(text)]));
  return { content: typeof value === 'string' ? value : undefined, tags: otherTags(tags), description: undefined, mark: markIn(tags) };
}

/** The next page, if there is one: of the same vault, since it is shown the token. */
function pathIn(link: string, vault: string): string {
  if (link === '') return '';
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url?.origin !== vault) throw new ServiceFailure('the vault names a page of another host');
  return `${url.pathname}${url.search}`;
}
