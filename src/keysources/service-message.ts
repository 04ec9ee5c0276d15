/** A JSON web token, whoever's it is. */
const webToken = /\beyJ[\w-]{10,}(\.[\w-]+)*/g;
const longest = 300;

/** What a service says of a fault, fit for an error of ours: one line, not endless, nothing that steers a terminal, and without what it was sent in confidence, which a proxy on the way may repeat. */
export function serviceMessage(text: string, secrets: readonly string[] = []): string {
  const open = secrets.filter((secret) => secret !== '').reduce((said, secret) => said.replaceAll(secret, '…'), text);
  const line = open
    .replaceAll(webToken, '…')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
