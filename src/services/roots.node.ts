import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../ports.ts';
import { rememberingOnce } from './once.ts';

/** Where systems keep the authorities they trust, in the order in which Go looks. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const once = rememberingOnce<readonly string[]>();

/**
 * Certificates of authorities that Node does not know of itself, as PEM, read once a run: of `SSL_CERT_FILE` and the folders of `SSL_CERT_DIR`, which Go's crypto/x509
 * reads, else of the system. What cannot be read counts as empty, as in Go.
 */
export async function extraRoots(context: Context): Promise<readonly string[]> {
  return once(context, 'roots', async () => {
    const { SSL_CERT_FILE: file = '', SSL_CERT_DIR: folders = '' } = context.env;
    const given = [...(await certificatesIn(file)), ...(await Promise.all(folders.split(':').map(certificatesBelow))).flat()];
    if (given.length > 0 || file !== '' || folders !== '') return given;
    for (const bundle of systemBundles) {
      const found = await certificatesIn(bundle);
      if (found.length > 0) return found;
    }
    return [];
  });
}

/** The certificates in the files of a folder, at any depth. */
export async function certificatesBelow(folder: string): Promise<readonly string[]> {
  if (folder === '') return [];
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return (await Promise.all(names.map(async (name) => certificatesIn(join(folder, name))))).flat();
}

async function certificatesIn(file: string): Promise<readonly string[]> {
  if (file === '') return [];
  return certificates(await readFile(file, 'latin1').catch(() => ''));
}

/** The certificates in a PEM text. */
export const certificates = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
