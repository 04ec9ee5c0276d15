import { SopsError } from '../../errors.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import type { JsonAnswer } from '../../services/http.node.ts';
import { fieldIn } from '../../services/json-field.ts';
import { withoutUser } from '../../services/vault/address.ts';
import { ask, askText, confided, list, ownVault, read, remove, type Vault } from '../../services/vault/ask.ts';
import { explain, isTokenRefused } from '../../services/vault/refusal.ts';
import { type Token, tokenFor } from '../../services/vault/token.ts';
import type { Held, Listed, Parts, Secret, SecretsClient, Store } from '../destination.ts';
import { markIn, otherTags, tagsOf } from '../mark.ts';
import { textsOf } from '../sent.ts';
import { type KeyValuePath, secretPath } from './path.ts';

/** Secrets of a key-value engine. What stands there already is not written again: each writing makes a version. */
export const client: SecretsClient<KeyValuePath> = {
  open: async (place, marked, context) => {
    const vault = await ownVault(place.address, context, context.signal);
    return new KeyValueStore(place, marked, vault);
  },
};

class KeyValueStore implements Store {
  readonly #place: KeyValuePath;
  /** Whether anything is kept beside the values. */
  readonly #marked: boolean;
  readonly #vault: Vault;

  constructor(place: KeyValuePath, marked: boolean, vault: Vault) {
    this.#place = place;
    this.#marked = marked && place.version === 2;
    this.#vault = vault;
  }

  async read(name: string): Promise<Held | undefined> {
    return this.#telling(name, async () => {
      const beside = this.#marked ? await this.#beside(name) : undefined;
      const path = this.#path(name);
      const { answer, token } = await this.#asking(async (value) => read(this.#vault, path, value));
      if (answer.status === 404) return beside && { ...heldBeside(beside), content: undefined };
      if (answer.status >= 400 && this.#marked) throw this.#refusal(answer, token, { path, capabilities: reading });
      // As real sops does it: whoever may not read may write.
      if (answer.status >= 400) this.#warnUnreadable(name);
      return { ...heldBeside(beside ?? {}), content: answer.status === 200 ? this.#valuesIn(answer) : undefined };
    });
  }

