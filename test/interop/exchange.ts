import type { FormatName } from '../../src/formats/format.ts';
import { type Made, decryptHere, encryptHere } from './library.ts';
import { type Answer, ask } from './oracle.ts';
import { type Case, excused, type Finding, type Suite, difference, failure, textFormats } from './suite.ts';

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

/** What sops takes in a later document of a stream only to write `null` for it; we refuse it. */
const losesValue = /a value is not what its tag says/;

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
    const printed = ask(
      'look',
      format,
      cases.map(({ source }) => text(source)),
    );
    return cases.map((_, at) => {
      const finding = judgeOurs(sealed[at], read[at] ?? {}, theirs[at] ?? {}, expected[at] ?? {});
      if (typeof finding !== 'object') return finding;
      // Where real sops does not read its own encryption as it was, ours may do better.
      if (read[at]?.text !== undefined && (read[at].text === printed[at]?.print || holdsTree(format, read[at].text, printed[at])))
        return 'good';
      return finding;
    });
  },
};

/** Whether a text holds the very values and comments of a document, in their order and at their paths. */
function holdsTree(format: FormatName, content: string, document: Answer | undefined): boolean {
  const tree = ({ leaves }: Answer): string => JSON.stringify(leaves?.map(({ aad, type, text: value }) => [aad, type, value]));
  const [read] = ask('look', format, [content]);
  return read?.leaves !== undefined && document?.leaves !== undefined && tree(read) === tree(document);
}

/** Whether a decrypted text still holds ciphertext. */
export const leftSealed = (opened: string): boolean => opened.includes('ENC[AES256_GCM,');

/** Real sops does not read what it wrote itself: a comment, say, that it finds again at another place, and then leaves as ciphertext. */
const unreadable = ({ error, text: read = '' }: Answer): boolean => error !== undefined || leftSealed(read);

function judgeOurs(sealed: Made | undefined, read: Answer, theirs: Answer, expected: Answer): Finding {
  if (!sealed || 'error' in sealed) return judgeRefusal(sealed ?? { error: '', bug: true }, theirs, expected);
  if (read.error !== undefined) return expected.error !== undefined ? 'beyond sops' : failure('not read by sops', read.error);
  if (theirs.error !== undefined || unreadable(expected)) return 'beyond sops';
  return read.text === expected.text ? 'good' : difference('read otherwise by sops', read.text ?? '', expected.text ?? '');
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
