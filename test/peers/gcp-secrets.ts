import { checksum, people, type Principal } from './gcp-kms.ts';
import { Refusal } from './gcp-status.ts';

/** A secret as Secret Manager has it. */
interface StoredSecret {
  readonly replication: object;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  etag: number;
  readonly versions: Buffer[];
}
interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
}
/** Google Secret Manager of the project `p1`. */
export interface SecretManager {
  /** By ID. */
  readonly secrets: Map<string, StoredSecret>;
  /** Undefined for another request. Throws {@link Refusal}. */
  answer(asked: Asked, principal: () => Principal): object | undefined;
}

/** The project as answers call it. */
const number = '123456';
const full = (id: string): string => `projects/${number}/secrets/${id}`;

export function openSecrets(): SecretManager {
  const secrets = new Map<string, StoredSecret>();
  return {
    secrets,
    answer: (asked, principal) => {
      const path = decodeURIComponent(asked.url.pathname);
      const [, id, action] = /^\/v1\/projects\/p1\/secrets(?:\/([^/:]+))?(:addVersion|\/versions\/latest:access)?$/.exec(path) ?? [];
      if (!path.startsWith('/v1/projects/p1/secrets')) return undefined;
      const who = principal();
      if (who !== people.user)
        throw new Refusal(
          'PERMISSION_DENIED',
          `Permission 'secretmanager.secrets.get' denied for resource '${path.slice(4)}' (or it may not exist).`,
        );
      if (id === undefined) return asked.method === 'POST' ? create(secrets, asked) : list(secrets, asked.url.searchParams);
      const secret = secrets.get(id);
      if (secret === undefined) throw new Refusal('NOT_FOUND', `Secret [${full(id)}] not found.`);
      if (action === ':addVersion') return add(secret, id, asked.body);
      if (action !== undefined) return access(secret, id);
      if (asked.method === 'DELETE') secrets.delete(id);
      if (asked.method === 'PATCH') amend(secret, asked);
      return asked.method === 'DELETE' ? {} : shown(id, secret);
    },
  };
}

const shown = (id: string, { replication, labels, annotations, etag }: StoredSecret): object => ({
  name: full(id),
  replication,
  labels,
  annotations,
  etag: `"${etag}"`,
});

function create(secrets: Map<string, StoredSecret>, { url, body }: Asked): object {
  const id = url.searchParams.get('secretId') ?? '';
  const { replication, labels = {}, annotations = {} }: Partial<StoredSecret> = JSON.parse(body.toString());
  if (!/^[\w-]{1,255}$/.test(id))
    throw new Refusal('INVALID_ARGUMENT', `The provided Secret ID [${id}] does not match the expected format.`);
  if (replication === undefined) throw new Refusal('INVALID_ARGUMENT', 'Replication must be specified.');
  checkLabels(labels);
  if (secrets.has(id)) throw new Refusal('ALREADY_EXISTS', `Secret [${full(id)}] already exists.`);
  const secret: StoredSecret = { replication, labels, annotations, etag: 1, versions: [] };
  secrets.set(id, secret);
  return shown(id, secret);
}

function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name) || !/^[a-z0-9_-]{0,63}$/.test(value))
      throw new Refusal('INVALID_ARGUMENT', `Label [${name}] is malformed.`);
}

function amend(secret: StoredSecret, { url, body }: Asked): void {
  const mask = (url.searchParams.get('updateMask') ?? '').split(',');
  const { labels, annotations, etag }: { labels?: Record<string, string>; annotations?: Record<string, string>; etag?: string } =
    JSON.parse(body.toString());
  if (etag !== undefined && etag !== `"${secret.etag}"`) throw new Refusal('FAILED_PRECONDITION', 'The etag does not match.');
  checkLabels(labels ?? {});
  if (mask.includes('labels')) secret.labels = labels ?? {};
  if (mask.includes('annotations')) secret.annotations = annotations ?? {};
  secret.etag += 1;
}

function add(secret: StoredSecret, id: string, body: Buffer): object {
  const { payload }: { readonly payload?: { readonly data?: string; readonly dataCrc32c?: string } } = JSON.parse(body.toString());
  const data = Buffer.from(payload?.data ?? '', 'base64');
  if (data.length === 0) throw new Refusal('INVALID_ARGUMENT', 'Secret Payload cannot be empty.');
  if (data.length > 65_536) throw new Refusal('INVALID_ARGUMENT', 'Secret Payload is too large.');
  if (payload?.dataCrc32c !== undefined && Number(payload.dataCrc32c) !== checksum(data))
    throw new Refusal('INVALID_ARGUMENT', 'The CRC32C checksum does not match the payload.');
  secret.versions.push(data);
  return { name: `${full(id)}/versions/${secret.versions.length}`, state: 'ENABLED' };
}

function access({ versions }: StoredSecret, id: string): object {
  const newest = versions.at(-1);
  if (newest === undefined) throw new Refusal('NOT_FOUND', `Secret [${full(id)}] not found or has no versions.`);
  return {
    name: `${full(id)}/versions/${versions.length}`,
    payload: { data: newest.toString('base64'), dataCrc32c: String(checksum(newest)) },
  };
}

/** Pages are of three at most, so that there are several. */
function list(secrets: ReadonlyMap<string, StoredSecret>, query: URLSearchParams): object {
  const [, label = '', value = ''] = /^labels\.([\w-]+)=([\w-]+)$/.exec(query.get('filter') ?? '') ?? [];
  const all = [...secrets]
    .filter(([, { labels }]) => label === '' || labels[label] === value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const start = Number(query.get('pageToken') ?? '0');
  const page = all.slice(start, start + 3).map(([id, secret]) => shown(id, secret));
  return { secrets: page, totalSize: all.length, ...(start + 3 < all.length ? { nextPageToken: String(start + 3) } : {}) };
}
