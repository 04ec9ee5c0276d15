import { ini } from '../../src/formats/ini/index.ts';
import { flatContract } from '../support/flat-contract.ts';
import { damagedIni, iniDocument } from '../support/ini-documents.ts';

flatContract({
  format: ini,
  name: 'ini',
  generate: (random) => iniDocument(random, true),
  damage: damagedIni,
  accepted: /^(?!)/,
  exact: 0.3,
});
