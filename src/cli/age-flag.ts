import { durationExamples, parseDuration } from '../config/duration.ts';
import { SopsError } from '../errors.ts';

/** The age that a flag gives, in milliseconds. Throws `USAGE`. */
export function ageFlag(name: string, text: string): number {
  const age = parseDuration(text);
  if (age !== undefined) return age;
  throw new SopsError('USAGE', `--${name} takes a duration such as ${durationExamples}`);
}
