import { SopsError } from '../errors.ts';
import { base64 } from './base64.ts';
import type { Exporter, ExportOptions } from './exporter.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = 'a Kubernetes Secret';

/** All values together, in bytes. */
const largest = 1024 * 1024;

const subdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const label = /^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** What the API server wants to see in a Secret of a type. */
const wanted: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
]);

/** Words that YAML takes for something else than a text. */
const ambiguous = /^([-.\d]|(true|false|yes|no|on|off|y|n|null)$)/i;

const yamlKey = (name: string): string => (ambiguous.test(name) ? `"${name}"` : name);

function checked({ name, namespace, type = 'Opaque' }: ExportOptions['secret']): {
  readonly type: string;
  readonly metadata: readonly string[];
} {
  if (name === undefined) throw new SopsError('USAGE', `${format} needs a name: --name`);
  if (!subdomain.test(name)) throw new SopsError('USAGE', '--name takes lower-case letters, digits, - and . for a Kubernetes Secret');
  if (namespace !== undefined && !label.test(namespace)) throw new SopsError('USAGE', '--namespace takes lower-case letters, digits and -');
  if (!/^[\w./-]+$/.test(type)) throw new SopsError('USAGE', '--type takes a type such as kubernetes.io/tls');
  return { type, metadata: [`  name: "${name}"`, ...(namespace === undefined ? [] : [`  namespace: "${namespace}"`])] };
}

/** A manifest for `kubectl apply`. Values are in base64, which holds any bytes. */
export const k8sSecret: Exporter = {
  name: 'k8s-secret',
  print(variables, { secret }) {
    const { type, metadata } = checked(secret);
    checkNames(variables, { format, names: /^(?!\.\.?$|\.\.)[\w.-]{1,253}$/ });
    const missing = wanted.get(type)?.find((key) => !variables.has(key));
    if (missing !== undefined) throw new SopsError('UNPRINTABLE_DOCUMENT', `a Secret of type ${type} needs a value ${missing}`);
    let size = 0;
    const data = Array.from(variables, ([name, text]) => {
      size += new TextEncoder().encode(text).length;
      if (size > largest) throw cannotHold(format, name, 'all values together are larger than 1 MiB');
      return `  ${yamlKey(name)}: "${base64(text)}"`;
    });
    const lines = [
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      ...metadata,
      `type: "${type}"`,
      data.length === 0 ? 'data: {}' : 'data:',
      ...data,
    ];
    return { text: `${lines.join('\n')}\n`, warnings: [] };
  },
};
