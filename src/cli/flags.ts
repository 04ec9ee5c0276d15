import { keySources } from '../keysources/index.ts';
import type { FlagSpec } from './argv.ts';

const formatNames = 'yaml, json, dotenv, ini or binary';

/** What every command takes. */
export const globalFlags: readonly FlagSpec[] = [
  {
    name: 'config',
    takes: 'text',
    value: 'file',
    env: 'SOPS_CONFIG',
    help: 'the config file to use, instead of looking for .sops.yaml upwards',
  },
  { name: 'indent', takes: 'number', value: 'n', help: 'spaces to indent YAML or JSON that is printed afresh' },
  { name: 'strict', takes: 'nothing', help: 'take warnings for errors' },
  { name: 'verbose', takes: 'nothing', help: 'tell more, and where errors come from' },
  { name: 'help', short: 'h', takes: 'nothing', help: 'show help' },
];

export const inputTypeFlag: FlagSpec = {
  name: 'input-type',
  takes: 'text',
  value: 'type',
  help: `what the input is: ${formatNames}; else the file's ending says`,
};

export const typeFlags: readonly FlagSpec[] = [
  inputTypeFlag,
  { name: 'output-type', takes: 'text', value: 'type', help: `what the output shall be: ${formatNames}; else as the file's ending says` },
];

export const outputFlags: readonly FlagSpec[] = [
  { name: 'in-place', short: 'i', takes: 'nothing', help: 'write to the file itself instead of standard output' },
  { name: 'output', takes: 'text', value: 'file', help: 'write to this file instead of standard output' },
];

export const filenameOverrideFlag: FlagSpec = {
  name: 'filename-override',
  takes: 'text',
  value: 'file',
  help: 'use this name to choose format and creation rule; needed to encrypt standard input',
};

export const ignoreMacFlag: FlagSpec = { name: 'ignore-mac', takes: 'nothing', help: 'do not check the message authentication code' };

export const extractFlag: FlagSpec = {
  name: 'extract',
  takes: 'text',
  value: 'path',
  help: `give out one value or branch, such as '["db"]["users"][0]'`,
};

export const showMasterKeysFlag: FlagSpec = {
  name: 'show-master-keys',
  short: 's',
  takes: 'nothing',
  help: 'show the sops metadata in the editor',
};

export const thresholdFlag: FlagSpec = {
  name: 'shamir-secret-sharing-threshold',
  takes: 'number',
  value: 'n',
  help: 'how many key groups it takes to recover the data key',
};

export const rewrapFlag: FlagSpec = {
  name: 'rewrap',
  takes: 'nothing',
  help: 'wrap the data key anew with the current version of every master key, by the service itself where it can',
};

/** What becomes of the data key where somebody leaves who may have kept it. */
export const rotationFlags: readonly FlagSpec[] = [
  { name: 'rotate', takes: 'nothing', help: 'make a new data key for files that a recipient leaves, and encrypt their values with it' },
  { name: 'no-rotate', takes: 'nothing', help: 'keep the data key, and neither ask nor warn' },
];

export const idempotentFlag: FlagSpec = {
  name: 'idempotent',
  takes: 'nothing',
  help: 'leave the file as it is where there is nothing to change',
};

/** Which encrypted version a file succeeds. */
export const reuseFlags: readonly FlagSpec[] = [
  {
    name: 'into',
    takes: 'text',
    value: 'old',
    help: 'encrypt as the successor of this encrypted file: same data key, same ciphertext for what did not change',
  },
  {
    name: 'no-reuse',
    takes: 'nothing',
    help: 'with --in-place, make a new data key even where Git has an encrypted version of the file',
  },
];

/** Who may unwrap the data key, and in which order to try. */
export const unwrapFlags: readonly FlagSpec[] = [
  {
    name: 'decryption-order',
    takes: 'text',
    value: 'kinds',
    env: 'SOPS_DECRYPTION_ORDER',
    help: 'kinds of master keys to try first, with commas between',
  },
  {
    name: 'enable-local-keyservice',
    takes: 'nothing',
    on: true,
    env: 'SOPS_ENABLE_LOCAL_KEYSERVICE',
    help: 'use the key service in this process',
  },
  {
    name: 'keyservice',
    takes: 'texts',
    value: 'uri',
    env: 'SOPS_KEYSERVICE',
    help: 'a key service to ask after the local one, such as tcp://127.0.0.1:5000 or unix:///run/sops.sock; may be given several times',
  },
];

/** Where a key service listens, and how it answers. */
export const serverFlags: readonly FlagSpec[] = [
  { name: 'network', short: 'net', takes: 'text', value: 'tcp|unix', help: 'what to listen on (default: tcp)' },
  {
    name: 'address',
    short: 'addr',
    takes: 'text',
    value: 'address',
    help: 'host:port, or the path of a Unix socket (default: 127.0.0.1:5000)',
  },
  { name: 'prompt', takes: 'nothing', help: 'ask before each use of a key' },
];

