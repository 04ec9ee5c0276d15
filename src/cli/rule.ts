import type { CreationRule } from '../config/config.ts';
import { SopsError } from '../errors.ts';
import { defaultSelection, type MasterKey, type Selection } from '../metadata/metadata.ts';
import type { IntoOptions } from '../operations/encrypt-into.ts';
import type { EncryptionSettings, Formats } from '../operations/operation.ts';
import type { Flags } from './argv.ts';
import { creationRule, loadConfig } from './config-file.ts';
import type { Input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { masterKeysOf } from './master-keys.ts';
import { layoutOption } from './print-options.ts';
import { warn } from './report.ts';

/**
 * Whom and what to encrypt: what flags say, and where they say nothing, the creation rule (`cmd/sops/main.go`, getEncryptConfig).
 * Throws `CONFIG_NOT_FOUND`, `NO_MATCHING_RULE`, `MALFORMED_CONFIG`, `CONFLICTING_FLAGS`, `MALFORMED_KEY`, `MALFORMED_ENCRYPTION_CONTEXT`.
 */
export async function encryptionSettings(
  invocation: Invocation,
  input: Input,
  formats: Pick<Formats, 'input' | 'output'>,
): Promise<EncryptionSettings> {
  const { flags } = invocation;
  const named = masterKeysOf(flags, '');
  const found = loadConfig(invocation);
  const rule = found && (await creationRule(found, input.name, invocation));
  return {
    keyGroups: keyGroups(named, rule, found?.path),
    shamirThreshold: thresholdOf(flags, rule),
    ...whatToEncrypt(flags, rule, formats.input.raw !== undefined),
    layout: layoutOption(invocation, formats.output),
    strict: flags.isOn('strict'),
  };
}

/**
 * As {@link encryptionSettings}, for the successor of an encrypted file: where neither flags nor a creation rule say whom or what to encrypt, nothing does.
 * Throws `MALFORMED_CONFIG`, `CONFLICTING_FLAGS`, `MALFORMED_KEY`, `MALFORMED_ENCRYPTION_CONTEXT`.
 */
export async function successorSettings(
  invocation: Invocation,
  input: Input,
  formats: Pick<Formats, 'input' | 'output'>,
): Promise<Omit<IntoOptions, 'formats'>> {
  const { flags } = invocation;
  const found = loadConfig(invocation);
  const rule = found && (await creationRule(found, input.name, invocation).catch(withoutRule));
  return {
    ...keysIfChosen(flags, rule, found?.path),
    ...whatIfChosen(flags, rule, formats.input.raw !== undefined),
    layout: layoutOption(invocation, formats.output),
    strict: flags.isOn('strict'),
  };
}

function keysIfChosen(flags: Flags, rule: CreationRule | undefined, configPath: string | undefined): Pick<IntoOptions, 'keys'> {
  const named = masterKeysOf(flags, '');
  if (named.length === 0 && rule === undefined) return {};
  return { keys: { keyGroups: keyGroups(named, rule, configPath), shamirThreshold: thresholdOf(flags, rule) } };
}

function whatIfChosen(flags: Flags, rule: CreationRule | undefined, single: boolean): Pick<IntoOptions, 'what'> {
  if (rule === undefined && selectionsOf(flags, undefined).length === 0 && !flags.isOn('mac-only-encrypted')) return {};
  return { what: whatToEncrypt(flags, rule, single) };
}

const thresholdOf = (flags: Flags, rule: CreationRule | undefined): number =>
  flags.number('shamir-secret-sharing-threshold') || (rule?.shamirThreshold ?? 0);

function withoutRule(error: unknown): undefined {
  if (error instanceof SopsError && error.code === 'NO_MATCHING_RULE') return undefined;
  throw error;
}

function keyGroups(
  named: readonly MasterKey[],
  rule: CreationRule | undefined,
  configPath: string | undefined,
): readonly (readonly MasterKey[])[] {
  if (named.length > 0) return [named];
  if (rule !== undefined) return rule.keyGroups;
  throw new SopsError(
    'CONFIG_NOT_FOUND',
    'config file not found, or has no creation rules, and no keys provided through command line options',
    {
      hint:
        configPath === undefined
          ? 'name a recipient, for example with --age, or write a .sops.yaml with creation_rules here or in a folder above'
          : `add creation_rules to ${configPath}, or name a recipient, for example with --age`,
    },
  );
}

type What = Pick<EncryptionSettings, 'selection' | 'macOnlyEncrypted'>;

function whatToEncrypt(flags: Flags, rule: CreationRule | undefined, single: boolean): What {
  const selections = selectionsOf(flags, rule?.selection);
  if (single) {
    if (selections.some(({ by }) => by !== 'unencrypted_comment_regex'))
      warn('a binary file is one value that is always encrypted: the rule that says which values are is ignored');
    return { selection: { by: 'unencrypted_suffix', suffix: '' }, macOnlyEncrypted: false };
  }
  const [selection = defaultSelection, ...more] = selections;
  if (more.length > 0)
    throw new SopsError(
      'CONFLICTING_FLAGS',
      'cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex in the same file',
    );
  return { selection, macOnlyEncrypted: flags.isOn('mac-only-encrypted') || rule?.macOnlyEncrypted === true };
}

const suffixes = ['unencrypted_suffix', 'encrypted_suffix'] as const;
const patterns = ['unencrypted_regex', 'encrypted_regex', 'unencrypted_comment_regex', 'encrypted_comment_regex'] as const;

/** All that flags and rule say; a flag takes the place of the rule's only where both are of one kind. */
function selectionsOf(flags: Flags, fromRule: Selection | undefined): readonly Selection[] {
  const flag = (by: Selection['by']): string | undefined => flags.text(by.replaceAll('_', '-'));
  const named: Selection[] = [
    ...suffixes.flatMap((by) => maybe(flag(by), (suffix) => ({ by, suffix }))),
    ...patterns.flatMap((by) => maybe(flag(by), (pattern) => ({ by, pattern }))),
  ];
  return fromRule === undefined || named.some(({ by }) => by === fromRule.by) ? named : [...named, fromRule];
}

const maybe = <T>(text: string | undefined, make: (text: string) => T): readonly T[] => (text === undefined ? [] : [make(text)]);
