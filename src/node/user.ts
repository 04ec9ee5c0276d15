import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';

/** A user of this system. */
interface User {
  readonly name: string;
  readonly group: number;
  readonly home: string;
}

/**
 * Makes this process one of another user, with that user's groups, and answers the variables that name the user (sops `exec_unix.go`, SwitchUser and UserEnv).
 * Throws `USAGE` for an unknown user, on Windows, and where this process may not.
 */
export async function becomeUser(name: string, context: Pick<Context, 'files' | 'run'>): Promise<Readonly<Record<string, string>>> {
  const user = await findUser(name, context);
  if (user === undefined) throw new SopsError('USAGE', `user: unknown user ${name}`);
  try {
    if (!canChange(process)) throw new Error('this system cannot');
    process.initgroups(user.name, user.group);
    process.setgid(user.group);
    process.setuid(user.name);
  } catch (error) {
    throw new SopsError('USAGE', `cannot become the user ${name}: ${error instanceof Error ? error.message : ''}`, {
      hint: 'only root may run commands as another user',
      cause: error,
    });
  }
  return { HOME: user.home, USER: user.name, LOGNAME: user.name };
}

/** A process on a system that has users as Unix has them; Node's own types leave one call out. */
interface Changeable {
  initgroups(user: string, group: number): void;
  setgid(group: number): void;
  setuid(user: string): void;
}

const canChange = (one: object): one is Changeable => 'initgroups' in one && 'setgid' in one && 'setuid' in one;

/** In the local list of users, else wherever the system's name service looks. */
async function findUser(name: string, { files, run }: Pick<Context, 'files' | 'run'>): Promise<User | undefined> {
  const local = new TextDecoder().decode(await files.read('/etc/passwd'));
  return userIn(local, name) ?? userIn(new TextDecoder().decode((await run(['getent', 'passwd', name])).stdout), name);
}

function userIn(list: string, wanted: string): User | undefined {
  for (const line of list.split('\n')) {
    const [name, , , group = '', , home = ''] = line.split(':');
    if (name === wanted && /^\d+$/.test(group)) return { name, group: Number(group), home };
  }
  return undefined;
}
