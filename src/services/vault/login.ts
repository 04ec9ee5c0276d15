import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { tokenOfJob } from '../job-token.ts';
import { checkNamed } from './allowlist.ts';
import { ask, confided, type Vault } from './ask.ts';
import { withoutUser } from './address.ts';
import { explain } from './refusal.ts';
import { readText } from './settings.ts';

/** How this environment logs in, where it does not bring a token. */
type Method = 'approle' | 'kubernetes' | 'jwt';

const methodVariable = 'SOPSMITH_VAULT_AUTH';
const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The method that `SOPSMITH_VAULT_AUTH` names, undefined where it is not set; throws `MALFORMED_KEY` for another. */
export function loginMethod({ [methodVariable]: name = '' }: Context['env']): Method | undefined {
  if (name === '') return undefined;
  if (name === 'approle' || name === 'kubernetes' || name === 'jwt') return name;
  throw new SopsError('MALFORMED_KEY', `${methodVariable} is approle, kubernetes or jwt, not '${name}'`);
}

/** Logs in at a server that the environment names; answers the token. Throws `MALFORMED_KEY`, `INPUT_UNREADABLE`, `DATA_KEY_UNRECOVERABLE`, or `HttpFailure`. */
export async function logIn(method: Method, vault: Vault): Promise<string> {
  checkNamed(vault.address, vault.context.env);
  const mount = vault.context.env['SOPSMITH_VAULT_AUTH_MOUNT'] || method;
  const path = ['auth', ...mount.replaceAll(/^\/+|\/+$/g, '').split('/'), 'login'];
  const credentials = await credentialsOf(method, vault);
  const answer = await ask(vault, path, credentials, undefined);
  const token = tokenIn(answer.json);
  if (answer.status === 200 && token !== undefined) return token;
  const own = Object.entries(credentials).flatMap(([name, value]) => (name === 'role' ? [] : [value]));
  const secrets = [...own, ...confided(vault)];
  const why =
    answer.status === 200
      ? 'the answer holds no token'
      : explain(answer, { path: path.join('/'), token: 'what was given', needs: loginNeeds, secrets });
  throw new SopsError('DATA_KEY_UNRECOVERABLE', `no login by ${method} at '${path.join('/')}' of ${withoutUser(vault.address)}: ${why}`);
}

const loginNeeds = { engine: 'secrets', capabilities: ['update'] };

function tokenIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('auth' in json)) return undefined;
  const { auth } = json;
  if (typeof auth !== 'object' || auth === null || !('client_token' in auth)) return undefined;
  return typeof auth.client_token === 'string' && auth.client_token !== '' ? auth.client_token : undefined;
}

/** What the method sends, by the names of Vault's interface. */
async function credentialsOf(method: Method, vault: Vault): Promise<Readonly<Record<string, string>>> {
  const { context } = vault;
  switch (method) {
    case 'approle': {
      const secretId = await given('SOPSMITH_VAULT_SECRET_ID', context);
      return { role_id: await wanted('SOPSMITH_VAULT_ROLE_ID', context), ...(secretId === undefined ? {} : { secret_id: secretId }) };
    }
    case 'kubernetes': {
      const role = await wanted('SOPSMITH_VAULT_ROLE', context);
      return { role, jwt: (await given('SOPSMITH_VAULT_JWT', context)) ?? (await tokenOfPod(context)) };
    }
    case 'jwt': {
      // Without a role, Vault takes the default of the mount.
      const role = await given('SOPSMITH_VAULT_ROLE', context);
      const jwt =
        (await given('SOPSMITH_VAULT_JWT', context)) ?? (await tokenOfWorkflow(vault)) ?? (await wanted('SOPSMITH_VAULT_JWT', context));
      return { ...(role === undefined ? {} : { role }), jwt };
    }
  }
}

/** A variable, or the file that the variable with `_FILE` behind its name names. */
async function given(variable: string, context: Context): Promise<string | undefined> {
  const { [variable]: value = '', [`${variable}_FILE`]: file = '' } = context.env;
  if (value.trim() !== '') return value.trim();
  return file === '' ? undefined : (await readText(file, `${variable}_FILE`, context)).trim();
}

async function wanted(variable: string, context: Context): Promise<string> {
  const value = await given(variable, context);
  if (value) return value;
  throw new SopsError('MALFORMED_KEY', `${methodVariable} is set, but neither ${variable} nor ${variable}_FILE says what to log in with`);
}

async function tokenOfPod({ files }: Context): Promise<string> {
  const content = await files.read(serviceAccountToken);
  if (content !== undefined) return new TextDecoder().decode(content).trim();
  throw new SopsError(
    'INPUT_UNREADABLE',
    `no service account has its token at '${serviceAccountToken}': set SOPSMITH_VAULT_JWT_FILE outside a pod`,
  );
}

/** The token of a job of GitHub Actions (or Gitea, Forgejo). */
async function tokenOfWorkflow({ context, signal }: Vault): Promise<string | undefined> {
  return tokenOfJob(context.env['SOPSMITH_VAULT_JWT_AUDIENCE'], context, signal);
}
