import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { parseIdentities } from '../../keysources/age/identity.ts';
import type { Context } from '../../ports.ts';
import { formatCalled } from './told-format.ts';
import { at, textIn } from './tree-nodes.ts';

/** Variables that hold keys or credentials, or say where some are: those of the person are not for the controller. */
const credentials =
  /^(SOPS_AGE_KEY|SOPS_AGE_SSH_|SOPS_PGP_|SOPS_GPG_|GNUPGHOME$|(VAULT|BAO)_TOKEN$|SOPSMITH_VAULT_|AWS_(ACCESS_KEY|SECRET|SESSION|SECURITY|PROFILE|DEFAULT_PROFILE|WEB_IDENTITY|ROLE|CONTAINER|SHARED_CREDENTIALS|CONFIG_FILE)|AZURE_(?!AUTHORITY_HOST)|IDENTITY_|MSI_|GOOGLE_(CREDENTIALS|APPLICATION_CREDENTIALS|OAUTH_ACCESS_TOKEN)|CLOUDSDK_)/;

/**
 * The world with one entry of the keys in it, and nothing of the person: no other keys, no home folder, no programs, nobody to ask.
 * Throws `MALFORMED_KEY`, which names the entry and never shows it.
 */
export function entryContext(name: string, kind: string, content: Uint8Array, context: Context): Context {
  const text = fromUtf8(content);
  const variables = variablesFor[kind]?.(kind === 'azure_kv' ? azureText(content) : (text ?? ''), (why, hint) => {
    throw new SopsError('MALFORMED_KEY', `entry ${name} of the keys cannot be used: ${why}`, hint === undefined ? {} : { hint });
  });
  const { files, converse: _, ...world } = context;
  return {
    ...world,
    env: { ...Object.fromEntries(Object.entries(context.env).filter(([variable]) => !credentials.test(variable))), ...variables },
    files: {
      read: async (path) => files.read(path),
      replace: async () => Promise.reject(new SopsError('UNSUPPORTED', 'nothing is written with the keys of a controller')),
      home: undefined,
      userConfig: undefined,
    },
    run: async () => Promise.resolve({ status: 127, stdout: new Uint8Array(), stderr: 'only the given keys are used' }),
    prompt: { secret: async () => Promise.resolve(undefined), confirm: async () => Promise.resolve(false) },
    unattended: true,
  };
}

type Refuse = (why: string, hint?: string) => never;
type Variables = Readonly<Record<string, string>>;

const variablesFor: Readonly<Record<string, (text: string, refuse: Refuse) => Variables>> = {
  age: (text, refuse) => ({ SOPS_AGE_KEY: ageIdentities(text, refuse) }),
  pgp: (text, refuse) =>
    /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----/.test(text) ? { SOPS_PGP_KEY: text } : refuse('it holds no armored PGP key'),
  hc_vault: (text, refuse) => {
    const token = text.trim();
    return /^[!-~]+$/.test(token) ? { VAULT_TOKEN: token } : refuse('it holds no token');
  },
  kms: (text, refuse) => {
    const fields = fieldsOf(text, refuse);
    const [key, secret, session] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((field) =>
      textIn(at(fields, field)),
    );
    if (!key || !secret) return refuse('it lacks aws_access_key_id or aws_secret_access_key');
    return { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, ...(session ? { AWS_SESSION_TOKEN: session } : {}) };
  },
  azure_kv: azureVariables,
  gcp_kms: (text, refuse) => {
    const fields = fieldsOf(text, refuse);
    return textIn(at(fields, 'type')) === '' ? refuse('it is no JSON of a service account') : { GOOGLE_CREDENTIALS: text.trim() };
  },
};

/** Flux takes age's own identities, one a line; neither keys of SSH nor files with a passphrase. */
function ageIdentities(text: string, refuse: Refuse): string {
  const hint = 'put an age identity there, AGE-SECRET-KEY-…, and encrypt for its recipient';
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) return refuse('it is an SSH key, which Flux does not take', hint);
  if (/^age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE/.test(text))
    return refuse('it is protected by a passphrase, which Flux cannot ask for', hint);
  try {
    parseIdentities(text, false);
  } catch (error) {
    if (error instanceof SopsError) return refuse(error.message);
    throw error;
  }
  return text;
}

/** The principal of the file, in the order of Flux (`TokenCredentialFromAADConfig`). */
function azureVariables(text: string, refuse: Refuse): Variables {
  const fields = fieldsOf(text, refuse);
  const field = (name: string): string => textIn(at(fields, name));
  const host = field('authorityHost');
  const principal = (tenant: string, client: string, secret: string): Variables => ({
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: client,
    AZURE_CLIENT_SECRET: secret,
    AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    ...(host === '' ? {} : { AZURE_AUTHORITY_HOST: host }),
  });
  const [tenant, client, secret] = [field('tenantId'), field('clientId'), field('clientSecret')];
  if (all(tenant, client, secret)) return principal(tenant, client, secret);
  if (all(tenant, client, field('clientCertificate')))
    return refuse('a certificate can be used by the controller, but not here', 'try it with your own credentials: leave out --keys');
  const [app, ofApp, password] = [field('appId'), field('tenant'), field('password')];
  if (all(app, ofApp, password)) return principal(ofApp, app, password);
  if (all(client))
    return refuse('it names a managed identity, which only the cluster has', 'try it with your own credentials: leave out --keys');
  return refuse('it lacks tenantId, clientId and clientSecret');
}

const all = (...texts: readonly string[]): boolean => texts.every((text) => text !== '');

/** Tools of Azure write UTF-16. */
function azureText(content: Uint8Array): string {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(content);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(content);
  return new TextDecoder().decode(content);
}

/** The fields of a YAML or JSON text. What the parser says is not passed on: it may quote. */
function fieldsOf(text: string, refuse: Refuse): Node {
  try {
    const [branch] = formatCalled('yaml').parse(text).branches;
    return branch ?? refuse('it is empty');
  } catch (error) {
    if (error instanceof SopsError && error.code === 'MALFORMED_KEY') throw error;
    return refuse('it is neither YAML nor JSON');
  }
}
