import type { Config, CreationRule } from '../config/config.ts';
import { SopsError } from '../errors.ts';
import type { Invocation } from './invocation.ts';

/** The config file in force. */
export interface FoundConfig {
  readonly path: string;
  readonly config: Config;
}

export async function loadConfig(invocation: Invocation): Promise<FoundConfig | undefined> {
  if (invocation.flags.text('config') !== undefined) throw new SopsError('UNSUPPORTED', 'config');
  return undefined;
}

export function ruleFor(found: FoundConfig, _path: string): CreationRule | undefined {
  return found.config.creationRules?.[0];
}
