// Real sops changes a file of ours: it drops the layout entry or leaves one that fits no more, and ours reads what it left.
import { afterAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { lacks } from '../support/peers.ts';
import { recipients } from '../support/real-sops.ts';
import { edit, open, RealSops, recipient, seal, sealing } from './bench.ts';

const sources: readonly (readonly [FormatName, string, string])[] = [
  [
    'yaml',
    '# head\nport: 0x1F\nday: 2024-01-02 # when\n\nlist:   [x, "\\u00e9y"]\nsame: &it {a: \'b\'}\nagain: *it\nfolded: >\n  one\n  two\n\nratio: 1.50\nlast: z\n',
    '["last"]',
  ],
  ['yaml', 'a: 0x1F\n---\nb: &x 017\nc: *x\nlast: z\n', '["a"]'],
  ['json', '{"a": 1.50, "e": "\\u00e9",\n  "list": [1, 2], "last": "z"}', '["last"]'],
  ['dotenv', '# note\nA = 1\nexport B="x"\n\nlast=z\n', '["last"]'],
  ['ini', 'top=1\n[s]\n  a   =  "x"\nlast = z\n; note\n', '["s"]["last"]'],
];

describe.skipIf(lacks('sops'))('after real sops', () => {
  const sops = new RealSops();
  afterAll(() => {
    sops.remove();
  });

  test.each(sources)('set, rotate and updatekeys of %s', async (format, source, path) => {
    const sealed = await seal(format, source);
    expect(await open(format, sealed)).toBe(source);
    sops.config([recipient, recipients[0]]);
    const changes = {
      set: sops.change(format, sealed, ['set'], [path, '"other"']),
      rotate: sops.change(format, sealed, ['rotate', '-i']),
      updatekeys: sops.change(format, sealed, ['updatekeys', '-y']),
    };
    expect(changes.updatekeys).toContain(recipients[0]);
    for (const [name, changed] of Object.entries(changes)) {
      expect(changed, name).not.toMatch(/layout/);
      // A number's own spelling is in its ciphertext, which real sops keeps with updatekeys.
      expect((await open(format, changed)).replace('1.50', '1.5'), name).toBe(sops.decrypt(format, changed));
    }
    expect(await open(format, changes.set)).toContain('other');
  });

  test.each(sources)('an edit of ours afterwards is in order for both: %s', async (format, source, path) => {
    const changed = sops.change(format, await seal(format, source), ['set'], [path, '"other"']);
    const edited = await edit(format, changed, (plain) => plain.replace('other', 'more'));
    expect(sops.decrypt(format, edited)).toBe(sops.decrypt(format, changed).replace('other', 'more'));
    expect(await open(format, edited)).toBe((await open(format, changed)).replace('other', 'more'));
  });

  test('a layout entry that fits no more is passed by', async () => {
    const source = 'a: one\nport: 0x1F\nfolded: "\\u00e9"\n';
    const sealed = await seal('yaml', source);
    const layout = /^ +layout: .*\n/mu.exec(sealed)?.[0] ?? '';
    expect(layout).not.toBe('');
    const changed = sops.change('yaml', sealed, ['set'], ['["a"]', '"two"']);
    const put = changed.replace(/^( +)mac: /m, `${layout}$&`);
    expect(put).toContain('layout: ENC[');
    expect(await open('yaml', put)).toBe('a: two\nport: 31\nfolded: é\n');
    expect(sops.decrypt('yaml', put)).toBe('a: two\nport: 31\nfolded: é\n');
    const again = await edit('yaml', put, (plain) => plain.replace('31', '0o37'));
    expect(await open('yaml', again)).toBe('a: two\nport: 0o37\nfolded: é\n');
  });

  test('a layout entry of another file is refused, as tampering', async () => {
    const source = 'a: one\nport: 0x1F\n';
    const layout = /^ +layout: .*\n/mu.exec(await seal('yaml', source))?.[0] ?? '';
    const put = (await seal('yaml', source, 'never')).replace(/^( +)mac: /m, `${layout}$&`);
    expect(put).toContain('layout: ENC[');
    await expect(open('yaml', put)).rejects.toMatchObject({ code: 'MAC_MISMATCH', details: { path: 'sops.layout' } });
  });

  test('a SopsSecret has no layout entry, in any document', async () => {
    const source = 'apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nspec:\n  port: 0x1F\n  text: "\\u00e9"\n';
    for (const all of [source, `other: 0x1F\n---\n${source}`]) {
      const { text, warnings } = await sealing('yaml', all);
      expect(text).not.toMatch(/layout/);
      expect(warnings).toEqual([]);
      expect(await open('yaml', text)).toBe(all.replaceAll('0x1F', '31').replace('\\u00e9', 'é'));
      const edited = await edit('yaml', text, (plain) => plain.replaceAll('31', '0x20'));
      expect(edited).not.toMatch(/layout/);
    }
    expect((await sealing('yaml', source.replace('SopsSecret', 'Secret'))).text).toMatch(/layout: ENC\[/);
  });
});
