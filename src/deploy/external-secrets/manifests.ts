import type { OperatorLogin, SecretsDestination } from '../../destinations/destination.ts';
import { SopsError } from '../../errors.ts';
import type { DestinationRule } from '../../config/config.ts';
import type { SecretName } from '../../operations/secrets-of-file.ts';
import type { Context } from '../../ports.ts';
import { type Manifest, printManifests } from './print-manifests.ts';
import { resourceName, secretKey, sureOfKeys } from './names.ts';

/** A published file, as far as no key is needed to tell. */
export interface PublishedSecrets {
  /** For messages. */
  readonly shown: string;
  /** What it is called at the destination, behind the prefix. */
  readonly name: string;
  readonly to: { readonly destination: SecretsDestination; readonly place: NonNullable<DestinationRule['to']>['place'] };
  /** Its secrets there. */
  readonly secrets: readonly SecretName[];
  /** Keys at its top, and whether it is a binary file, which has none to speak of. */
  readonly keys: readonly string[];
  readonly binary: boolean;
}

/** What manifests have beside that. */
export interface ManifestSettings {
  readonly namespace: string | undefined;
  readonly login: OperatorLogin;
  /** How often the operator looks, as Go spells durations. */
  readonly refreshInterval: string;
  /** A SecretStore that what was read is handed on to. */
  readonly pushTo: string | undefined;
  readonly env: Context['env'];
}

/**
 * Manifests for the External Secrets Operator that read published files: a SecretStore for each place, an ExternalSecret for each file, and a PushSecret where its Secret is handed on.
 * Throws `USAGE`, `UNSUPPORTED`, and `CONFLICTING_FLAGS` where two things would get one name.
 */
export async function externalSecrets(files: readonly PublishedSecrets[], settings: ManifestSettings): Promise<string> {
  const stores = new Map<string, Manifest>();
  const secrets: Manifest[] = [];
  const names = new Map<string, string>();
  for (const file of files) {
    const store = await storeFor(file, settings);
    const known = stores.get(store.name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(store))
      throw new SopsError('CONFLICTING_FLAGS', `two stores would both be called ${store.name}`, {
        file: file.shown,
        hint: 'give them one by one',
      });
    stores.set(store.name, store);
    const name = resourceName(file.name);
    const other = names.get(name);
    if (other !== undefined) throw new SopsError('CONFLICTING_FLAGS', `${other} and ${file.shown} would both become the Secret ${name}`);
    names.set(name, file.shown);
    secrets.push(await secretFor(file, { ...settings, name, store: store.name }));
    if (settings.pushTo !== undefined) secrets.push(pushFor(file, { ...settings, name, pushTo: settings.pushTo }));
  }
  return printManifests([...stores.values(), ...secrets]);
}

const version1 = 'external-secrets.io/v1';

async function storeFor({ to: { destination, place } }: PublishedSecrets, { namespace, login, env }: ManifestSettings): Promise<Manifest> {
  const store = await destination.operator();
  const spec = { provider: store.provider(place, login, env) };
  return { apiVersion: version1, kind: 'SecretStore', name: resourceName(store.nameOf(place, env)), namespace, spec };
}

async function secretFor(
  file: PublishedSecrets,
  settings: ManifestSettings & { readonly name: string; readonly store: string },
): Promise<Manifest> {
  const { name, namespace, refreshInterval, store } = settings;
  const secretStoreRef = { kind: 'SecretStore', name: store };
  return {
    apiVersion: version1,
    kind: 'ExternalSecret',
    name,
    namespace,
    spec: { refreshInterval, secretStoreRef, target: { name }, ...(await sourceOf(file)) },
  };
}

/** Where each key of the Secret comes from. The values of a whole file are taken out of it by the operator, so that keys that come later need no other manifest. */
async function sourceOf({
  shown,
  name: fileName,
  to: { destination, place },
  secrets,
  keys,
  binary,
}: PublishedSecrets): Promise<Manifest['spec']> {
  const store = await destination.operator();
  const [whole] = secrets;
  const inMap = typeof destination.secretIs === 'object' ? destination.secretIs.mapWith : undefined;
  if (whole !== undefined && whole.key === undefined && !binary) {
    sureOfKeys(keys, shown);
    return { dataFrom: [{ extract: { key: store.keyOf(place, whole.name) } }] };
  }
  const taken = new Map<string, string>();
  const data = secrets.map(({ name, key }) => {
    const target = secretKey(key ?? fileName.replace(/.*\//, ''), shown);
    const other = taken.get(target);
    const own = key ?? fileName;
    if (other !== undefined)
      throw new SopsError('UNSUPPORTED', `${other} and ${own} would both be the key ${target} of a Secret`, { file: shown });
    taken.set(target, own);
    const property = inMap === undefined ? undefined : key === undefined ? keys[0] : inMap;
    return { secretKey: target, remoteRef: { key: store.keyOf(place, name), property } };
  });
  if (data.length === 0) throw new SopsError('UNSUPPORTED', 'the file makes no secret that could be read', { file: shown });
  return { data };
}

/** What was read is handed on under the names that it was published by. */
function pushFor(
  { secrets, name: fileName, shown, binary }: PublishedSecrets,
  { name, namespace, refreshInterval, pushTo }: ManifestSettings & { readonly name: string; readonly pushTo: string },
): Manifest {
  const data = secrets.map((secret) => {
    const key = secret.key ?? (binary ? fileName.replace(/.*\//, '') : undefined);
    return { match: { secretKey: key === undefined ? undefined : secretKey(key, shown), remoteRef: { remoteKey: secret.name } } };
  });
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    name,
    namespace,
    spec: { refreshInterval, secretStoreRefs: [{ kind: 'SecretStore', name: pushTo }], selector: { secret: { name } }, data },
  };
}
