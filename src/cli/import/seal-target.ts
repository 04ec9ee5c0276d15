import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SopsError } from '../../errors.ts';
import { readFile, systemError } from '../../node/files.ts';
import { encrypt } from '../../operations/encrypt.ts';
import { encryptInto } from '../../operations/encrypt-into.ts';
import type { EncryptionSettings } from '../../operations/operation.ts';
import { previewSelection } from '../../operations/preview.ts';
import { audit } from '../audit.ts';
import { isEncrypted } from '../encrypted-files.ts';
import type { Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { printOptions } from '../print-options.ts';
import { say, warn } from '../report.ts';
import { encryptionSettings } from '../rule.ts';
import { servicesOf } from '../services.ts';
import type { Target } from './targets.ts';

/** A file, encrypted, and not yet written. */
export interface SealedTarget {
  readonly target: Target;
  /** Undefined where the file is there already, as it should be. */
  readonly content?: Uint8Array;
  readonly warnings: readonly string[];
}

/**
 * Encrypts a file by the creation rule for its name, as the successor of what is there. Throws `OUTPUT_UNWRITABLE` where that is in clear, `UNSUPPORTED` for a rule that would leave
 * a value of a Secret in clear, and what encryption throws.
 */
export async function sealTarget(target: Target, invocation: Invocation): Promise<SealedTarget> {
  const { path, shown, format, plaintext } = target;
  const formats = { input: format, output: format, print: printOptions(invocation, format) };
  const settings = await encryptionSettings(invocation, { path, name: path, shown }, formats);
  await judgeSelection(target, settings);
  const previous = readFile(path);
  if (previous === undefined) {
    const { content, warnings } = await encrypt(plaintext, formats, settings, servicesOf(invocation));
    return { target, content, warnings };
  }
  if (!isEncrypted(path, undefined))
    throw new SopsError('OUTPUT_UNWRITABLE', 'there is a file already, and it is not encrypted', {
      hint: 'move it away, or encrypt it first',
    });
  const options = { formats, keys: settings, what: settings, layout: settings.layout, strict: settings.strict };
  const successor = await encryptInto(plaintext, previous, options, servicesOf(invocation));
  if (successor.change === 'none') return { target, warnings: successor.warnings };
  const reason = successor.change === 'fresh' ? [`encrypted under a new data key: ${successor.because}`] : [];
  return { target, content: successor.content, warnings: [...reason, ...successor.warnings] };
}

/** What the rule encrypts of a manifest that has to stay readable, and what it leaves that must not. */
async function judgeSelection({ format, plaintext, shown, holds }: Target, { selection }: EncryptionSettings): Promise<void> {
  const keys = await previewSelection(plaintext, format, selection);
  const bare = keys.find(({ path, encrypted }) => !encrypted && (holds === 'variables' || /^(data|stringData)\b/.test(path)));
  if (bare !== undefined)
    throw new SopsError('UNSUPPORTED', `the creation rule for ${shown} would leave ${bare.path} in clear`, { hint: advice });
  if (holds === 'secrets' && keys.some(({ path, encrypted }) => encrypted && /^(apiVersion|kind|metadata)\b/.test(path)))
    warn(`${shown}: the creation rule encrypts metadata or kind too, which tools of Kubernetes have to read: ${advice}`);
}

const advice = "give the rule encrypted_regex: '^(data|stringData)$'";

/** Writes an encrypted file, with the folders above it. Throws `OUTPUT_UNWRITABLE`, `STRICT`. */
export async function writeTarget({ target, content, warnings }: SealedTarget, invocation: Invocation): Promise<void> {
  const { path, shown } = target;
  tellWarnings(invocation, { shown }, warnings);
  if (content === undefined) {
    say(`${shown}: unchanged`);
    return;
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not make the folder', dirname(path), error);
  }
  await audit(['encrypt'], path);
  await invocation.context.files.replace(path, content);
  say(`${shown}: encrypted`);
}
