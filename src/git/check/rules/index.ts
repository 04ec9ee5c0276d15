import type { CheckRule } from '../check-rule.ts';
import { doubtfulConfig, malformedConfig, misnamedConfig, splitKeyGroups, unknownConfigKey } from './config-file.ts';
import { brokenCiphertext, commentInClear, selectsNothing, strayCiphertext, valueInClear } from './in-clear.ts';
import { oldDataKey, oldRecipient } from './key-age.ts';
import { macMismatch, macUnverified } from './mac.ts';
import { conflictMarkers, duplicateMetadata, malformedMetadata, missingMac, missingMetadata, unreadable } from './metadata.ts';
import { notEncrypted } from './not-encrypted.ts';
import { privateKey } from './private-key.ts';
import { keyGroupsDiffer, recipientMissing, recipientRemoved } from './recipients.ts';
import { shadowedRule } from './rule-order.ts';
import { noRule, selectionDiffers } from './selection-differs.ts';
import { tooLarge, unreadableFile } from './not-read.ts';

/** All that is looked for, in the order in which it is told of a file. Adding a rule is one file and one line here. */
export const checkRules: readonly CheckRule[] = [
  notEncrypted,
  privateKey,
  valueInClear,
  selectsNothing,
  commentInClear,
  brokenCiphertext,
  strayCiphertext,
  conflictMarkers,
  unreadable,
  malformedMetadata,
  duplicateMetadata,
  missingMetadata,
  missingMac,
  macMismatch,
  macUnverified,
  recipientMissing,
  recipientRemoved,
  keyGroupsDiffer,
  oldDataKey,
  oldRecipient,
  selectionDiffers,
  noRule,
  malformedConfig,
  unknownConfigKey,
  splitKeyGroups,
  doubtfulConfig,
  misnamedConfig,
  shadowedRule,
  tooLarge,
  unreadableFile,
];
