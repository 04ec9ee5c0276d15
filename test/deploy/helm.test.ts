// The plug-in of Helm in examples/helm, called as Helm calls it: certificate, key, authority, address.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill, type Ran, runProgram } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

const script = fileURLToPath(new URL('../../examples/helm/download.sh', import.meta.url));

describe.skipIf(lacks('sops', 'age-keygen'))('the plug-in of Helm', () => {
  const { path, env } = sealedFolder('helm', { 'secrets.yaml': 'db:\n  password: hunter2 # kept\n' });
  const download = (address: string): Ran =>
    runProgram([script], ['', '', '', address], { cwd: path, env: { ...env, PATH: `${join(path, 'bin')}:${process.env['PATH'] ?? ''}` } });

  beforeAll(() => {
    fill(path, { 'bin/sopsmith': `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n` });
    chmodSync(join(path, 'bin', 'sopsmith'), 0o755);
  });

  it('prints values files', () => {
    expect(download('sops://secrets.yaml')).toEqual({ status: 0, stdout: 'db:\n  password: hunter2 # kept\n', stderr: '' });
    expect(download(`sops://${join(path, 'secrets.yaml')}`)).toMatchObject({ status: 0 });
    expect(download('sops://gone.yaml')).toMatchObject({ status: 100, stdout: '' });
  });
});
