/** How deep collections may nest: Go's JSON printer, which real sops ends with, goes no deeper. */
export const deepest = 10_000;
