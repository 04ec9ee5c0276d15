/**
 * How deep collections may nest. Go's JSON printer, which real sops ends with, goes down to 10,000; what walks the tree here does so by calls, and
 * this is a depth that they bear on every runtime.
 */
export const deepest = 1000;
