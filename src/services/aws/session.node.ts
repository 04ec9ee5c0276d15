import { hostname } from 'node:os';

const longest = 64;

/** What the session of an assumed role is called: `sops@HOST` without the characters that sops takes out (hyphens too), cut to what AWS allows. */
export const sessionName = (host: string = hostname()): string => `sops@${host.replace(/[^a-zA-Z0-9=,.@-_]+/g, '')}`.slice(0, longest);
