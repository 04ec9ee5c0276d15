import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { Explained, reasonOf, variableOf } from './explain.ts';
import { chosenProfile, signOnCommand } from './profile.ts';
import { withinTime } from './within-time.ts';

/** What is asked of a service under the credentials of the environment. */
export interface Errand<T> {
  /** As policies call it: `ssm:PutParameter`. */
  readonly action: string;
  /** What must not stand in an error; may grow while the request is under way. */
  readonly secrets: readonly string[];
  readonly request: (stop: AbortSignal) => Promise<T>;
}

/** Runs an errand within its time; throws {@link Explained} with what was said and what to do, and `SopsError` for what the environment names wrongly. */
export async function runErrand<T>({ action, secrets, request }: Errand<T>, context: Context): Promise<T> {
  try {
    return await withinTime(request, [context.signal], variableOf(action));
  } catch (error) {
    if (error instanceof SopsError) throw error;
    const signOn = await signOnCommand(chosenProfile(undefined, context.env), context);
    throw new Explained(reasonOf(error, { action, signOn, secrets }));
  }
}