  async write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void> {
    const { name, content, tags, mark } = secret;
    return this.#telling(name, async () => {
      if (parts.content) {
        const json = content.kind === 'map' ? content.json : '{}';
        const body = this.#place.version === 2 ? `{"data":${json}}` : json;
        const path = this.#path(name);
        const secrets = textsOf(content);
        await this.#change(async (token) => askText(this.#vault, path, body, token), { path, capabilities: writing, secrets });
      }
      if (!parts.beside || !this.#marked) return;
      const path = this.#path(name, 'metadata');
      const beside = { custom_metadata: { ...held?.tags, ...tags, ...tagsOf(mark) } };
      await this.#change(async (token) => ask(this.#vault, path, beside, token), { path, capabilities: writing });
    });
  }

  async list(rule: string): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    const walk = async (folder: string): Promise<void> => {
      for (const name of await this.#namesIn(folder)) {
        if (name.endsWith('/')) await walk(name);
        else {
          const beside = await this.#telling(name, async () => this.#beside(name));
          const mark = beside === undefined || isDeleted(beside) ? undefined : heldBeside(beside).mark;
          if (mark?.rule === rule) found.push({ name, mark });
        }
      }
    };
    await walk('');
    return found;
  }

  /** Version 2 keeps what it deletes, until it is destroyed. */
  async remove(name: string): Promise<void> {
    const path = this.#path(name);
    return this.#telling(name, async () => {
      await this.#change(async (token) => remove(this.#vault, path, token), { path, capabilities: ['delete'] });
    });
  }

  /** What the engine knows of a secret beside its values; undefined where there is no such secret. */
  async #beside(name: string): Promise<object | undefined> {
    const path = this.#path(name, 'metadata');
    const { answer, token } = await this.#asking(async (value) => read(this.#vault, path, value));
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#refusal(answer, token, { path, capabilities: reading });
    return Object(fieldIn(answer.json, 'data'));
  }

  async #namesIn(folder: string): Promise<readonly string[]> {
    return this.#telling(folder, async () => {
      const path = this.#path(folder, 'metadata');
      const { answer, token } = await this.#asking(async (value) => list(this.#vault, path, value));
      if (answer.status === 404) return [];
      if (answer.status !== 200) throw this.#refusal(answer, token, { path, capabilities: ['list'] });
      const keys = fieldIn(fieldIn(answer.json, 'data'), 'keys');
      return Array.isArray(keys) ? keys.flatMap((key: unknown) => (typeof key === 'string' ? [`${folder}${key}`] : [])) : [];
    });
  }

  /** As Vault's own client cleans paths. */
  #path(name: string, kind: 'data' | 'metadata' = 'data'): readonly string[] {
    const path = secretPath({ place: this.#place, name }, kind);
    return path.split('/').filter((part) => part !== '');
  }

  /** Where a token is not taken any more, another is got. */
  async #asking(
    request: (token: string | undefined) => Promise<JsonAnswer>,
    refused?: Token,
  ): Promise<{ readonly answer: JsonAnswer; readonly token: Token }> {
    const token = await tokenFor(this.#vault, refused);
    const answer = await request(token.value);
    return isTokenRefused(answer) && token.renewable && refused === undefined ? this.#asking(request, token) : { answer, token };
  }

  async #change(request: (token: string | undefined) => Promise<JsonAnswer>, wanted: Wanted): Promise<void> {
    const { answer, token } = await this.#asking(request);
    if (answer.status < 200 || answer.status > 299) throw this.#refusal(answer, token, wanted);
  }

  #refusal(answer: JsonAnswer, token: Token, { path, capabilities, secrets = [] }: Wanted): SopsError {
    return new SopsError(
      'PUBLICATION_FAILED',
      explain(answer, {
        path: path.join('/'),
        token: token.from,
        needs: { engine: `key-value version ${this.#place.version}`, capabilities },
        secrets: [token.value ?? '', ...confided(this.#vault), ...secrets],
      }),
    );
  }

  #warnUnreadable(name: string): void {
    this.#vault.context.log({
      level: 'warn',
      message: `Cannot check if destination secret already exists in ${secretPath({ place: this.#place, name })}. New version will be created even if the data has not been changed.`,
    });
  }

  /** As JSON. A number beyond those of JavaScript never counts as the same. */
  #valuesIn({ json: answer }: JsonAnswer): string {
    const data = fieldIn(answer, 'data');
    const values = this.#place.version === 2 ? fieldIn(data, 'data') : data;
    return JSON.stringify(values ?? {}, (_, value: unknown) => (isInexact(value) ? null : value));
  }

  async #telling<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SopsError || error instanceof HttpFailure)) throw error;
      const path = secretPath({ place: this.#place, name });
      throw new SopsError('PUBLICATION_FAILED', `cannot publish to ${withoutUser(this.#vault.address)}/v1/${path}: ${error.message}`);
    }
  }
}

const reading = ['read'] as const;
const writing = ['create', 'read', 'update'] as const;

/** What a request wanted, for whoever refuses it. */
interface Wanted {
  readonly path: readonly string[];
  readonly capabilities: readonly string[];
  readonly secrets?: readonly string[];
}

function heldBeside(beside: object): Omit<Held, 'content'> {
  const custom = Object.entries(Object(fieldIn(beside, 'custom_metadata') ?? {}));
  const tags = Object.fromEntries(custom.map(([key, value]) => [key, String(value)]));
  return { tags: otherTags(tags), description: undefined, mark: markIn(tags) };
}

/** Whether the newest version is deleted or destroyed. */
function isDeleted(beside: object): boolean {
  const versions = fieldIn(beside, 'versions');
  const newest = fieldIn(versions, String(fieldIn(beside, 'current_version')));
  return newest === undefined || fieldIn(newest, 'deletion_time') !== '' || fieldIn(newest, 'destroyed') === true;
}

const isInexact = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
