// The collection `community.sops` of Ansible, with ours in the place of `sops`: its lookup, filter, vars plugin, action and module, in one play.
import { describe, expect, test } from 'vitest';
import { lacks, needed } from '../support/peers.ts';
import { both, missing } from './call.ts';

/** Ansible templates hold what it takes from lookups and filters as JSON. */
const play = `
- hosts: localhost
  gather_facts: false
  tasks:
    - community.sops.sops_encrypt: { path: made.yaml, content_yaml: { a: { b: "1" }, n: 2 } }
      register: made
    - community.sops.sops_encrypt: { path: made.yaml, content_yaml: { a: { b: "1" }, n: 2 } }
      register: again
    - community.sops.sops_encrypt: { path: made.yaml, content_yaml: { a: { b: "1" }, n: 3 } }
      register: other
    - community.sops.sops_encrypt: { path: made.json, content_json: { j: [1, "x"] } }
    - community.sops.sops_encrypt: { path: made.txt, content_text: "some text" }
    - community.sops.sops_encrypt: { path: made.bin, content_binary: "AAEC/w==" }
    - community.sops.sops_encrypt:
        path: chosen.yaml
        content_yaml: { a: 1, data: { b: x } }
        encrypted_regex: ^data$
        age: ["{{ lookup('ansible.builtin.env', 'RECIPIENT') }}"]
    - community.sops.load_vars: { file: made.yaml, name: loaded }
    - block:
        - debug: { msg: "{{ lookup('community.sops.sops', 'values.yaml') }}" }
      rescue:
        - set_fact: { failed: "{{ ansible_failed_result.msg }}" }
    - ansible.builtin.copy: { dest: result.json, content: "{{ result | to_nice_json }}" }
      vars:
        result:
          changed: ["{{ made is changed }}", "{{ again is changed }}", "{{ other is changed }}"]
          loaded: "{{ loaded }}"
          vars: ["{{ of_host }}", "{{ of_group }}", "{{ nested }}"]
          text: "{{ lookup('community.sops.sops', 'secrets.yaml') }}"
          whole: "{{ lookup('community.sops.sops', 'secrets.yaml', rstrip=false) }}"
          json: "{{ lookup('community.sops.sops', 'secrets.yaml', output_type='json') | from_json }}"
          value: "{{ lookup('community.sops.sops', 'secrets.yaml', extract='[\\"db\\"][\\"user\\"]') }}"
          binary: "{{ lookup('community.sops.sops', 'blob.bin', base64=true) }}"
          filter: "{{ lookup('ansible.builtin.file', 'secrets.yaml') | community.sops.decrypt | from_yaml }}"
          none: "{{ lookup('community.sops.sops', 'none.yaml', empty_on_not_exist=true) }}"
          failed: "{{ 'exited with code 1' in failed and 'sops metadata not found' in failed }}"
          chosen: "{{ 'a: 1' in lookup('ansible.builtin.file', 'chosen.yaml') and 'b: x' not in lookup('ansible.builtin.file', 'chosen.yaml') }}"
`;

const plain = {
  'play.yaml': play,
  hosts: 'localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n',
  'ansible.cfg': '[defaults]\ninventory = hosts\npipelining = True\nvars_plugins_enabled = host_group_vars,community.sops.sops\n',
};
const sealed = {
  'host_vars/localhost.sops.yaml': 'of_host: h\n',
  'group_vars/all.sops.yaml': 'of_group: g\nnested:\n    a:\n        - 1\n        - 2.5\n        - true\n',
  'blob.bin': 'bin\0ary\n',
};

describe.skipIf(missing || lacks('callers-python'))('community.sops of Ansible', () => {
  test('does with ours what it does with sops', () => {
    const { theirs, ours, said } = both([needed('callers-python'), '-m', 'ansible', 'playbook', 'play.yaml'], { plain, sealed });
    expect(theirs.status).toBe(0);
    expect(JSON.parse(theirs.files['result.json'] ?? '')).toMatchObject({
      changed: [true, false, true],
      loaded: { a: { b: '1' }, n: 3 },
      vars: ['h', 'g', { a: [1, 2.5, true] }],
      value: 'admin',
      binary: 'YmluAGFyeQ==',
      none: '',
      failed: true,
      chosen: true,
    });
    expect(Object.keys(theirs.files)).toEqual(expect.arrayContaining(['made.yaml', 'made.json', 'made.txt', 'made.bin', 'chosen.yaml']));
    expect(said).not.toContain('SOPS version');
    expect([ours.status, ours.files], `${said}${ours.stdout}`).toEqual([theirs.status, theirs.files]);
  }, 120_000);
});
