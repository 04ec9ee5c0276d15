import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../once.ts';
import { splitCommand } from './command.ts';

/** A place that was looked in: its name, and what it holds or why it holds nothing. */
export interface Place {
  readonly name: string;
  /** Identities, one a line, or an encrypted age file of them. */
  readonly content?: Uint8Array;
  /** Whether a line may hold several identities. */
  readonly words: boolean;
  /** Why there is nothing. */
  readonly absent?: string;
}

/** Looks into the places where sops looks for age identities, one after the other, on demand: no command runs where a file will do. */
export async function* identityPlaces(recipient: string, context: Context): AsyncGenerator<Place> {
  const { env, files } = context;
  yield variable('SOPS_AGE_KEY', env);
  yield await attempt('SOPS_AGE_KEY_FILE', async () => file('SOPS_AGE_KEY_FILE', env['SOPS_AGE_KEY_FILE'], context));
  const userConfig = files.userConfig === undefined ? undefined : `${files.userConfig}/sops/age/keys.txt`;
  yield userConfig === undefined
    ? absent('sops/age/keys.txt', "is in the user's configuration folder, which is not known")
    : await attempt(userConfig, async () => file(userConfig, userConfig, context));
  yield await attempt('SOPS_AGE_KEY_CMD', async () =>
    once(context, recipient, async () => command('SOPS_AGE_KEY_CMD', recipient, context)),
  );
  for (const name of ['SOPS_AGE_SSH_PRIVATE_KEY_FILE', 'SOPS_AGE_SSH_PRIVATE_KEY_CMD']) {
    if (env[name] !== undefined) yield absent(name, 'is set, but SSH identities are not supported yet');
  }
}

/** A command may ask for a PIN or a network: once a recipient will do. */
const once = rememberingOnce<Place>();

const absent = (name: string, why: string): Place => ({ name, words: false, absent: why });

function variable(name: string, env: Context['env']): Place {
  const text = env[name];
  return text === undefined ? absent(name, 'is not set') : { name, words: true, content: new TextEncoder().encode(text) };
}

async function file(name: string, path: string | undefined, { files }: Context): Promise<Place> {
  if (path === undefined) return absent(name, 'is not set');
  const content = path === '' ? undefined : await files.read(path);
  const shown = name === path ? name : `${name} ('${path}')`;
  return content === undefined ? absent(shown, 'does not exist') : { name: shown, words: false, content };
}

async function command(name: string, recipient: string, context: Context): Promise<Place> {
  const text = context.env[name];
  if (text === undefined) return absent(name, 'is not set');
  const words = splitCommand(text);
  if (words.length === 0) return absent(name, 'is empty');
  const { status, stdout, stderr } = await context.run(words, { env: { SOPS_AGE_RECIPIENT: recipient } });
  if (status === 0) return { name, words: false, content: stdout };
  const [said = ''] = stderr.trim().split('\n').slice(-1);
  return absent(name, `failed with status ${status}${said === '' ? '' : `: ${said}`}`);
}

/** What cannot be read is one more place without an identity: another may have one. */
async function attempt(name: string, look: () => Promise<Place>): Promise<Place> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SopsError) return absent(name, `cannot be used: ${error.message}`);
    throw error;
  }
}
