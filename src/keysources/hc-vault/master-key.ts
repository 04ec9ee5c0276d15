import { SopsError } from '../../errors.ts';
import type { MasterKey } from '../../metadata/metadata.ts';
import { withoutUser } from '../../services/vault/address.ts';

/** A key of the transit engine of HashiCorp Vault or OpenBao. */
export interface HcVaultKey extends MasterKey {
  readonly kind: 'hc_vault';
  /** `https://vault.example.org:8200`. */
  readonly vaultAddress: string;
  /** `transit`, or wherever the engine is mounted. */
  readonly enginePath: string;
  readonly keyName: string;
}

/** Reads `https://vault.example.org:8200/v1/transit/keys/NAME`; throws `MALFORMED_KEY`. */
export function hcVaultKey(text: string): HcVaultKey {
  const malformed = (why: string): SopsError => new SopsError('MALFORMED_KEY', `'${withoutUser(text)}' is not a key of Vault: ${why}`);
  const [, scheme, address, path] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]+)(\/[^?#]*)?/.exec(text.trim()) ?? [];
  if (scheme === undefined || address === undefined) throw malformed('it is no URL, expected https://HOST:PORT/v1/transit/keys/NAME');
  // sops finds both anywhere in the path: a prefix before the version is refused, what follows the name is not.
  if (/\/[^/]+\/v\d+\/[^/]+\/[^/]+\/[^/]+/.test(path ?? '')) throw malformed('a path before /v1 is not possible');
  if (!/\/v\d+\/[^/]+\/[^/]+\/[^/]+/.test(path ?? '')) throw malformed('expected https://HOST:PORT/v1/transit/keys/NAME');
  const folders = (path ?? '').replace(/^\/+|\/+$/g, '').split('/');
  const engine = folders.slice(1, -2).filter((folder) => folder !== '' && folder !== '.');
  return {
    kind: 'hc_vault',
    vaultAddress: `${scheme.toLowerCase()}://${address}`,
    enginePath: engine.join('/'),
    keyName: folders.at(-1) ?? '',
  };
}
