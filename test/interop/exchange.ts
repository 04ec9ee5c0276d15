import type { FormatName } from '../../src/formats/format.ts';
import { type Made, decryptHere, encryptHere } from './library.ts';
import { type Answer, ask } from './oracle.ts';
import { type Case, excused, type Finding, type Suite, difference, failure, losesValue, textFormats } from './suite.ts';

/** Asks real sops about each case under its own rule. */
function askByRule(format: FormatName, cases: readonly Case[]): readonly Answer[] {
  const answers: Answer[] = cases.map(() => ({}));
  for (const rule of new Set(cases.map((one) => one.rule))) {
    const places = cases.flatMap((one, at) => (one.rule === rule ? [at] : []));
    const sources = places.map((at) => text(cases[at]?.source));
    for (const [index, answer] of ask('encrypt', format, sources, rule).entries()) answers[places[index] ?? 0] = answer;
  }
  return answers;
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));

async function each<T, R>(items: readonly T[], work: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [at, item] of items.entries()) results.push(await work(item, at));
  return results;
}

const failed = (what: string, { error, bug }: { readonly error: string; readonly bug: boolean }): Finding =>
  failure(bug ? `bug, ${what}` : what, error);

type Refusal = Extract<Made, { readonly error: string }>;

/** What we do not encrypt: real sops should not either, or not be able to read what it makes of it. */
function judgeRefusal(refusal: Refusal, theirs: Answer, again: Answer): Finding {
  if (refusal.bug) return failed('not encrypted', refusal);
  if (theirs.error !== undefined) return 'refused';
  return again.error !== undefined || losesValue.test(refusal.error) ? 'beyond sops' : failed('not encrypted', refusal);
}

/** Our encryption, decrypted by us, is the source byte for byte. */
export const lossless: Suite = {
  name: 'lossless',
  formats: [...textFormats, 'binary'],
  async check(format, cases) {
    const theirs = format === 'binary' ? [] : askByRule(format, cases);
    const again =
      format === 'binary'
        ? []
        : ask(
            'decrypt',
            format,
            theirs.map((answer) => answer.text ?? ''),
          );
    return each(cases, async ({ source, rule }, at) => {
      const sealed = await encryptHere(format, source, rule);
      if ('error' in sealed) return judgeRefusal(sealed, theirs[at] ?? {}, again[at] ?? {});
      const opened = await decryptHere(format, sealed.content);
      if ('error' in opened) return failed('not decrypted', opened);
      return Buffer.compare(opened.content, source) === 0 ? 'good' : difference('not lossless', text(opened.content), text(source));
    });
  },
};

/** Real sops decrypts our encryption to what it decrypts its own encryption to. */
export const ours: Suite = {
  name: 'ours, read by sops',
  formats: textFormats,
  async check(format, cases) {
    const theirs = askByRule(format, cases);
    const sealed = await each(cases, ({ source, rule }) => encryptHere(format, source, rule));
    const read = ask(
      'decrypt',
      format,
      sealed.map((made) => ('content' in made ? text(made.content) : '')),
    );
    const expected = ask(
      'decrypt',
      format,
      theirs.map((answer) => answer.text ?? ''),
    );
    const seen = ask(
      'look',
      format,
      cases.map(({ source }) => text(source)),
    );
    const findings = cases.map((_, at) =>
      judgeOurs(sealed[at], read[at] ?? {}, { made: theirs[at] ?? {}, read: expected[at] ?? {}, seen: seen[at] ?? {} }),
    );
    return excused(
      format,
      cases.map(({ source }) => text(source)),
      findings,
      (at) => expected[at]?.text ?? '',
    );
  },
};

/** Whether a decrypted text still holds ciphertext. */
export const leftSealed = (opened: string): boolean => opened.includes('ENC[AES256_GCM,');

/** Real sops does not read what it wrote itself: a comment, say, that it finds again at another place, and then leaves as ciphertext. */
const unreadable = ({ error, text: read = '' }: Answer): boolean => error !== undefined || leftSealed(read);

/** What real sops makes of a document: its encryption, what it decrypts that to, and what it sees in the document itself. */
export interface Measure {
  readonly made: Answer;
  readonly read: Answer;
  readonly seen: Answer;
}

function judgeOurs(sealed: Made | undefined, read: Answer, theirs: Measure): Finding {
  if (!sealed || 'error' in sealed) return judgeRefusal(sealed ?? { error: '', bug: true }, theirs.made, theirs.read);
  if (read.error !== undefined) return theirs.read.error !== undefined ? 'beyond sops' : failure('not read by sops', read.error);
  if (theirs.made.error === undefined && (read.text === theirs.read.text || keepsMore(read.text, theirs))) return 'good';
  if (theirs.made.error !== undefined || unreadable(theirs.read)) return 'beyond sops';
  return difference('read otherwise by sops', read.text ?? '', theirs.read.text ?? '');
}

/** Where real sops does not read its own encryption as it was, ours may do better: every comment is where it was in the document, and none is missing that real sops has. */
export function keepsMore(printed: string | undefined, { made, read, seen }: Measure): boolean {
  if (printed === undefined || printed !== made.kept) return false;
  const showing = (page: string, comment: string): number => `${page}\n`.split(`#${comment}\n`).length;
  const comments = (seen.leaves ?? []).flatMap(({ type, text: comment }) => (type === 'comment' ? [comment] : []));
  return comments.every((comment) => showing(printed, comment) >= showing(read.text ?? '', comment));
}

/** We decrypt real sops's encryption to the bytes that real sops decrypts it to. */
export const theirs: Suite = {
  name: 'of sops, read by us',
  formats: textFormats,
  async check(format, cases) {
    const sealed = askByRule(format, cases);
    const expected = ask(
      'decrypt',
      format,
      sealed.map((answer) => answer.text ?? ''),
    );
    const findings = await each(cases, async (_, at) => {
      const [made, wanted] = [sealed[at] ?? {}, expected[at] ?? {}];
      if (made.error !== undefined) return 'refused';
      const opened = await decryptHere(format, bytes(made.text ?? ''));
      if (unreadable(wanted)) return 'error' in opened && opened.bug ? failed('not decrypted', opened) : 'beyond sops';
      if ('error' in opened) return failed('not decrypted', opened);
      return text(opened.content) === (wanted.text ?? '')
        ? 'good'
        : difference('decrypted otherwise', text(opened.content), wanted.text ?? '');
    });
    const sources = cases.map(({ source }) => text(source));
    return excused(format, sources, findings, (at) => expected[at]?.text ?? '');
  },
};