const encryptionContextFlag: FlagSpec = {
  name: 'encryption-context',
  takes: 'text',
  value: 'pairs',
  help: 'key:value pairs for AWS KMS, with commas between',
};
const awsProfileFlag: FlagSpec = { name: 'aws-profile', takes: 'text', value: 'name', help: 'the AWS profile to use' };

/** Whom to encrypt for: a flag a kind of master key. */
export const masterKeyFlags: readonly FlagSpec[] = [
  ...keySources.map(({ flag }) => ({ ...flag, takes: 'text', value: 'keys' }) as const),
  awsProfileFlag,
  encryptionContextFlag,
];

/** Whom a new key group is for: as above, but given as often as one likes, and by no variable. */
export const groupKeyFlags: readonly FlagSpec[] = [
  ...keySources.map(({ flag }) => ({ name: flag.name, takes: 'texts', value: 'keys', help: flag.help }) as const),
  awsProfileFlag,
  encryptionContextFlag,
];

/** Files by flag, where words say other things. */
export const fileFlag: FlagSpec = {
  name: 'file',
  short: 'f',
  takes: 'texts',
  value: 'file',
  help: 'a file to change, or a glob, or with --recursive a folder; may be given several times',
};

/** Whom to add and remove: two flags a kind of master key. */
export const changeKeyFlags: readonly FlagSpec[] = [
  ...keySources.flatMap(({ flag }): readonly FlagSpec[] => [
    { name: `add-${flag.name}`, takes: 'text', value: 'keys', help: `add ${flag.help}` },
    { name: `rm-${flag.name}`, takes: 'text', value: 'keys', help: `remove ${flag.help}` },
  ]),
  awsProfileFlag,
  encryptionContextFlag,
];

/** What to encrypt, and how it is written. */
export const selectionFlags: readonly FlagSpec[] = [
  { name: 'encrypted-regex', takes: 'text', value: 're', help: 'encrypt only what stands below keys that match' },
  { name: 'unencrypted-regex', takes: 'text', value: 're', help: 'leave what stands below keys that match' },
  { name: 'encrypted-suffix', takes: 'text', value: 'suffix', help: 'encrypt only what stands below keys with this ending' },
  { name: 'unencrypted-suffix', takes: 'text', value: 'suffix', help: 'leave what stands below keys with this ending' },
  { name: 'encrypted-comment-regex', takes: 'text', value: 're', help: 'encrypt only what comments that match stand above' },
  { name: 'unencrypted-comment-regex', takes: 'text', value: 're', help: 'leave what comments that match stand above' },
  { name: 'mac-only-encrypted', takes: 'nothing', help: 'authenticate encrypted values only' },
  { name: 'layout', takes: 'text', value: 'auto|never', help: 'whether to store what it takes to give back the text byte for byte' },
];

/** Old spellings of commands, as flags. */
export const modeFlags: readonly FlagSpec[] = [
  { name: 'decrypt', short: 'd', takes: 'nothing', help: 'as the command decrypt' },
  { name: 'encrypt', short: 'e', takes: 'nothing', help: 'as the command encrypt' },
  { name: 'rotate', short: 'r', takes: 'nothing', help: 'as the command rotate' },
  { name: 'set', takes: 'text', value: 'assignment', help: `as the command set: '["db"]["password"] "value"'` },
];

export const versionFlags: readonly FlagSpec[] = [
  { name: 'version', short: 'v', takes: 'nothing', help: 'show the version' },
  { name: 'disable-version-check', takes: 'nothing', env: 'SOPS_DISABLE_VERSION_CHECK', help: 'without effect: nothing is ever looked up' },
  { name: 'check-for-updates', takes: 'nothing', help: 'without effect: nothing is ever looked up' },
];

const recursiveFlag: FlagSpec = { name: 'recursive', takes: 'nothing', help: 'work on the files in folders, and below them' };

/** For commands that only read, and refuse no folder. */
export const recursiveAnywayFlag: FlagSpec = { ...recursiveFlag, help: 'without effect: the files in folders are always taken' };

/** What every command on many files takes. */
export const manyFilesFlags: readonly FlagSpec[] = [
  recursiveFlag,
  { name: 'json', takes: 'nothing', help: 'tell what was done with each file as JSON; what has content needs --in-place or --output' },
];

/** What `exec-env` and `exec-file` take both. */
export const commandFlags: readonly FlagSpec[] = [
  { name: 'background', takes: 'nothing', help: 'start the command and do not wait for it (deprecated in sops)' },
  { name: 'user', takes: 'text', value: 'name', help: 'the user to run the command as' },
];
