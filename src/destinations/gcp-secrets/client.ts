import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { type Authorization, authorize, type Purpose } from '../../services/gcp/access-token.node.ts';
import { crc32c } from '../../services/gcp/crc32c.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import { type HttpRequest, type JsonAnswer, sendJson } from '../../services/http.node.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { withRemedy } from '../../services/service-failure.ts';
import { serviceMessage } from '../../services/service-message.ts';
import type { Content, Held, Listed, Parts, Secret, SecretsClient, Store } from '../destination.ts';
import { markIn, tagsOf } from '../mark.ts';
import { textsOf } from '../sent.ts';
import { type SecretProject, secretPath } from './place.ts';

/** Secrets of Google Secret Manager over its REST interface. */
export const client: SecretsClient<SecretProject> = {
  open: async (place, _, context) => new SecretManagerStore(place, context),
};

/** By this label secrets of ours are listed; who published them is in annotations, which take any text. */
const label = { sopsmith: 'published' } as const;

interface Asked {
  readonly method: HttpRequest['method'];
  /** Below `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: object;
  /** As roles call what it takes: `secretmanager.secrets.get`. */
  readonly permission: string;
  /** Statuses beside 200 that are no failure. */
  readonly expected?: readonly number[];
  readonly secrets?: readonly string[];
}

class SecretManagerStore implements Store {
  readonly #place: SecretProject;
  readonly #context: Context;

  constructor(place: SecretProject, context: Context) {
    this.#place = place;
    this.#context = context;
  }

  async read(name: string): Promise<Held | undefined> {
    const path = secretPath(this.#place, name);
    return this.#telling(name, async () => {
      const about = await this.#ask({ method: 'GET', path, permission: 'secretmanager.secrets.get', expected: [404] });
      if (about.status === 404) return undefined;
      const { sopsmith: _, ...tags } = textsIn(about.json, 'labels');
      const beside = { tags, description: undefined, mark: markIn(textsIn(about.json, 'annotations')) };
      // Without a version, or where the newest is disabled or destroyed, there is no value.
      const value = await this.#ask({
        method: 'GET',
        path: `${path}/versions/latest:access`,
        permission: 'secretmanager.versions.access',
        expected: [404, 400],
      });
      return { ...beside, content: value.status === 200 ? contentIn(value.json) : undefined };
    });
  }

  async write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void> {
    const { name, content } = secret;
    const path = secretPath(this.#place, name);
    await this.#telling(name, async () => {
      if (held === undefined) await this.#create(secret);
      if (parts.content)
        await this.#ask({
          method: 'POST',
          path: `${path}:addVersion`,
          permission: 'secretmanager.versions.add',
          json: { payload: payloadOf(content) },
          secrets: textsOf(content),
        });
      if (parts.beside && held !== undefined) await this.#amend(secret, held);
    });
  }

  async #create({ name, tags, mark }: Secret): Promise<void> {
    const { project, locations } = this.#place;
    const replicas = locations.map((location) => ({ location }));
    await this.#ask({
      method: 'POST',
      path: `projects/${project}/secrets`,
      query: { secretId: name },
      permission: 'secretmanager.secrets.create',
      json: {
        replication: replicas.length === 0 ? { automatic: {} } : { userManaged: { replicas } },
        labels: { ...tags, ...label },
        annotations: tagsOf(mark),
      },
    });
  }

  /** Labels of others stay; of annotations the service can only be told all, so that they are looked at again. */
  async #amend({ name, tags, mark }: Secret, held: Held): Promise<void> {
    const path = secretPath(this.#place, name);
    const { json } = await this.#ask({ method: 'GET', path, permission: 'secretmanager.secrets.get' });
    await this.#ask({
      method: 'PATCH',
      path,
      query: { updateMask: 'labels,annotations' },
      permission: 'secretmanager.secrets.update',
      json: {
        labels: { ...held.tags, ...tags, ...label },
        annotations: { ...textsIn(json, 'annotations'), ...tagsOf(mark) },
        ...etagOf(json),
      },
    });
  }

  async list(rule: string): Promise<readonly Listed[]> {
    const { project, prefix } = this.#place;
    return this.#telling(prefix, async () => {
      const found: Listed[] = [];
      for (let pageToken = '', page = 0; page === 0 || pageToken !== ''; page += 1) {
        const query = { filter: 'labels.sopsmith=published', pageSize: '250', ...(pageToken === '' ? {} : { pageToken }) };
        const path = `projects/${project}/secrets`;
        const { json } = await this.#ask({ method: 'GET', path, query, permission: 'secretmanager.secrets.list' });
        found.push(...listedIn(json, prefix).filter(({ mark }) => mark.rule === rule));
        pageToken = textIn(json, 'nextPageToken');
      }
      return found;
    });
  }

  /** For good, with all versions. */
  async remove(name: string): Promise<void> {
    const path = secretPath(this.#place, name);
    await this.#telling(name, async () =>
      this.#ask({ method: 'DELETE', path, permission: 'secretmanager.secrets.delete', expected: [404] }),
    );
  }

  async #ask({ method, path, query = {}, json, permission, expected = [], secrets = [] }: Asked): Promise<JsonAnswer> {
    const purpose = purposeIn(this.#context.env);
    const authorization = await authorize(purpose, this.#context, this.#context.signal);
    const { token, quotaProject } = authorization;
    const headers = { Authorization: `Bearer ${token}`, ...(quotaProject === undefined ? {} : { 'X-Goog-User-Project': quotaProject }) };
    const search = new URLSearchParams(query).toString();
    const url = `https://secretmanager.${purpose.universe}/v1/${path}${search === '' ? '' : `?${search}`}`;
    const answer = await sendJson({ method, url, headers, ...(json === undefined ? {} : { json }) }, this.#context, this.#context.signal);
    if (answer.status === 200 || expected.includes(answer.status)) return answer;
    throw refusal(answer, { permission, authorization, secrets: [token, ...secrets] });
  }

  async #telling<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const told = error instanceof HttpFailure ? withRemedy(error) : error instanceof GcpFailure ? error.message : undefined;
      if (told === undefined) throw error;
      throw new SopsError('PUBLICATION_FAILED', `cannot publish to google-secret-manager:${secretPath(this.#place, name)}: ${told}`);
    }
  }
}

