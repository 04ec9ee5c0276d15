import { basename } from 'node:path';
import { sopsVersion } from '../operations/encrypt.ts';
import { print } from './report.ts';

/** Of this package: the build puts it in. */
declare const SOPSMITH_VERSION: string | undefined;

export const version: string = typeof SOPSMITH_VERSION === 'string' ? SOPSMITH_VERSION : 'development';

/** `sopsmith 1.2.3 (sops 3.13.3)`; for who calls this program `sops`, what scripts that ask sops expect. */
export function showVersion(): void {
  const asSops = /^sops(\.exe)?$/.test(basename(process.argv[1] ?? ''));
  print(asSops ? `sops ${sopsVersion} (sopsmith ${version})\n` : `sopsmith ${version} (sops ${sopsVersion})\n`);
}
