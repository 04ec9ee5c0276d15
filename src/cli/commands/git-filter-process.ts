import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { SopsError } from '../../errors.ts';
import { filtering } from '../../git/filter/filter.ts';
import { movedFiles } from '../../git/filter/moved.ts';
import { serveFilter } from '../../git/filter/protocol.ts';
import { RecentVersions } from '../../git/filter/recent.ts';
import { openVersions } from '../../git/filter/versions.ts';
import { rememberingKeyService } from '../../keyservice/remembering.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import type { KnownDataKeys } from '../../operations/known-data-keys.ts';
import { audit } from '../audit.ts';
import { filterNotes } from '../filter-notes.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { besideFiles } from '../nearest-config.ts';
import { layoutOption, printOptions } from '../print-options.ts';
import { rememberedKeys } from '../remembered-keys.ts';
import { print, reportError, warn } from '../report.ts';
import { encryptionSettings } from '../rule.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith git filter-process`: filters what Git hands it until Git ends. Git runs it at the top of the work tree. */
export async function run(invocation: Invocation): Promise<void> {
  if (isatty(0))
    throw new SopsError('USAGE', 'this command is for Git to run, as the filter of files that are in clear in the work tree alone', {
      hint: '`sopsmith git install --filter PATTERN` sets it up',
    });
  const top = process.cwd();
  const keys = rememberingKeyService(servicesOf(invocation).keys);
  const services = { ...servicesOf(invocation), keys, known: unlessForAge(rememberedKeys(invocation.context)) };
  const versions = openVersions(top, invocation.context);
  const beside = besideFiles(invocation);
  const notes = filterNotes();
  const filter = filtering({
    services,
    versions,
    recent: new RecentVersions(),
    moved: movedFiles(versions, services),
    rules: {
      settings: async (path, format) => {
        const name = resolve(top, path);
        return encryptionSettings(beside(name), { path: name, name, shown: path }, { input: format, output: format });
      },
      writing: (path, format) => {
        const there = beside(resolve(top, path));
        return { print: printOptions(there, format), layout: layoutOption(there, format), strict: there.flags.isOn('strict') };
      },
    },
    record: async (action, path) => audit([action], resolve(top, path)),
    passedOn: (path, because, error) => {
      notes.passedOn(path, because, error);
    },
    failed: async (path, error) => {
      await inFile(path, () => {
        throw error;
      }).catch(reportError);
    },
    warn: (path, warning) => {
      warn(`${path}: ${warning}`);
    },
  });
  try {
    await serveFilter({ input: standardInput(), write: print }, filter);
  } finally {
    keys.forget();
    await versions.close();
    notes.end();
  }
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  for await (const part of process.stdin) if (part instanceof Uint8Array) yield part;
}

/** What unwraps a data key faster than it could be asked for elsewhere is not remembered from one command to the next. */
function unlessForAge(known: KnownDataKeys): KnownDataKeys {
  const isForAge: (metadata: Metadata) => boolean = ({ keyGroups }) => keyGroups.flat().some(({ masterKey }) => masterKey.kind === 'age');
  return {
    find: async (metadata) => (isForAge(metadata) ? undefined : known.find(metadata)),
    keep: async (metadata, dataKey) => (isForAge(metadata) ? undefined : known.keep(metadata, dataKey)),
  };
}
