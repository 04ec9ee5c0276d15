import type { Context } from '../ports.ts';

/** The same world without a person in it: what would ask one fails at once. For what the user did not ask for. */
export const unattended = (context: Context): Context => ({
  ...context,
  unattended: true,
  prompt: {
    secret: async () => Promise.resolve(undefined),
    line: async () => Promise.resolve(undefined),
    confirm: async () => Promise.resolve(false),
  },
});
