import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { age } from '../../../src/keysources/age/index.ts';
import { ageKey, recipientKind } from '../../../src/keysources/age/recipient.ts';

const x25519 = 'age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef';
const plugin = 'age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt';
const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIyQ0PsEf4FVXRUD5RRTMZ6m6e8fBA3vA3KqNZMSXSVW me';

describe('an age recipient', () => {
  it('is of one of the kinds that sops knows', async () => {
    const hybrid = await identityToRecipient(await generateHybridIdentity());
    expect([x25519, hybrid, ssh].map(recipientKind)).toEqual(['x25519', 'hybrid', 'ssh']);
    expect(age.parse(` ${x25519},${hybrid} ,`, {})).toEqual([ageKey(x25519), ageKey(hybrid)]);
    expect(age.fromGroup(x25519)).toEqual([ageKey(x25519)]);
  });

  it.each([
    ['', 'it starts neither'],
    [x25519.toUpperCase(), 'it starts neither'],
    [`${x25519.slice(0, -1)}q`, 'its checksum does not fit'],
    [x25519.slice(0, -1), 'its checksum does not fit'],
    ['age1', 'it is too short'],
    [x25519.replace('w', 'W'), 'it mixes upper and lower case'],
    [x25519.replace('w', 'b'), 'a character that is not allowed'],
    ['ssh-dss AAAA', 'it starts neither'],
  ])('%j is malformed, and named', (recipient, why) => {
    expect(() => ageKey(recipient)).toThrow(why);
    expect(() => ageKey(recipient)).toThrow(`'${recipient}' is not an age recipient`);
  });

  it('that is an identity is not repeated', () => {
    const identity = 'AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSSX6Q';
    expect(() => ageKey(identity)).toThrow('an age identity was given where a recipient belongs');
    expect(() => ageKey(identity)).not.toThrow('QQPQ');
  });

  it('of SSH or a plugin is kept as it is written', () => {
    for (const recipient of [ssh, plugin]) expect(age.toFields(age.fromFields({ recipient }))).toEqual({ recipient });
    expect(age.parse(`${ssh},${plugin}`, {})).toEqual([ageKey(ssh), ageKey(plugin)]);
  });

  it('that would steer a terminal is shown spelled out', () => {
    const recipient = 'age1\u001B[2Jx';
    expect(age.describe(age.fromFields({ recipient }))).toBe(String.raw`age1\u001b[2Jx`);
    expect(() => ageKey(recipient)).toThrow(String.raw`'age1\u001b[2Jx' is not an age recipient`);
  });
});
