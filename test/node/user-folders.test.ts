import { afterEach, describe, expect, test } from 'vitest';
import { homeFolder, userConfigFolder } from '../../src/node/user-folders.ts';

const real = process.platform;
const on = (platform: NodeJS.Platform): void => {
  Object.defineProperty(process, 'platform', { value: platform });
};
afterEach(() => on(real));

describe('the folder for configuration, as real sops finds it', () => {
  test.each<[NodeJS.Platform, Record<string, string>, string | undefined]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.config'],
    ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: '/etc/xdg' }, '/etc/xdg'],
    ['linux', {}, undefined],
    ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Application Support'],
    ['darwin', { HOME: '/Users/a', XDG_CONFIG_HOME: '/Users/a/.config' }, '/Users/a/.config'],
    ['win32', { APPDATA: 'C:\\Users\\a\\AppData\\Roaming', HOME: '/x' }, 'C:\\Users\\a\\AppData\\Roaming'],
  ])('%s %o', (platform, env, folder) => {
    on(platform);
    expect(userConfigFolder(env)).toBe(folder);
  });
});

test('the home folder is the one that the environment names, else the one the system knows', () => {
  expect(homeFolder({ HOME: '/home/a' })).toBe('/home/a');
  expect(homeFolder({})).toBeTruthy();
});
