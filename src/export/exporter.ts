import type { Variables } from '../operations/environment.ts';

/** What some formats need beside the variables. */
export interface ExportOptions {
  /** What a Kubernetes Secret is called, where it goes and of which type it is. */
  readonly secret: { readonly name?: string; readonly namespace?: string; readonly type?: string };
  /** Cryptographically strong random bytes. */
  readonly random: (length: number) => Uint8Array;
}

/** Variables in the words of another program. */
export interface Exported {
  readonly text: string;
  /** What is to be said to the program that reads our output, before it can come upon a value: GitHub's masks. */
  readonly announcements?: string;
  /** Never hold a value. */
  readonly warnings: readonly string[];
}

/** How one program reads variables: one object a program, stateless. */
export interface Exporter {
  /** What `--format` calls it. */
  readonly name: string;
  /** The variable that names the file which the text is to be added to, if the program has one. */
  readonly appendsTo?: string;
  /** The text from which the program gets the very bytes. Throws `UNPRINTABLE_DOCUMENT` for what it cannot hold, naming the variable and never its value, and `USAGE`. */
  print(variables: Variables, options: ExportOptions): Exported;
}
