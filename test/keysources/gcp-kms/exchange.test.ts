// Both ways with real sops, with every kind of credentials over both protocols.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gcpKms } from '../../../src/keysources/gcp-kms/index.ts';
import { type Gcp, startGcp } from '../../peers/gcp.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';
import { credentials, type Credentials } from './credentials.ts';

describe.skipIf(lacks('sops'))('GCP KMS', () => {
  let gcp: Gcp;
  beforeAll(async () => {
    gcp = await startGcp();
  });
  afterAll(async () => gcp.close());
  beforeEach(() => gcp.seen.splice(0));

  const both = async (env: Record<string, string>): Promise<boolean> => {
    const file = await encryptWithSops('gcp_kms', ['--gcp-kms', `${gcp.keys.key},${gcp.keys.other}`], env);
    gcp.seen.splice(0);
    return interchanges(gcpKms, file, testContext({ env, home: env['HOME'] ?? '' }));
  };

  describe.each(['grpc', 'rest'] as const)('over %s', (protocol) => {
    test.each(credentials)('is exchanged with real sops: $name', async ({ variables }: Credentials) => {
      expect(await both({ ...gcp.reach(protocol), ...(await variables(gcp)) })).toBe(true);
      expect(gcp.seen.filter((asked) => asked === `${protocol} encrypt`)).toHaveLength(2);
    });
  });
});
