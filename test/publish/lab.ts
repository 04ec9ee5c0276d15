import { ageIdentity, fill, type Files, type Ran, runBeside, runProgram, type Started, startProgram } from '../support/cli.ts';
import { needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

/** What a run has beside the settings of the laboratory. */
interface More {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Whom the files of the tests are encrypted for, and whom they are published for. */
export interface People {
  readonly own: ReturnType<typeof ageIdentity>;
  readonly reader: ReturnType<typeof ageIdentity>;
}

/** Files with all that is hard for a destination: comments, types, nesting, several documents; nothing that real sops prints otherwise. */
export const plain: Files = {
  'app.yaml':
    'name: app\n#a comment\ndb:\n    password: s3cret\n    port: 5432\nlist:\n    - one\n    - two\nworks: true\nratio: 1.5\nnothing: null\n',
  'more/api.json': '{\n\t"token": "t0ken",\n\t"deep": {\n\t\t"n": 1\n\t}\n}\n',
  'more/app.env': 'A=one\nB=two three\n',
  'raw.bin': 'just text\nin lines\n',
};

/** A folder with the files of {@link plain}, encrypted by real sops, and a config file with destination rules; both programs run in it. */
export class Laboratory {
  readonly cwd: string;
  readonly people: People = { own: ageIdentity(), reader: ageIdentity() };
  readonly #env: Readonly<Record<string, string>>;

  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    this.cwd = cwd;
    this.#env = { ...env, SOPS_AGE_KEY: this.people.own.identity, AWS_EC2_METADATA_DISABLED: 'true', SOPS_DISABLE_VERSION_CHECK: '1' };
    const encrypted = Object.entries(plain).map(([name, content]): [string, string] => [name, this.#encrypt(name, content)]);
    fill(cwd, Object.fromEntries(encrypted));
    fill(cwd, { 'bare.yaml': 'not: encrypted\n', 'reader.txt': this.people.reader.identity });
  }

  /** Writes the config file; `READER` stands for the recipient that files are published for. */
  rules(text: string): void {
    fill(this.cwd, {
      '.sops.yaml': text.replaceAll('READER', this.people.reader.recipient).replaceAll('OWN', this.people.own.recipient),
    });
  }

  async sops(argv: readonly string[], more: More = {}): Promise<Ran> {
    return runBeside([needed('sops')], argv, { cwd: this.cwd, input: more.input ?? '', env: { ...this.#env, ...more.env } });
  }

  async ours(argv: readonly string[], more: More = {}): Promise<Ran> {
    return runBeside(program, argv, { cwd: this.cwd, input: more.input ?? '', env: { ...this.#env, ...more.env } });
  }

  /** Ours, beside the test. */
  start(argv: readonly string[]): Started {
    return startProgram(program, argv, { cwd: this.cwd, env: this.#env });
  }

  /** What real sops makes of a published text, for whoever holds an identity. */
  decrypted(text: string, name: string, identity: string): string {
    const file = `published-${name.replaceAll('/', '-')}`;
    fill(this.cwd, { [file]: text });
    const { status, stdout, stderr } = runProgram([needed('sops')], ['decrypt', ...typeOf(name), file], {
      cwd: this.cwd,
      env: { SOPS_AGE_KEY: identity },
    });
    return status === 0 ? stdout : stderr;
  }

  #encrypt(name: string, content: string): string {
    fill(this.cwd, { 'plain-input': content });
    const words = ['--config', '/dev/null', 'encrypt', '--age', this.people.own.recipient, ...typeOf(name), 'plain-input'];
    return runProgram([needed('sops')], words, { cwd: this.cwd, env: {} }).stdout;
  }
}

function typeOf(name: string): readonly string[] {
  const type = { yaml: 'yaml', json: 'json', env: 'dotenv' }[/\.(\w+)$/.exec(name)?.[1] ?? ''] ?? 'binary';
  return ['--input-type', type, '--output-type', type];
}