const purposeIn = ({ GOOGLE_CLOUD_UNIVERSE_DOMAIN: universe }: Context['env']): Purpose => ({
  scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  universe: universe || 'googleapis.com',
  universeVariable: 'GOOGLE_CLOUD_UNIVERSE_DOMAIN',
  exchanges: true,
});

/** What was wanted, for whoever refuses it. */
interface Wanted {
  readonly permission: string;
  readonly authorization: Authorization;
  readonly secrets: readonly string[];
}

function refusal({ status, json }: JsonAnswer, { permission, authorization, secrets }: Wanted): GcpFailure {
  const message = textIn(fieldIn(json, 'error'), 'message');
  const said = message === '' ? `status ${status}` : serviceMessage(message, secrets).replace(/\.$/, '');
  const remedy = remedyFor(status, message, { permission, authorization });
  return new GcpFailure(remedy === undefined ? said : `${said}; ${remedy}`);
}

function remedyFor(status: number, message: string, { permission, authorization }: Omit<Wanted, 'secrets'>): string | undefined {
  if (status === 401) return authorization.remedy;
  // These say what to do themselves.
  if (status === 403 && /has not been used|is disabled|VPC Service/i.test(message)) return undefined;
  if (status === 403) return `it takes the permission ${permission}, which the role roles/secretmanager.admin has`;
  return status === 429 || status >= 500 ? 'try again later' : undefined;
}

/** The secrets of a page that somebody published with us. */
function listedIn(json: unknown, prefix: string): readonly Listed[] {
  const listed = fieldIn(json, 'secrets');
  return (Array.isArray(listed) ? listed : []).flatMap((item: unknown): readonly Listed[] => {
    const name = textIn(item, 'name').split('/').at(-1) ?? '';
    const mark = markIn(textsIn(item, 'annotations'));
    return /^[A-Za-z0-9_-]+$/.test(name) && name.startsWith(prefix) && mark !== undefined ? [{ name, mark }] : [];
  });
}

function textsIn(json: unknown, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(Object(fieldIn(json, name) ?? {}));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

/** So that a change by others meanwhile is not undone. */
function etagOf(json: unknown): { readonly etag?: string } {
  const etag = textIn(json, 'etag');
  return etag === '' ? {} : { etag };
}

/** A value, as text where it is one. Throws {@link GcpFailure} where it was damaged on the way. */
function contentIn(json: unknown): string | Uint8Array {
  const payload = fieldIn(json, 'payload');
  const bytes = Buffer.from(textIn(payload, 'data'), 'base64');
  const checksum = fieldIn(payload, 'dataCrc32c');
  if (checksum !== undefined && Number(checksum) !== crc32c(bytes))
    throw new GcpFailure('the answer was damaged on the way: its checksum is wrong');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

function payloadOf(content: Content): { readonly data: string; readonly dataCrc32c: string } {
  const bytes = content.kind === 'bytes' ? content.bytes : new TextEncoder().encode(content.kind === 'map' ? content.json : content.text);
  return { data: Buffer.from(bytes).toString('base64'), dataCrc32c: String(crc32c(bytes)) };
}
