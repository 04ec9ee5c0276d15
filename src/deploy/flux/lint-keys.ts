import { fromUtf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { entryContext } from './entry-context.ts';
import type { FluxFinding } from './finding.ts';
import { entryNameFor, type KeyData, kindOfEntry } from './key-entries.ts';

/** What keys look like, whatever their entry is called. */
const looks: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['age', /^AGE-(SECRET-KEY|PLUGIN)-/m],
  ['pgp', /-----BEGIN PGP PRIVATE KEY BLOCK-----/],
  ['kms', /aws_secret_access_key/],
  ['gcp_kms', /"private_key_id"/],
  ['azure_kv', /clientSecret|clientCertificate/],
  ['hc_vault', /^\s*(hvs|hvb|s)\.[\w-]{20,}\s*$/],
];

/** The entries that are of no use, and those that are. */
export interface LintedKeys {
  readonly usable: KeyData;
  readonly findings: readonly FluxFinding[];
}

/** Looks at the entries of the keys as Flux reads them; no finding holds anything of what is in them. */
export function lintKeys(data: KeyData, context: Context): LintedKeys {
  const findings: FluxFinding[] = [];
  const usable = new Map<string, Uint8Array>();
  for (const [name, content] of data) {
    const kind = kindOfEntry(name);
    const found = kind === undefined ? misnamed(name, content) : unusable(name, kind, content, context);
    if (found !== undefined) findings.push(found);
    else if (kind !== undefined) usable.set(name, content);
  }
  return { usable, findings };
}

function misnamed(name: string, content: Uint8Array): FluxFinding | undefined {
  const text = fromUtf8(content) ?? '';
  const kind = looks.find(([, pattern]) => pattern.test(text))?.[0];
  if (kind === undefined) return undefined;
  const wanted = entryNameFor(kind) ?? '';
  return {
    file: name,
    rule: 'key-name',
    message: 'it looks like a key, and Flux passes over an entry of this name',
    hint: `call the entry ${wanted}`,
  };
}

// oxlint-disable-next-line max-params
function unusable(name: string, kind: string, content: Uint8Array, context: Context): FluxFinding | undefined {
  const useless = uselessness(kind, fromUtf8(content) ?? '');
  const found = (message: string, hint: string): FluxFinding => ({ file: name, rule: 'key-unusable', message, hint });
  if (useless !== undefined) return found(...useless);
  try {
    entryContext(name, kind, content, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return found(error.message, error.details.hint ?? 'put there what Flux wants to see in an entry of this name');
  }
}

/** What Flux takes without a word, and what opens nothing; and what to do about it. */
function uselessness(kind: string, text: string): readonly [message: string, hint: string] | undefined {
  if (kind === 'age' && text.replaceAll(/^#.*$/gm, '').trim() === '')
    return ['it holds no identity', 'put the line there that begins with AGE-SECRET-KEY-'];
  if (kind === 'age' && /^AGE-PLUGIN-/m.test(text))
    return ['it holds an identity of a plugin, and the controller has no plugins', 'use an identity that needs none'];
  if (kind === 'pgp' && !text.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----'))
    return ['it holds no private key', 'export it with gpg --export-secret-keys --armor'];
  return undefined;
}
