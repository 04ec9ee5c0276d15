// A service that never answers; in a file of its own, since it takes its time.
import { expect, test } from 'vitest';
import { startGcp } from '../../peers/gcp.ts';
import { contextOf, failure, wrap } from './gcp.ts';

test.concurrent.each(['grpc', 'rest'] as const)('silence over %s ends when its time is over', { timeout: 40_000 }, async (protocol) => {
  const gcp = await startGcp();
  try {
    gcp.faults.kms.push('silent');
    const env = { ...gcp.reach(protocol), GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue('sops@p1.iam.gserviceaccount.com') };
    const host = protocol === 'grpc' ? gcp.secure : gcp.url.replace('http://', '');
    expect(await failure(wrap(gcp.keys.key, contextOf(env)))).toContain(`no answer from ${host} within 20 s; try again later`);
  } finally {
    await gcp.close();
  }
});
