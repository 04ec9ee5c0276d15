// Encrypts files in this process, for the keys of a cluster.
import { encrypt, keySources, localKeyService, type Selection } from '../../src/index.ts';
import { formatOf, services } from '../interop/library.ts';
import type { FormatName } from '../../src/formats/format.ts';

/** Makes encrypted files for the keys of a cluster. */
export interface Sealer {
  yaml(plain: string, how?: Sealing): Promise<string>;
  json(plain: string, how?: Sealing): Promise<string>;
  dotenv(plain: string): Promise<string>;
  ini(plain: string): Promise<string>;
  binary(plain: string | Uint8Array): Promise<string>;
}

export interface Sealing {
  readonly selection?: Selection;
  /** Recipients by key group, instead of the cluster's. */
  readonly groups?: readonly (readonly string[])[];
  /** Into how many key groups of the cluster's recipient the data key is shared, all of them needed. */
  readonly shares?: number;
  readonly macOnlyEncrypted?: boolean;
}

export function sealerFor(recipient: string): Sealer {
  const using = { ...services, keys: localKeyService(keySources, services.context) };
  const seal = async (name: FormatName, plain: string | Uint8Array, how: Sealing = {}): Promise<string> => {
    const format = formatOf(name);
    const groups = how.groups ?? Array.from({ length: how.shares ?? 1 }, () => [recipient]);
    const { content } = await encrypt(
      typeof plain === 'string' ? Buffer.from(plain) : plain,
      { input: format, output: format, print: {} },
      {
        keyGroups: groups.map((group) => group.map((one) => ({ kind: 'age', recipient: one }))),
        shamirThreshold: how.shares ?? 0,
        selection: how.selection ?? { by: 'unencrypted_suffix', suffix: '_unencrypted' },
        macOnlyEncrypted: how.macOnlyEncrypted ?? false,
        layout: 'auto',
        strict: false,
      },
      using,
    );
    return Buffer.from(content).toString();
  };
  return {
    yaml: async (plain, how) => seal('yaml', plain, how),
    json: async (plain, how) => seal('json', plain, how),
    dotenv: async (plain) => seal('dotenv', plain),
    ini: async (plain) => seal('ini', plain),
    binary: async (plain) => seal('binary', plain),
  };
}
