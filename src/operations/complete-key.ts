import type { MasterKey } from '../metadata/metadata.ts';
import type { Services } from './operation.ts';

/** A master key with all that its name leaves open, as the service knows it; most leave nothing open, and then nobody is asked. */
export async function completeKey(masterKey: MasterKey, { keys, keySources, context }: Services): Promise<MasterKey> {
  const source = keySources.find(({ kind }) => kind === masterKey.kind);
  if (source?.leavesOpen?.(masterKey) !== true) return masterKey;
  return (await keys.complete?.(masterKey, context.signal)) ?? masterKey;
}

/** The same for the master keys of several groups. */
export const completeGroups = async (
  groups: readonly (readonly MasterKey[])[],
  services: Services,
): Promise<readonly (readonly MasterKey[])[]> =>
  Promise.all(groups.map(async (group) => Promise.all(group.map(async (masterKey) => completeKey(masterKey, services)))));
