import { Refusal } from './gcp-status.ts';
import { people, type Principal } from './gcp-kms.ts';

/** An object in a bucket. */
export interface StoredObject {
  readonly content: string;
  readonly type: string;
}
/** What Cloud Storage holds: the one bucket there is is called `published`. */
export interface Storage {
  /** By name. */
  readonly objects: Map<string, StoredObject>;
  /** Takes an upload as the JSON interface defines it; undefined for another request. Throws {@link Refusal}. */
  answer(request: Upload, principal: () => Principal): object | undefined;
}
interface Upload {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export function openStorage(): Storage {
  const objects = new Map<string, StoredObject>();
  return {
    objects,
    answer: ({ method, url, headers, body }, principal) => {
      const [, bucket] = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname) ?? [];
      if (method !== 'POST' || bucket === undefined) return undefined;
      const who = principal();
      if (bucket !== 'published') throw new Refusal('NOT_FOUND', 'The specified bucket does not exist.');
      if (who !== people.user && who !== 'emulator')
        throw new Refusal('PERMISSION_DENIED', `${who} does not have storage.objects.create access to the Google Cloud Storage object.`);
      const type = String(headers['content-type']);
      const { name, ...object } = url.searchParams.get('uploadType') === 'multipart' ? parts(body, type) : media(url, body, type);
      objects.set(name, object);
      return { kind: 'storage#object', name, bucket, size: String(object.content.length) };
    },
  };
}

type NamedObject = StoredObject & { readonly name: string };

const media = (url: URL, body: Buffer, type: string): NamedObject => ({
  name: url.searchParams.get('name') ?? '',
  content: body.toString(),
  type,
});

/** Metadata in JSON, then the content. */
function parts(body: Buffer, type: string): NamedObject {
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1] ?? '';
  const [metadata = '', content = ''] = body
    .toString()
    .split(`--${boundary}`)
    .slice(1, 3)
    .map((part) => part.slice(2, -2));
  const [head = '', ...text] = content.split('\r\n\r\n');
  const { name = '' }: { readonly name?: string } = JSON.parse(metadata.slice(metadata.indexOf('\r\n\r\n') + 4));
  return { name, content: text.join('\r\n\r\n'), type: /content-type: (.*)/i.exec(head)?.[1] ?? '' };
}
