import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../dist/bin/cli.cjs', import.meta.url));

/** The command that runs the built program: the npm build on this Node, or the executable that `SOPSMITH` names. */
export const program: readonly [string, ...string[]] = process.env['SOPSMITH'] ? [process.env['SOPSMITH']] : [process.execPath, built];
