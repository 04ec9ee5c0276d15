import { SopsError } from '../errors.ts';
import type { Content, Secret } from './destination.ts';
import { checkMark } from './mark.ts';

/** What a service takes. */
export interface Limits {
  /** For messages: `AWS Secrets Manager`. */
  readonly service: string;
  /** What a whole name must be, and that in words. */
  readonly name: RegExp;
  readonly nameIs: string;
  /** Bytes of a value. */
  readonly least: number;
  readonly most: number;
  /** What to do about a value that is too long, if there is something. */
  readonly remedy?: string;
  /** How many tags, and what their names and values must be. */
  readonly tags: number;
  readonly tagName: RegExp;
  readonly tagValue: RegExp;
  /** Letters of a description; 0 where there is none. */
  readonly description: number;
}

/** Throws `UNSUPPORTED` for a secret that the service would refuse. No message holds a value. */
export function checkLimits({ name, content, tags, description, mark }: Secret, limits: Limits): void {
  const { service, least, most, remedy } = limits;
  if (!limits.name.test(name)) throw refused(`${service} takes no secret of the name '${name}': ${limits.nameIs}`);
  const size = sizeOf(content);
  if (size < least) throw refused(`${service} takes no empty secret, which '${name}' would be`);
  if (size > most) throw refused(`'${name}' would hold ${size} bytes, and ${service} takes ${most}`, remedy);
  checkMark(mark);
  checkTags(tags, limits);
  if (description.length <= limits.description) return;
  const longest = `the description is longer than the ${limits.description} letters that ${service} takes`;
  throw refused(limits.description === 0 ? `${service} keeps no description` : longest);
}

const refused = (why: string, hint?: string): SopsError => new SopsError('UNSUPPORTED', why, hint === undefined ? {} : { hint });

function checkTags(tags: Secret['tags'], { service, ...limits }: Limits): void {
  const most = limits.tags - ownTags;
  if (Object.keys(tags).length > most) throw refused(`${service} takes ${most} tags beside those of sopsmith, and the rule has more`);
  for (const [tag, value] of Object.entries(tags)) {
    if (!limits.tagName.test(tag) || tag.startsWith('sopsmith')) throw refused(`'${tag}' cannot be the name of a tag of ${service}`);
    if (!limits.tagValue.test(value)) throw refused(`the value of the tag '${tag}' is none that ${service} takes`);
  }
}

const ownTags = 2;

function sizeOf(content: Content): number {
  if (content.kind === 'bytes') return content.bytes.length;
  return new TextEncoder().encode(content.kind === 'map' ? content.json : content.text).length;
}

/** A name in the letters of a service: each other letter is a hyphen. */
export const mapped = (name: string, unfit: RegExp): string => name.replaceAll(unfit, '-');

/** The parts of a name, one slash or hyphen between them where the first does not end with one. */
export const joined = (prefix: string, file: string, key: string | undefined, between: '/' | '-'): string =>
  `${prefix}${file}${key === undefined ? '' : `${between}${key}`}`;
