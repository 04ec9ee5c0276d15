import { printable } from '../errors.ts';
import type { GroupChange } from '../operations/group-changes.ts';
import { added, heading, removed } from './report.ts';

/** Changes of key groups as sops shows them (`cmd/sops/common`, PrettyPrintDiffs). */
export const linesOf = (groups: readonly GroupChange[]): readonly string[] =>
  groups.flatMap((group, at) => [
    heading(`Group ${at + 1}`),
    ...group.common.map((name) => `    ${printable(name)}`),
    ...group.added.map((name) => added(`+++ ${printable(name)}`)),
    ...group.removed.map((name) => removed(`--- ${printable(name)}`)),
  ]);
