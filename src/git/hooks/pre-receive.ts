/**
 * The text of a `pre-receive` hook, for the server: Git gives it a line for each branch and tag that is pushed.
 * @param command how a shell calls this program, quoted where it has to be: `sopsmith`
 */
export const preReceiveHook = (command: string): string => `#!/bin/sh
# Refuses a push in which any commit has secrets in clear, whether or not a later one encrypts or deletes them.
exec ${command} check --pre-receive
`;
