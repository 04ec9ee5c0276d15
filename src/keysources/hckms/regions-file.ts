import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { parseBlocks, type Node } from './block-yaml.ts';

/** Regions of one service by their ID, each with its addresses. */
export type Regions = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the regions of a service from the file that `HUAWEICLOUD_SDK_REGIONS_FILE` names, or `~/.huaweicloud/regions.yaml`: by service a list of `id` with `endpoint` or
 * `endpoints`. No file means no regions. Throws `MALFORMED_CONFIG`.
 */
export async function readRegions(service: string, { env, files }: Context): Promise<Regions> {
  const path = env['HUAWEICLOUD_SDK_REGIONS_FILE'] || (files.home === undefined ? undefined : `${files.home}/.huaweicloud/regions.yaml`);
  const content = path === undefined ? undefined : await files.read(path);
  if (path === undefined || content === undefined) return new Map();
  const root = parseBlocks(new TextDecoder().decode(content), (line) => {
    throw new SopsError('MALFORMED_CONFIG', `cannot read line ${line} of '${path}': expected SERVICE: with a list of id and endpoint`);
  });
  const services = root instanceof Map ? [...root] : [];
  const regions = services.flatMap(([name, list]) => (name.toUpperCase() === service ? itemsOf(list) : []));
  return new Map(
    regions
      .map((region) => [textAt(region, 'id'), addressesOf(region)] as const)
      .filter(([id, addresses]) => id !== '' && addresses.length > 0),
  );
}

const itemsOf = (node: Node | undefined): readonly Node[] => (Array.isArray(node) ? node : []);
const childAt = (node: Node, name: string): Node | undefined => (node instanceof Map ? node.get(name) : undefined);
const textOf = (node: Node | undefined): string => (typeof node === 'string' ? node : '');
const textAt = (node: Node, name: string): string => textOf(childAt(node, name));
const addressesOf = (region: Node): readonly string[] =>
  [textAt(region, 'endpoint'), ...itemsOf(childAt(region, 'endpoints')).map(textOf)].filter((address) => address !== '');
