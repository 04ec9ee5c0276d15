import { describe, expect, it } from 'vitest';
import { readChallenge } from '../../../src/services/azure/challenge.ts';

const tenant = '6f89cf12-978b-4d23-ac18-9ef0c127cf87';
const read = (header: string, vault = 'https://name.vault.azure.net/keys/k'): unknown => readChallenge(header, new URL(vault));

describe('what a vault says of the token that it wants', () => {
  it.each([
    [
      `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"`,
      'https://login.microsoftonline.com',
    ],
    [`Bearer authorization="https://login.windows.net/${tenant}", resource="https://vault.azure.net"`, 'https://login.microsoftonline.com'],
    [
      `Bearer authorization_uri=https://login.microsoftonline.us/${tenant}, resource=https://vault.azure.net/`,
      'https://login.microsoftonline.us',
    ],
    [
      `Bearer authorization="https://login.chinacloudapi.cn/${tenant}", scope="https://vault.azure.net/.default"`,
      'https://login.chinacloudapi.cn',
    ],
    [`Bearer authorization="https://evil.example/${tenant}", resource="https://vault.azure.net"`, 'https://login.microsoftonline.com'],
  ])('is read: %s', (header, authorityHost) => {
    expect(read(header)).toEqual({ scope: 'https://vault.azure.net/.default', tenantId: tenant, authorityHost });
  });

  it.each([
    ['', undefined],
    ['Basic realm="x"', undefined],
    ['Bearer realm="x"', undefined],
    ['Bearer resource="https://vault.azure.net"', 'https://name.example.org/'],
    ['Bearer resource="https://management.azure.com"', undefined],
    ['Bearer resource="https://vault.azure.net"', 'https://evilvault.azure.net/'],
    ['Bearer resource="https://vault.azure.net"', 'https://name.vault.azure.net:8443/'],
    ['Bearer scope="openid"', undefined],
  ])('gives no token away: %s for %s', (header, vault) => {
    expect(read(header, vault)).toBeUndefined();
  });
});
