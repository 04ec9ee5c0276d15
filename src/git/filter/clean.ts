import { holdsCiphertext } from '../../crypto/envelope.ts';
import { fromUtf8, sameBytes, utf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import { decryptSealed } from '../../operations/decrypt.ts';
import { encryptInto } from '../../operations/encrypt-into.ts';
import { encrypt } from '../../operations/encrypt.ts';
import type { SealedFile } from '../../operations/open-file.ts';
import type { FilterParts } from './parts.ts';
import { asSealed, formatInClear, valueInClear } from './sealed.ts';

/**
 * What goes into the repository for what is in the work tree. What is encrypted already goes as it is, and what has no value at all; the plaintext of an earlier version gives that
 * version, byte for byte; any other is encrypted as the successor of the nearest, for whom that is encrypted; and a file that is new by its creation rule.
 * Throws where it cannot be encrypted, so that nothing goes into the repository.
 */
export async function clean(path: string, content: Uint8Array, parts: FilterParts): Promise<Uint8Array> {
  if (isBlank(content)) return content;
  const sealed = asSealed(path, content, parts.services);
  if (sealed !== undefined) return passOn(path, { content, sealed }, parts);
  // What cannot be read was handed on as it is, and goes back so.
  if (holdsCiphertext(content) && (await isVersion(path, content, parts))) return content;
  const { recent } = parts;
  const smudged = recent.find('smudged', path, content);
  if (smudged !== undefined) return smudged;
  const earlier = await lookBack(path, content, parts);
  if ('same' in earlier) return earlier.same;
  const made = recent.find('cleaned', path, content) ?? (await seal(path, content, earlier.nearest, parts));
  recent.remember('cleaned', path, content, made);
  return made;
}

/** An empty file has nothing to encrypt, and no format has a place for metadata in it. */
const isBlank = (content: Uint8Array): boolean => content.every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 9);

/** An encrypted version of a file, and what opening it came to. */
interface Version {
  readonly content: Uint8Array;
  readonly sealed: SealedFile;
  readonly failure?: SopsError;
}

/** Encrypted already, but for what somebody wrote into it by hand, unless a version that is in the repository already has it as well. */
async function passOn(path: string, { content, sealed }: Version, parts: FilterParts): Promise<Uint8Array> {
  const inClear = await valueInClear(sealed);
  if (inClear === undefined || (await isVersion(path, content, parts))) return content;
  throw new SopsError('VALUE_UNOPENABLE', `the file is encrypted, but the value of ${inClear} is in clear`, {
    path: inClear,
    hint: 'a value was written by hand: take it out, then add it with `sopsmith set` or `sopsmith edit`',
  });
}

/** Whether the repository has this very content, as Git gives it. */
async function isVersion(path: string, content: Uint8Array, { versions }: FilterParts): Promise<boolean> {
  for await (const version of versions.of(path)) if (asGitGives(version, content).some((one) => sameBytes(one, content))) return true;
  return false;
}

/** The version whose plaintext this is, or else the nearest, if there is one. */
async function lookBack(
  path: string,
  plaintext: Uint8Array,
  { versions, services }: FilterParts,
): Promise<{ readonly same: Uint8Array } | { readonly nearest: Version | undefined }> {
  const met: Version[] = [];
  const seen: Uint8Array[] = [];
  for await (const content of versions.of(path)) {
    if (seen.some((one) => sameBytes(one, content))) continue;
    seen.push(content);
    for (const one of asGitGives(content, plaintext)) {
      const sealed = asSealed(path, one, services);
      if (sealed === undefined) continue;
      const shown = await opened(sealed, services);
      if (!(shown instanceof SopsError) && sameBytes(shown, plaintext)) return { same: one };
      met.push(shown instanceof SopsError ? { content: one, sealed, failure: shown } : { content: one, sealed });
    }
  }
  return { nearest: nearestOf(met) };
}

async function opened(sealed: SealedFile, services: FilterParts['services']): Promise<Uint8Array | SopsError> {
  try {
    return await decryptSealed(sealed, services);
  } catch (error) {
    if (error instanceof SopsError && error.code !== 'CANCELLED') return error;
    throw error;
  }
}

const altered: ReadonlySet<string> = new Set(['MAC_MISMATCH', 'VALUE_UNOPENABLE']);

/** The version to go on from: the nearest, or where that does not fit its MAC, as one staged in parts, the next that does. Throws `DATA_KEY_UNRECOVERABLE` where there is no key for the nearest. */
function nearestOf(met: readonly Version[]): Version | undefined {
  const nearest = met.find(({ failure }) => failure === undefined || !altered.has(failure.code)) ?? met[0];
  const { failure } = nearest ?? {};
  if (failure === undefined || altered.has(failure.code)) return nearest;
  throw new SopsError(
    failure.code,
    `the version in the repository does not open, so that nothing can be made of what changed: ${failure.message}`,
    {
      hint: '`sopsmith doctor` says which of your keys were looked for; to write the file anew for whom its creation rule names, remove it in one commit and add it in another',
      cause: failure,
    },
  );
}

async function seal(path: string, content: Uint8Array, earlier: Version | undefined, parts: FilterParts): Promise<Uint8Array> {
  const { services, rules, record, warn } = parts;
  const made = earlier === undefined ? await sealNew(path, content, parts) : await sealAgain(earlier);
  for (const warning of made.warnings) warn(path, warning);
  await record('encrypt', path);
  return made.content;

  async function sealAgain({ content: previous, sealed: { format } }: Version): ReturnType<typeof encrypt> {
    const { print, ...writing } = rules.writing(path, format);
    return encryptInto(content, previous, { ...writing, formats: { input: format, output: format, print } }, services);
  }
}

/** As the rule says; a file that was moved is encrypted into what it was, which is the very blob where the rules of both places are alike. */
async function sealNew(path: string, content: Uint8Array, { services, rules, moved }: FilterParts): ReturnType<typeof encrypt> {
  const format = formatInClear(path);
  const settings = await rules.settings(path, format);
  const { print, layout, strict } = rules.writing(path, format);
  const formats = { input: format, output: format, print };
  const before = await moved.find(content, format.name);
  if (before === undefined) return encrypt(content, formats, settings, services);
  return encryptInto(content, before, { formats, layout, strict, keys: settings, what: settings }, services);
}

/**
 * A version as it is, and where the plaintext has line breaks that it has not, as Git gives it with `eol=crlf`: Git turns the line breaks of what is encrypted, before it is decrypted and
 * after it was encrypted. So the plaintext is that of the version with the breaks turned, which Git turns back.
 */
function asGitGives(version: Uint8Array, plaintext: Uint8Array): readonly Uint8Array[] {
  if (!plaintext.includes(13) || version.includes(13)) return [version];
  const text = fromUtf8(version);
  return text === undefined ? [version] : [version, utf8(text.replaceAll('\n', '\r\n'))];
}
