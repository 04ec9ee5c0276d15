import { SopsError } from '../../errors.ts';

const subdomain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** A name as Kubernetes has them: lower-case letters, digits and hyphens. Throws `UNSUPPORTED` where nothing of it is left, or too much. */
export function resourceName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (!subdomain.test(name)) throw new SopsError('UNSUPPORTED', `nothing in Kubernetes can be called as '${text}' is`);
  return name;
}

/** What the API server takes for a key of a Secret. */
const fit = /^(?!\.\.?$|\.\.)[A-Za-z0-9._-]{1,253}$/;

/** A key as a Secret can have it: each letter that it cannot have is `_`, as the operator does it (`esutils.ConvertKeys`). Throws `UNSUPPORTED`. */
export function secretKey(key: string, shown: string): string {
  const mapped = key.replaceAll(/[^A-Za-z0-9._-]/gu, '_');
  if (fit.test(mapped)) return mapped;
  throw new SopsError('UNSUPPORTED', `no key of a Secret can be called as '${key}' is`, { file: shown });
}

/** Throws `UNSUPPORTED` for keys that the operator could not give to a Secret: it lets letters of all scripts be, which Kubernetes does not take, and two keys must not become one. */
export function sureOfKeys(keys: readonly string[], shown: string): void {
  const taken = new Map<string, string>();
  for (const key of keys) {
    const mapped = key.replaceAll(/[^\p{L}\p{N}._-]/gu, '_');
    if (!fit.test(mapped))
      throw new SopsError('UNSUPPORTED', `no key of a Secret can be called as '${key}' is`, {
        file: shown,
        hint: 'rename it, or publish with per_key',
      });
    const other = taken.get(mapped);
    if (other !== undefined)
      throw new SopsError('UNSUPPORTED', `'${other}' and '${key}' would both be the key ${mapped} of a Secret`, { file: shown });
    taken.set(mapped, key);
  }
}
