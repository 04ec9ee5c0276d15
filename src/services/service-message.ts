/** A JSON web token, whoever's it is. */
const webToken = /\beyJ[\w-]{10,}(\.[\w-]+)*/g;
const longest = 300;

/** What a service says of a fault, fit for an error of ours: one line, not endless, nothing that steers a terminal, and without what it was sent in confidence, which a proxy on the way may repeat. */
export function serviceMessage(text: string, secrets: readonly string[] = []): string {
  const open = spelled(secrets).reduce((said, secret) => said.replaceAll(secret, '…'), text);
  const line = open
    .replaceAll(webToken, '…')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Secrets as requests hold them, and so an echo of one: as they are, in JSON, in a form and in a URL. The longest come first, since one may hold another. */
const spelled = (secrets: readonly string[]): readonly string[] =>
  [...new Set(secrets.flatMap(spellings))].filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);

function spellings(secret: string): readonly string[] {
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  return [secret, JSON.stringify(secret).slice(1, -1), form, form.replaceAll('+', '%20')];
}
