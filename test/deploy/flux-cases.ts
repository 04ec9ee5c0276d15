// A tree with a source for each thing that Flux's decryptor does: what it is, and what becomes of it. `fixtures/flux` has what the real one made of the same tree.
import { before } from './flux-before.ts';
import type { Case } from './flux-case.ts';
import { entries } from './flux-entries.ts';
import { manifests } from './flux-manifests.ts';
import { walking } from './flux-walking.ts';

/** What works. */
export const cases: readonly Case[] = [...before, ...walking, ...manifests, ...entries];
