/**
 * The text of a `pre-commit` hook that looks through what a commit would change.
 * @param command how a shell calls this program, quoted where it has to be: `sopsmith`
 */
export const preCommitHook = (command: string): string => `#!/bin/sh
# Refuses a commit with secrets in clear, or files that are not encrypted as .sops.yaml says.
# \`git commit --no-verify\` passes it by.
exec ${command} check --staged
`;
