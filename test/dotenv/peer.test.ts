import { dotenv } from '../../src/formats/dotenv/index.ts';
import { damagedDotenv, dotenvDocument } from '../support/dotenv-documents.ts';
import { flatContract } from '../support/flat-contract.ts';

flatContract({
  format: dotenv,
  name: 'dotenv',
  generate: dotenvDocument,
  damage: damagedDotenv,
  accepted: /^invalid dotenv input line: \s+$/,
  exact: 1,
});
