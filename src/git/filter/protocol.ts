import { SopsError } from '../../errors.ts';
import { contentOf, joined, listOf, PacketReader } from './pkt-line.ts';

/** What Git asks of a filter: to make what goes into the repository, or what goes into the work tree. */
export type FilterCommand = 'clean' | 'smudge';

/** One file that Git wants filtered. */
export interface FilterRequest {
  readonly command: FilterCommand;
  /** Below the top of the work tree, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** What Git writes and reads: the pipes of a filter process. */
export interface FilterPipes {
  readonly input: AsyncIterable<Uint8Array>;
  readonly write: (bytes: Uint8Array) => void | Promise<void>;
}

/** What a file becomes; undefined where it cannot be filtered, which is told to Git and, by who answers so, to the person. Never throws. */
export type Filtering = (request: FilterRequest) => Promise<Uint8Array | undefined>;

const commands: readonly FilterCommand[] = ['clean', 'smudge'];

/**
 * Talks with Git as a filter process (`gitattributes`, "Long Running Filter Process"): version 2, one file after the other, until Git closes its pipe.
 * Throws `GIT_FAILED` for anything that Git does not send.
 */
export async function serveFilter({ input, write }: FilterPipes, filter: Filtering): Promise<void> {
  const reader = new PacketReader(input);
  if (!(await greet(reader, write))) return;
  for (;;) {
    const request = await reader.texts();
    if (request === undefined) return;
    const content = await reader.content();
    const command = commands.find((name) => name === valueOf(request, 'command'));
    const path = valueOf(request, 'pathname');
    const filtered = command === undefined || path === undefined ? undefined : await filter({ command, path, content });
    if (filtered === undefined) await write(listOf(['status=error']));
    // The empty list says that the status stays as it was told: nothing went wrong on the way. One write wakes Git once.
    else await write(joined([listOf(['status=success']), contentOf(filtered), listOf([])]));
  }
}

/** Whether Git wants anything. */
async function greet(reader: PacketReader, write: FilterPipes['write']): Promise<boolean> {
  const greeting = await reader.texts();
  if (greeting === undefined) return false;
  if (greeting[0] !== 'git-filter-client' || !greeting.includes('version=2'))
    throw new SopsError('GIT_FAILED', 'what speaks is not Git, or one of another protocol than version 2 of its filter protocol', {
      hint: 'this command is for Git 2.11 and newer to run',
    });
  await write(listOf(['git-filter-server', 'version=2']));
  const offered = await reader.texts();
  if (offered === undefined) return false;
  await write(listOf(commands.map((name) => `capability=${name}`).filter((capability) => offered.includes(capability))));
  return true;
}

const valueOf = (texts: readonly string[], name: string): string | undefined =>
  texts.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
