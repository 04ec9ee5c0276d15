import type { FormatName } from '../../src/formats/format.ts';
import type { Case, Suite } from './suite.ts';

/** The smallest part of a document, in whole lines and then in pieces of lines, that still shows a difference of the same kind. */
export async function shrink(suite: Suite, format: FormatName, { source, rule }: Case, kind: string): Promise<string> {
  const shows = async (text: string): Promise<boolean> => {
    const [finding] = await suite.check(format, [{ source: new Uint8Array(Buffer.from(text)), rule }]);
    return typeof finding === 'object' && finding.kind === kind;
  };
  const deadline = Date.now() + 20_000;
  const text = Buffer.from(source).toString();
  const lines = await without(text.split(/(?<=\n)/), shows, deadline);
  return (await without(lines.join('').split(/(?<=[\s,])|(?=[\s,"'])/), shows, deadline)).join('');
}

/** Takes out runs of parts, long ones first, for as long as what is left still shows it. */
async function without(parts: readonly string[], shows: (text: string) => Promise<boolean>, deadline: number): Promise<readonly string[]> {
  let left = parts;
  for (let length = Math.ceil(parts.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < left.length && Date.now() < deadline;) {
      const fewer = [...left.slice(0, at), ...left.slice(at + length)];
      if (fewer.length > 0 && (await shows(fewer.join('')))) left = fewer;
      else at += length;
    }
  }
  return left;
}
