import type { Commit } from '../git/history.ts';

/** A commit in a line for people. */
export const dayOf = ({ date }: Commit): string => date.slice(0, 10);
export const shortId = ({ id }: Commit): string => id.slice(0, 9);
export const commitName = (commit: Commit | undefined): string =>
  commit === undefined ? 'not committed yet' : `${shortId(commit)} of ${dayOf(commit)}`;

/** The same for programs. */
export const commitAsJson = (commit: Commit | undefined): object | null =>
  commit === undefined
    ? null
    : { commit: commit.id, date: commit.date, author: commit.author, email: commit.email, subject: commit.subject };
