import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

const { version }: { readonly version: string } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** The library: one file of `dist` a file of `src`, so that what an application imports is what it loads. */
const library = {
  entry: ['src/index.ts', 'src/node/index.ts', 'src/crypto/{aead,sha512}.{node,portable}.ts'],
  unbundle: true,
  dts: { oxc: true },
  format: 'esm' as const,
  platform: 'neutral' as const,
  deps: { neverBundle: [/^#/, /^node:/] },
  // Somebody may be running what stands there: files are replaced in place, and packing starts from an empty folder.
  clean: false,
  outDir: 'dist',
};

/** The program: all it needs in one small file, and what it may need in chunks that load on first use; CommonJS, which Node 20 starts 8 ms faster than modules. */
const program = {
  entry: { cli: 'src/cli/main.ts' },
  minify: true,
  define: { SOPSMITH_VERSION: JSON.stringify(version) },
  dts: false,
  format: 'cjs' as const,
  platform: 'node' as const,
  deps: { neverBundle: [/^node:/], alwaysBundle: [/^[^#.]/], onlyBundle: false as const },
  inputOptions: { resolve: { conditionNames: ['source', 'node', 'import', 'default'] } },
  outputOptions: {
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    banner: (chunk: { isEntry: boolean }) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
  fixedExtension: false,
  clean: false,
  outDir: 'dist/bin',
};

// oxlint-disable-next-line import/no-default-export -- tsdown's form
export default defineConfig([library, program]);
