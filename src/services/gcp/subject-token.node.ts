import type { Context } from '../../ports.ts';
import { awsRequest } from './aws-request.node.ts';
import { type CredentialsFile, optionalText, parseObject, partOf, textOf } from './credentials.ts';
import { GcpFailure } from './failure.ts';
import { printedToken } from './printed-token.ts';
import { askText } from './token-endpoint.node.ts';

/** What the other issuer gave the workload: a request signed for AWS, or a token in a file, at a URL, or printed by a program. Throws {@link GcpFailure}. */
export async function subjectToken(file: CredentialsFile, context: Context): Promise<string> {
  const source = partOf(file, 'credential_source');
  if (source === undefined) throw new GcpFailure(`the credentials in ${file.source} are without 'credential_source'`);
  if (optionalText(source, 'environment_id').startsWith('aws')) return awsRequest(source, textOf(file, 'audience'), context);
  const path = optionalText(source, 'file');
  if (path !== '') return tokenIn(await fileText(path, context), source, `'${path}'`);
  const url = optionalText(source, 'url');
  if (url !== '') return tokenIn(await answerOf(url, source, context), source, "the answer of the workload's issuer");
  const program = partOf(source, 'executable');
  if (program !== undefined) return printedToken(program, file, context);
  throw new GcpFailure(
    `'credential_source' of the credentials in ${file.source} is of a kind that is not known: not a file, URL, executable or AWS`,
  );
}

async function fileText(path: string, { files }: Context): Promise<string> {
  const content = await files.read(path);
  if (content === undefined) throw new GcpFailure(`there is no file '${path}', which 'credential_source' names`);
  return new TextDecoder().decode(content);
}

async function answerOf(url: string, source: CredentialsFile, context: Context): Promise<string> {
  const given = Object.entries(partOf(source, 'headers')?.fields ?? {});
  const headers = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const remedy = "see 'credential_source' of the credentials";
  return askText({ giver: "the workload's issuer", url, headers, secrets: Object.values(headers), remedy }, context);
}

function tokenIn(text: string, source: CredentialsFile, place: string): string {
  const format = partOf(source, 'format');
  const isJson = format !== undefined && optionalText(format, 'type') === 'json';
  const token = isJson ? optionalText({ fields: parseObject(text) ?? {} }, textOf(format, 'subject_token_field_name')) : text.trim();
  if (token === '') throw new GcpFailure(`there is no token in ${place}, which 'credential_source' names`);
  return token;
}
