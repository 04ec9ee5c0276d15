import {
  changeKeyFlags,
  extractFlag,
  filenameOverrideFlag,
  ignoreMacFlag,
  manyFilesFlags,
  modeFlags,
  outputFlags,
  showMasterKeysFlag,
  unwrapFlags,
} from './flags.ts';
import { type Command, type FlagGroup, files, keys, selection } from './catalog/command.ts';
import { ciLogin, ciMask } from './catalog/ci.ts';
import { gitFilterProcess, gitRefresh } from './catalog/git-filter.ts';
import { gitCache, gitDifftool, gitInstall, gitStatus, gitTextconv, gitUninstall } from './catalog/git.ts';
import { blame, exposure, fixMac } from './catalog/past.ts';
import { groupsAdd, groupsDelete, keyList, keyservice, rules, updatekeys } from './catalog/master-keys.ts';
import { check } from './catalog/checking.ts';
import { ksops, kustomizeDecrypt, kustomizeLint } from './catalog/deploying.ts';
import { gitResolve, merge } from './catalog/merging.ts';
import { publish } from './catalog/publishing.ts';
import { completion, execEnv, execFile, exportVariables, importSecrets } from './catalog/programs.ts';
import { doctor, init, schema } from './catalog/setting-up.ts';
import { decrypt, edit, encrypt, filestatus, find, move, rotate, set, unset } from './catalog/values.ts';

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  encrypt,
  decrypt,
  edit,
  set,
  unset,
  move,
  find,
  blame,
  rotate,
  fixMac,
  updatekeys,
  groupsAdd,
  groupsDelete,
  keyList,
  exposure,
  filestatus,
  check,
  keyservice,
  execEnv,
  execFile,
  exportVariables,
  importSecrets,
  publish,
  kustomizeDecrypt,
  kustomizeLint,
  ksops,
  ciLogin,
  ciMask,
  gitInstall,
  gitUninstall,
  gitStatus,
  gitResolve,
  merge,
  gitTextconv,
  gitDifftool,
  gitCache,
  gitFilterProcess,
  gitRefresh,
  init,
  rules,
  doctor,
  schema,
  completion,
];

const oldFlags: FlagGroup = {
  title: 'Flags',
  flags: [
    ...modeFlags,
    ...files(...outputFlags, filenameOverrideFlag).flags,
    ...manyFilesFlags,
    extractFlag,
    showMasterKeysFlag,
    ignoreMacFlag,
    ...keys.flags,
    ...changeKeyFlags,
    ...selection.flags,
    ...unwrapFlags,
  ],
};

/** What a command line without a command's name means, by its mode flag: `sopsmith -d file`. */
export const oldSpellings: Readonly<Record<'encrypt' | 'decrypt' | 'rotate' | 'set' | 'edit', Command>> = {
  encrypt: { ...encrypt, groups: [oldFlags] },
  decrypt: { ...decrypt, groups: [oldFlags] },
  rotate: { ...rotate, groups: [oldFlags], load: async () => ({ run: (await import('./commands/rotate.ts')).runOld }) },
  set: { ...set, groups: [oldFlags], load: async () => ({ run: (await import('./commands/set.ts')).runAssignment }) },
  edit: { ...edit, groups: [oldFlags] },
};
