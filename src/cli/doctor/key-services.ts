import { connect } from 'node:net';
import { parseKeyServiceUri, showAddress } from '../../keyservice/address.ts';
import type { Problem } from './environment.ts';

/** Milliseconds that a key service has to answer a call. */
const patience = 3000;

/** The key services that do not answer. */
export async function serviceProblems(uris: readonly string[]): Promise<readonly Problem[]> {
  const found = await Promise.all(uris.map(serviceProblem));
  return found.filter((problem) => problem !== undefined);
}

async function serviceProblem(uri: string): Promise<Problem | undefined> {
  const address = parseKeyServiceUri(uri);
  if (address === undefined) return undefined;
  const socket = connect(address.network === 'unix' ? { path: address.path } : { host: address.host, port: address.port });
  const failure = await new Promise<string | undefined>((resolve) => {
    socket.setTimeout(patience, () => {
      resolve('does not answer');
    });
    socket.once('connect', () => {
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' ? 'refuses the connection' : `cannot be reached (${error.code ?? 'unknown'})`);
    });
  });
  socket.destroy();
  if (failure === undefined) return undefined;
  return {
    about: `key service ${showAddress(address)}`,
    message: failure,
    remedy: 'start it with `sopsmith keyservice`, or take it out of --keyservice and SOPS_KEYSERVICE',
  };
}
