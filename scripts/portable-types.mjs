// Checks that what is meant to run anywhere compiles without Node's types. Files that are Node's alone are reached from there by a late import, so
// what is wrong in them is left out here: the other check has them.
import ts from 'typescript';

const config = ts.getParsedCommandLineOfConfigFile('tsconfig.portable.json', {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail });
if (!config) throw new Error('tsconfig.portable.json is not there');
const host = ts.createCompilerHost(config.options);
/** The SDKs are Node's as well, and take long to read. @type {NonNullable<import('typescript').CompilerHost['resolveModuleNameLiterals']>} */
const resolve = (literals, from, _, options) =>
  literals.map(({ text }) =>
    /^(@aws-sdk|openpgp)/.test(text) ? { resolvedModule: undefined } : ts.resolveModuleName(text, from, options, host),
  );
host.resolveModuleNameLiterals = resolve;
const program = ts.createProgram(config.fileNames, config.options, host);
const forNode = /\.node\.ts$|\/(keysources|destinations|services)\/[^/]+\/client[^/]*\.ts$/;
const wrong = ts.getPreEmitDiagnostics(program).filter(({ file }) => file === undefined || !forNode.test(file.fileName));

process.stdout.write(ts.formatDiagnostics(wrong, host));
if (wrong.length > 0) process.exitCode = 1;

/** @param {import('typescript').Diagnostic} diagnostic */
function fail(diagnostic) {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}
