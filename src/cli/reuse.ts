import { oneLine } from '../errors.ts';
import { encryptInto, type IntoOptions, type Successor } from '../operations/encrypt-into.ts';
import type { Outcome, Services } from '../operations/operation.ts';
import { audit } from './audit.ts';
import { EarlierVersions } from './earlier-versions.ts';
import type { Input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { say } from './report.ts';
import { servicesOf } from './services.ts';
import { unattended } from './unattended.ts';

/** Encrypts files as the successors of the versions that Git has of them, and says what came of it. Nobody is asked for the keys of these. */
export class Reuse {
  readonly #versions: EarlierVersions;
  readonly #opening: Services;
  readonly #made: { readonly shown: string; readonly successor: Successor }[] = [];

  constructor(invocation: Invocation) {
    const { context } = invocation;
    this.#versions = new EarlierVersions(context);
    this.#opening = servicesOf({ ...invocation, context: unattended(context) });
  }

  /** Undefined where Git has no encrypted version of the file. */
  async encrypt(plaintext: Uint8Array, input: Input, options: IntoOptions, services: Services): Promise<Outcome | undefined> {
    const earlier = input.path === undefined ? undefined : await this.#versions.of(input.path, options.formats.output);
    if (earlier === undefined) return undefined;
    const successor = await encryptInto(plaintext, earlier, { ...options, opening: this.#opening }, services);
    if (successor.change !== 'fresh') await audit(['decrypt'], input.path);
    this.#made.push({ shown: input.shown, successor });
    return successor;
  }

  /** Tells what was used again of which file, or of many how many. */
  tell(several: boolean): void {
    if (several) for (const line of summary(this.#made.map(({ successor }) => successor))) say(oneLine(line));
    else for (const { shown, successor } of this.#made) say(oneLine(`${shown}: ${describe(successor)}`));
  }

  async close(): Promise<void> {
    await this.#versions.close();
  }
}

function describe(successor: Successor): string {
  switch (successor.change) {
    case 'none':
      return 'nothing changed: this is the version that Git has, byte for byte';
    case 'keys':
      return 'no value changed: this is the version that Git has, with master keys added';
    case 'values':
      return `the version that Git has was used again: its data key and the ciphertext of ${count(successor.reused, 'value')}`;
    case 'fresh':
      return `encrypted under a new data key, not as the version that Git has: ${successor.because}`;
  }
}

function summary(made: readonly Successor[]): readonly string[] {
  const used = made.filter(({ change }) => change !== 'fresh');
  const unchanged = used.filter(({ change }) => change === 'none').length;
  const reasons = new Map<string, number>();
  for (const successor of made) if (successor.change === 'fresh') reasons.set(successor.because, (reasons.get(successor.because) ?? 0) + 1);
  return [
    ...(used.length > 0
      ? [
          `${count(used.length, 'file')} as the versions that Git has: ${unchanged} unchanged, ${used.length - unchanged} with what did not change`,
        ]
      : []),
    ...[...reasons].map(([because, files]) => `${count(files, 'file')} under a new data key, not as the versions that Git has: ${because}`),
  ];
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
