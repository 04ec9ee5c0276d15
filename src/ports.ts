/** Everything outside the process, as seen from inside. Types only: this file compiles to nothing. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: FileSystem;
  readonly now: () => Date;
  /** Cryptographically strong random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly run: (command: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** Starts a program to talk with; undefined where there is no such program. Absent where none can run beside this one. */
  readonly converse?: (command: readonly string[], options?: ConverseOptions) => Promise<Conversation | undefined>;
  readonly prompt: Prompt;
  /** Nobody may be asked or waited for: what would take a person fails at once. */
  readonly unattended?: true;
  readonly log: (event: LogEvent) => void;
  readonly signal?: AbortSignal;
}
/** The files a run may touch. */
export interface FileSystem {
  /** The bytes of a file, or undefined where there is none; throws `INPUT_UNREADABLE` for anything else. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces a file whole or not at all: written beside, synced, renamed; mode, owner and symlink kept. */
  replace(path: string, content: Uint8Array): Promise<void>;
  /** The user's home folder, if there is one. */
  readonly home: string | undefined;
  /** The folder for the user's configuration (`$XDG_CONFIG_HOME`, `~/.config`, `%AppData%`, `~/Library/Application Support`), as Go's `os.UserConfigDir` and sops say. */
  readonly userConfig: string | undefined;
}
/** The person at the terminal, if there is one. */
export interface Prompt {
  /** Reads a line without echo; undefined where there is no terminal. */
  secret(question: string): Promise<string | undefined>;
  confirm(question: string): Promise<boolean>;
  /** Reads a line that is shown as it is typed; undefined where there is no terminal. */
  line?(question: string): Promise<string | undefined>;
  /** Tells the person something that needs no answer here: that a key is to be touched. */
  tell?(message: string): void;
}
/** How a subprocess is run. */
export interface RunOptions {
  readonly input?: Uint8Array;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is ended by a signal; without, it may take its time. */
  readonly timeout?: number;
  /** Ends it, as a time that is over does. */
  readonly signal?: AbortSignal;
}
/** How a program to talk with is started. */
export interface ConverseOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program, if need be by force. */
  readonly signal?: AbortSignal;
}
/** A program that runs beside this one, both of its pipes open. Its working folder is the root of the file system: it should ask nothing of it. */
export interface Conversation {
  /** What it writes to its standard output, part by part, no faster than it is read; ends where the program does, or the signal is aborted. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Writes to its standard input; what a program that is gone does not read is lost. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Ends the conversation: closes both pipes, asks the program to end, and after a second makes it. `stdout` is empty, `stderr` the end of what it wrote there. */
  readonly close: () => Promise<RunResult>;
}
/** What a finished subprocess left behind; a command that cannot be started has status 127 and says why in `stderr`. */
export interface RunResult {
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}
/** Something worth telling, never holding plaintext or key material. */
export interface LogEvent {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly fields?: Readonly<Record<string, string>>;
}
