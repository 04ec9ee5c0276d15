import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { readRegions } from './regions-file.ts';

/** Regions with a KMS whose address follows the rule, and those whose IAM does (of Huawei's SDK for Go, v0.1.207). */
const kmsRegions = new Set(
  (
    'ae-ad-1 af-north-1 af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-north-1 ' +
    'cn-north-11 cn-north-12 cn-north-2 cn-north-4 cn-north-9 cn-south-1 cn-south-2 cn-south-4 cn-southwest-2 cn-southwest-3 eu-west-101 la-north-2 la-south-2 ' +
    'me-east-1 my-kualalumpur-1 na-mexico-1 ru-moscow-1 sa-brazil-1 tr-west-1'
  ).split(' '),
);
const iamRegions = new Set(
  (
    'ae-ad-1 af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-north-1 cn-north-12 cn-north-2 cn-north-4 ' +
    'cn-north-9 cn-south-1 cn-south-2 cn-southwest-2 eu-west-0 la-north-2 la-south-2 me-east-1 my-kualalumpur-1 na-mexico-1 ru-moscow-1 sa-brazil-1 tr-west-1'
  ).split(' '),
);

/**
 * URLs of KMS in a region, the first that answers to be used: of `HUAWEICLOUD_SDK_REGION_KMS_TR_WEST_1`, of the regions file, or as Huawei names them.
 * Throws `MALFORMED_KEY` with the regions that are known, `MALFORMED_CONFIG`.
 */
export async function kmsEndpoints(region: string, context: Context): Promise<readonly string[]> {
  const given = context.env[`HUAWEICLOUD_SDK_REGION_KMS_${region.replaceAll('-', '_').toUpperCase()}`];
  if (given) return given.split(',').map((endpoint) => withScheme(endpoint.trim()));
  const read = (await readRegions('KMS', context)).get(region);
  if (read !== undefined) return read.map(withScheme);
  if (kmsRegions.has(region)) return [`https://kms.${region}.myhuaweicloud.${region === 'eu-west-101' ? 'eu' : 'com'}`];
  throw new SopsError(
    'MALFORMED_KEY',
    `'${region}' is no known region of HuaweiCloud KMS: known are ${[...kmsRegions].join(', ')}; name the address of another in HUAWEICLOUD_SDK_REGION_KMS_${region.replaceAll('-', '_').toUpperCase()}`,
  );
}

/** URL of IAM, `HUAWEICLOUD_SDK_IAM_ENDPOINT` before all; of a region where it matters. Always https, since what it gives opens all else. */
export function iamEndpoint(env: Context['env'], region?: string): string {
  const given = env['HUAWEICLOUD_SDK_IAM_ENDPOINT'];
  if (given) return secure(given);
  return region !== undefined && iamRegions.has(region) ? `https://iam.${region}.myhuaweicloud.com` : 'https://iam.myhuaweicloud.com';
}

/** An address of IAM as it may be given, with or without `https://`; throws `MALFORMED_CONFIG` for any other scheme. */
export function secure(address: string): string {
  const full = withScheme(address);
  if (URL.canParse(full) && full.startsWith('https://')) return full;
  throw new SopsError('MALFORMED_CONFIG', `'${address}' is not the https address of IAM of HuaweiCloud`);
}

const withScheme = (address: string): string => (/^https?:\/\//.test(address) ? address : `https://${address}`);
