import { printable, SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../../services/once.ts';
import { splitCommand } from './command.ts';
import { isPrivate } from './recipient.ts';

/** A place that was looked in: its name, and what it holds or why it holds nothing. */
export interface Place {
  readonly name: string;
  /** What belongs there: identities one a line, or several, or an encrypted age file of them; or one private key of SSH. */
  readonly form: 'lines' | 'words' | 'ssh';
  readonly content?: Uint8Array;
  /** Where it was read from a file. */
  readonly path?: string;
  /** Why there is nothing. */
  readonly absent?: string;
}

/**
 * Looks into the places where sops looks for age identities, one after the other, on demand: files first, then commands, so that no command runs where a file will do;
 * and among each in the order of sops.
 * @param ssh whether keys of SSH are of use
 */
export async function* identityPlaces(recipient: string, context: Context, ssh: boolean): AsyncGenerator<Place> {
  const { env, files } = context;
  if (ssh) {
    yield await attempt('SOPS_AGE_SSH_PRIVATE_KEY_FILE', async () => fileOf('SOPS_AGE_SSH_PRIVATE_KEY_FILE', 'ssh', context));
    for (const name of ['id_ed25519', 'id_rsa']) yield await userFile(files.home, `.ssh/${name}`, 'ssh', context);
  }
  const text = env['SOPS_AGE_KEY'];
  yield text === undefined
    ? absent('SOPS_AGE_KEY', 'is not set')
    : { name: 'SOPS_AGE_KEY', form: 'words', content: new TextEncoder().encode(text) };
  yield await attempt('SOPS_AGE_KEY_FILE', async () => fileOf('SOPS_AGE_KEY_FILE', 'lines', context));
  yield await userFile(files.userConfig, 'sops/age/keys.txt', 'lines', context);
  if (ssh) yield await command('SOPS_AGE_SSH_PRIVATE_KEY_CMD', 'ssh', recipient, context);
  yield await command('SOPS_AGE_KEY_CMD', 'lines', recipient, context);
}

const absent = (name: string, why: string): Place => ({ name, form: 'lines', absent: why });

/** The file that a variable names. */
async function fileOf(variable: string, form: Place['form'], { env, files }: Context): Promise<Place> {
  const path = env[variable];
  if (path === undefined) return absent(variable, 'is not set');
  const name = isPrivate.test(path) ? `${variable} (which holds a key itself, not the name of a file)` : `${variable} ('${path}')`;
  const content = path === '' ? undefined : await files.read(path);
  return content === undefined ? absent(name, 'does not exist') : { name, form, content, path };
}

/** A file in a folder of the user's. */
// oxlint-disable-next-line max-params -- a folder, a path in it, what it holds, and the world
async function userFile(folder: string | undefined, path: string, form: Place['form'], { files }: Context): Promise<Place> {
  if (folder === undefined) return absent(path, `is in the user's ${form === 'ssh' ? 'home' : 'configuration'} folder, which is not known`);
  const name = `${folder}/${path}`;
  return attempt(name, async () => {
    const content = await files.read(name);
    return content === undefined ? absent(name, 'does not exist') : { name, form, content, path: name };
  });
}

/** A command may ask for a PIN or a network: once a recipient will do. */
const once = rememberingOnce<Place>();

/** What the command prints that a variable holds; it is told the recipient. */
// oxlint-disable-next-line max-params
async function command(variable: string, form: Place['form'], recipient: string, context: Context): Promise<Place> {
  return once(context, `${variable} ${recipient}`, async () =>
    attempt(variable, async () => runCommand(variable, form, recipient, context)),
  );
}

// oxlint-disable-next-line max-params
async function runCommand(name: string, form: Place['form'], recipient: string, context: Context): Promise<Place> {
  const text = context.env[name];
  if (text === undefined) return absent(name, 'is not set');
  const words = splitCommand(text);
  if (words.length === 0) return absent(name, 'is empty');
  if (context.unattended === true) return absent(name, 'is a command that may ask a person, and was not run');
  const { status, stdout, stderr } = await context.run(words, { env: { SOPS_AGE_RECIPIENT: recipient } });
  if (status === 0) return { name, form, content: stdout };
  const [said = ''] = stderr.trim().split('\n').slice(-1);
  return absent(name, `failed with status ${status}${said === '' ? '' : `: ${printable(said)}`}`);
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
