import { startAge } from '../peers/age.ts';
import { startAws } from '../peers/aws.ts';
import { startAzure } from '../peers/azure.ts';
import { startGcpPeer } from '../peers/gcp.ts';
import { startHuawei } from '../peers/huawei.ts';
import { startPgp } from '../peers/pgp.ts';
import { startVaultPeer } from '../peers/vault.ts';
import type { KeyRow } from './keys.ts';

/** Every kind of master key, and each form of it that is used in a way of its own, with the service that stands behind it. */
export const keyRows: readonly KeyRow[] = [
  { title: 'age, X25519', start: () => startAge('x25519') },
  { title: 'age, post-quantum', start: () => startAge('post-quantum') },
  { title: 'age, ssh-ed25519', start: () => startAge('ssh-ed25519') },
  { title: 'age, ssh-rsa', start: () => startAge('ssh-rsa') },
  { title: 'age, plugin', start: () => startAge('plugin') },
  { title: 'PGP', start: startPgp },
  { title: 'AWS KMS', start: startAws },
  { title: 'GCP KMS, gRPC', start: () => startGcpPeer('grpc') },
  { title: 'GCP KMS, REST', start: () => startGcpPeer('rest') },
  { title: 'Azure Key Vault', start: startAzure },
  { title: 'Vault (OpenBao)', start: startVaultPeer },
  { title: 'HuaweiCloud KMS', start: startHuawei },
];
