import { outputFlags } from '../flags.ts';
import type { Command } from './command.ts';

export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of .sops.yaml, by which editors complete and check it',
  takes: '',
  groups: [{ title: 'Output', flags: outputFlags.filter(({ name }) => name === 'output') }],
  examples: ['schema --output sops-config.schema.json'],
  load: () => import('../commands/schema.ts'),
};
