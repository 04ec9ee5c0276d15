import type { Context } from '../../ports.ts';
import { Explained } from './explain.ts';
import { type ChosenProfile, readProfile } from './profile.ts';

/** The region of the environment: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile. Throws {@link Explained}. */
export async function ownRegion(profile: ChosenProfile, context: Context): Promise<string> {
  const { env } = context;
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await readProfile(profile.name, context))?.('region');
  if (!region) throw new Explained(`no region is set: set AWS_REGION, or region of profile '${profile.name}'`);
  return region;
}
