/** One ciphertext in an encrypted text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A changed text, and what was done to it. */
export interface Tampered {
  readonly what: string;
  readonly text: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** All ciphertexts of a text, those of the metadata included. */
export const ciphertexts = (text: string): readonly Place[] =>
  [...text.matchAll(/ENC\[AES256_GCM,[^\]]*\]/g)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }));

/** The text with one character of a ciphertext changed, at every `step`th place: base64 digits by one bit, others by another character. */
export function characters(text: string, step: number): readonly Tampered[] {
  return ciphertexts(text).flatMap(({ start, end }, number) =>
    Array.from({ length: Math.ceil((end - start - (number % step)) / step) }, (_, at) => start + (number % step) + at * step).map((at) => {
      const character = altered(text.charAt(at), at % 6);
      return {
        what: `character ${at - start} of ciphertext ${number} is ${character}`,
        text: text.slice(0, at) + character + text.slice(at + 1),
      };
    }),
  );
}

function altered(character: string, bit: number): string {
  const digit = alphabet.indexOf(character);
  return digit < 0 ? 'x' : alphabet.charAt(digit ^ (1 << bit));
}

/** Each ciphertext in other spellings of the same bytes, truncated, lengthened, and with parts of others. */
export function respelled(text: string): readonly Tampered[] {
  return ciphertexts(text).flatMap(({ start, end }, number) => {
    const found = text.slice(start, end);
    return respellings(found).map(([what, changed]) => ({
      what: `ciphertext ${number}: ${what}`,
      text: text.slice(0, start) + changed + text.slice(end),
    }));
  });
}

function respellings(found: string): readonly (readonly [string, string])[] {
  const field = (name: string, change: (base64: string) => string): string =>
    found.replace(new RegExp(`${name}:([^,]*),`), (_, base64: string) => `${name}:${change(base64)},`);
  const unpadded = (base64: string): string => base64.replace(/=+$/, '');
  const sameBytes = (base64: string): string =>
    base64.replace(/(.)(=+)$/, (_, last: string, padding: string) => alphabet.charAt(alphabet.indexOf(last) + 1) + padding);
  return [
    ...['data', 'iv', 'tag'].flatMap((name): (readonly [string, string])[] => [
      [`${name} without padding`, field(name, unpadded)],
      [`${name} with more padding`, field(name, (base64) => `${base64}=`)],
      [`${name} with unused bits set`, field(name, sameBytes)],
      [`${name} URL-safe`, field(name, (base64) => base64.replaceAll('+', '-').replaceAll('/', '_'))],
      [`${name} empty`, field(name, () => '')],
      [`${name} lacks its last byte`, field(name, (base64) => Buffer.from(base64, 'base64').subarray(0, -1).toString('base64'))],
      [`${name} lacks its first byte`, field(name, (base64) => Buffer.from(base64, 'base64').subarray(1).toString('base64'))],
      [`${name} has one byte more`, field(name, (base64) => Buffer.from(`${atob(base64)}\0`, 'latin1').toString('base64'))],
      [`${name} is very long`, field(name, () => 'A'.repeat(4000))],
    ]),
    ['one character of the tag moved into the data', found.replace(/,iv:.*,tag:(.)/, (all, first: string) => first + all)],
    ['iv and tag swapped', found.replace(/iv:([^,]*),tag:([^,]*)/, 'iv:$2,tag:$1')],
    ['something behind the bracket', `${found}x`],
    ['no bracket', found.slice(0, -1)],
    ['two brackets', `${found}]`],
    ['an unknown cipher', found.replace('AES256_GCM', 'AES128_GCM')],
    ['small letters', found.replace('ENC', 'enc')],
    ['a field more', found.replace(',type:', ',more:AAAA,type:')],
    ['a type twice', found.replace(']', ',type:str]')],
    ['no type', found.replace(/type:[^\]]*/, 'type:')],
    ['an unknown type', found.replace(/type:[^\]]*/, 'type:string')],
    ['nothing at all', 'ENC[AES256_GCM,data:,iv:,tag:,type:]'],
    ['only its head', 'ENC[AES256_GCM,'],
  ].filter((one): one is [string, string] => one[1] !== found);
}

const types = ['str', 'int', 'float', 'bool', 'bytes', 'time', 'comment'];

/** Each ciphertext with another of the types there are: the type is under no tag. */
export const retyped = (text: string): readonly Tampered[] =>
  ciphertexts(text).flatMap(({ start, end }, number) => {
    const found = text.slice(start, end);
    return types
      .map((type) => [type, found.replace(/type:[^\]]*/, `type:${type}`)] as const)
      .filter(([, changed]) => changed !== found)
      .map(([type, changed]) => ({
        what: `ciphertext ${number} has the type ${type}`,
        text: text.slice(0, start) + changed + text.slice(end),
      }));
  });

/** All pairs of ciphertexts swapped, and each put in the place of each other. */
export function exchanged(text: string): readonly Tampered[] {
  const places = ciphertexts(text);
  return places.flatMap((one, first) =>
    places.slice(first + 1).flatMap((other, at) => {
      const second = first + 1 + at;
      const [a, b] = [text.slice(one.start, one.end), text.slice(other.start, other.end)];
      const put = (here: string, there: string): string =>
        text.slice(0, one.start) + here + text.slice(one.end, other.start) + there + text.slice(other.end);
      return [
        { what: `ciphertexts ${first} and ${second} swapped`, text: put(b, a) },
        { what: `ciphertext ${second} at ${first}`, text: put(b, b) },
        { what: `ciphertext ${first} at ${second}`, text: put(a, a) },
      ];
    }),
  );
}
