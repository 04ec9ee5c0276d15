import { describe, expect, test } from 'vitest';
import { parseKeyServiceUri, showAddress } from '../../src/keyservice/address.ts';

const read = (uri: string): string | undefined => {
  const address = parseKeyServiceUri(uri);
  return address === undefined ? undefined : showAddress(address);
};

describe('the URI of a key service', () => {
  test.each([
    ['tcp://127.0.0.1:5000', 'tcp://127.0.0.1:5000'],
    ['tcp://keys.example.org', 'tcp://keys.example.org:443'],
    ['tcp4://keys.example.org:1/path?x#y', 'tcp://keys.example.org:1'],
    ['TCP://user@[::1]:5000', 'tcp://[::1]:5000'],
    ['tcp://[::1]', 'tcp://[::1]:443'],
    ['127.0.0.1:5000', 'tcp://127.0.0.1:5000'],
    ['localhost:5000', 'tcp://localhost:5000'],
    ['[::1]:5000', 'tcp://[::1]:5000'],
    ['unix:///run/sops.sock', 'unix:///run/sops.sock'],
    ['unix:/run/sops.sock', 'unix:///run/sops.sock'],
    ['unix:sops.sock', 'unix:sops.sock'],
    ['unix:///a%20b', 'unix:///a b'],
    ['unix:///a%', 'unix:///a%'],
  ])('%s is %s', (uri, shown) => {
    expect(read(uri)).toBe(shown);
  });

  test.each([
    '',
    'keys.example.org',
    'http://127.0.0.1:5000',
    'tcp://',
    'tcp://:5000',
    'tcp://a:99999',
    'unix://',
    'unix://run/sops.sock',
    '/run/x',
  ])('%s is none', (uri) => {
    expect(read(uri)).toBeUndefined();
  });
});
