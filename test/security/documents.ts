import type { FormatName } from '../../src/formats/format.ts';

const yaml = `# about alice
name: alice
password: s3cret
port: 5432
ratio: 1.5
active: true
when: 2024-01-02T03:04:05Z
list:
    - one
    - two
    # about three
    - three
    - 4
deep:
    # about inner
    inner: value
    other: value2
    deeper:
        last: end
clear_unencrypted: visible
more_unencrypted: 12
empty: ""
none: null
`;

const json = `{
	"name": "alice",
	"password": "s3cret",
	"port": 5432,
	"ratio": 1.5,
	"active": true,
	"list": [
		"one",
		"two",
		4
	],
	"deep": {
		"inner": "value",
		"other": "value2",
		"deeper": {
			"last": "end"
		}
	},
	"clear_unencrypted": "visible",
	"more_unencrypted": 12,
	"empty": "",
	"none": null
}
`;

const dotenv = `# about alice
name=alice
password=s3cret
list=one
# about data
data=5432
clear_unencrypted=visible
more_unencrypted=12
empty=
`;

const ini = `[deep]
; about inner
inner             = value
password          = s3cret
clear_unencrypted = visible

[other]
inner            = value2
list             = one
more_unencrypted = 12
empty            = 
`;

/** One file a format, as real sops prints it, with all that can be tampered with. */
export const documents: Readonly<Record<FormatName, string>> = { yaml, json, dotenv, ini, binary: 'not\ttext at all\n' };

export const formatNames: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini', 'binary'];
