/**
 * sopsmith as a library: encrypts, decrypts and edits files in the SOPS format, wherever JavaScript runs.
 * Everything that touches the world (environment, files, time, randomness) comes in through {@link Context}.
 *
 * @module
 */
export { SopsError, type KeyGroupAttempt, type Position, type SopsErrorCode, type SopsErrorDetails } from './errors.ts';
export type { Context, Conversation, ConverseOptions, FileSystem, LogEvent, Prompt, RunOptions, RunResult } from './ports.ts';
export type { PathStep, TreePath } from './document/path.ts';
export type { Comment, Document, Entry, Leaf, Mapping, Node, Note, Null, Sequence, Slot, Span } from './document/tree.ts';
export type { Edit } from './document/splice.ts';
export { formats } from './formats/index.ts';
export type { Format, FormatName, MetadataShape, PrintOptions } from './formats/format.ts';
export { keySources } from './keysources/index.ts';
export {
  defineKeySource,
  type FieldValue,
  type KeyClient,
  type KeyFields,
  type KeyOptions,
  type KeySource,
} from './keysources/keysource.ts';
export type { KeyService } from './keyservice/keyservice.ts';
export { localKeyService } from './keyservice/local.ts';
export { severalKeyServices } from './keyservice/several.ts';
export { type KeyServiceAddress, parseKeyServiceUri } from './keyservice/address.ts';
export { defaultSelection, type KeyGroup, type MasterKey, type Metadata, type Selection, type WrappedKey } from './metadata/metadata.ts';
export type { EncryptionSettings, Formats, Outcome, Services } from './operations/operation.ts';
export { encrypt } from './operations/encrypt.ts';
export { encryptInto, type IntoOptions, type Successor, type WhatToEncrypt } from './operations/encrypt-into.ts';
export { decrypt, type DecryptOptions } from './operations/decrypt.ts';
export { startEdit, startNew, type EditOptions, type EditSession } from './operations/edit.ts';
export { rotate, type RotateOptions } from './operations/rotate.ts';
export type { ChangeOptions } from './operations/change-file.ts';
export { move } from './operations/move.ts';
export { set, setAll, unset, type Assignment } from './operations/set.ts';
export type { GroupChange } from './operations/group-changes.ts';
export { planUpdateKeys, type KeyUpdate } from './operations/update-keys.ts';
export { inspectKeys, type InspectedFile, type InspectedKey } from './operations/inspect-keys.ts';
export { changeGroups, type GroupsChange } from './operations/groups.ts';
export type { WantedKeys } from './operations/data-key.ts';
export type { UpdatedKeys } from './operations/wrap-again.ts';
export { type MarkedText, type Merge, type MergedFile, type MergeOptions, type Side, startMerge } from './operations/merge/merge.ts';
export type { Three } from './operations/merge/three.ts';
export type { Sources as MergeSources } from './operations/merge/versions.ts';
export type { KnownDataKeys } from './operations/known-data-keys.ts';
export { status } from './operations/status.ts';
export type { Config, CreationRule, StoreConfig, StoresConfig } from './config/config.ts';
export { parseConfig } from './config/parse.ts';
export { ruleFor } from './config/match.ts';
export { type Compile, loadRegexps } from './metadata/regexp.ts';
