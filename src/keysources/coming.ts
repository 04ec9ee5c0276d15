import { SopsError } from '../errors.ts';
import type { KeyClient } from './keysource.ts';

/** The client of a service whose keys can be named and kept but not used yet. */
export function comingClient(service: string): KeyClient<never> {
  const refuse = (): never => {
    throw new SopsError('UNSUPPORTED', `${service} is not supported yet: it arrives with the "Keys" release`);
  };
  return { wrap: async () => refuse(), unwrap: async () => refuse() };
}
