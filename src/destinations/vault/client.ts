import { isDeepStrictEqual } from 'node:util';
import { SopsError } from '../../errors.ts';
import { HttpFailure } from '../../services/http-failure.ts';
import type { JsonAnswer } from '../../services/http.node.ts';
import { fieldIn } from '../../services/json-field.ts';
import type { Context } from '../../ports.ts';
import { withoutUser } from '../../services/vault/address.ts';
import { askText, confided, ownVault, read, type Vault } from '../../services/vault/ask.ts';
import { explain, isTokenRefused } from '../../services/vault/refusal.ts';
import { type Token, tokenFor } from '../../services/vault/token.ts';
import type { Published, Target, Values, ValuesClient } from '../destination.ts';
import { type KeyValuePath, secretPath } from './path.ts';

/** Secrets of a key-value engine. What stands there already is not written again: each writing makes a version. */
export const client: ValuesClient<KeyValuePath> = { put };

async function put({ json }: Values, target: Target<KeyValuePath>, context: Context, signal?: AbortSignal): Promise<Published> {
  const { address, version } = target.place;
  const path = secretPath(target);
  const vault = await ownVault(address, context, signal);
  // As Vault's own client cleans paths.
  const secret: Secret = { path, parts: path.split('/').filter((part) => part !== ''), version, json };
  try {
    return await putSecret(secret, vault);
  } catch (error) {
    if (!(error instanceof SopsError || error instanceof HttpFailure)) throw error;
    throw new SopsError('PUBLICATION_FAILED', `cannot publish to ${withoutUser(vault.address)}/v1/${path}: ${error.message}`);
  }
}

interface Secret {
  readonly path: string;
  readonly parts: readonly string[];
  readonly version: 1 | 2;
  readonly json: string;
}

async function putSecret(secret: Secret, vault: Vault, refused?: Token): Promise<Published> {
  const { path, parts, version, json } = secret;
  const token = await tokenFor(vault, refused);
  const existing = await read(vault, parts, token.value);
  if (isTokenRefused(existing) && token.renewable) return putSecret(secret, vault, token);
  if (isThere(existing, secret)) {
    vault.context.log({ level: 'info', message: `Secret in ${path} is already up-to-date.` });
    return 'unchanged';
  }
  if (existing.status >= 400 && existing.status !== 404)
    vault.context.log({
      level: 'warn',
      message: `Cannot check if destination secret already exists in ${path}. New version will be created even if the data has not been changed.`,
    });
  const answer = await askText(vault, parts, version === 2 ? `{"data":${json}}` : json, token.value);
  if (answer.status >= 200 && answer.status <= 299) return 'written';
  const needs = { engine: `key-value version ${version}`, capabilities: ['create', 'read', 'update'] };
  throw new SopsError(
    'PUBLICATION_FAILED',
    explain(answer, {
      path: parts.join('/'),
      token: token.from,
      needs,
      secrets: [token.value ?? '', ...confided(vault), ...textsIn(JSON.parse(json))],
    }),
  );
}

/** Numbers beyond those of JavaScript never count as the same. */
function isThere({ status, json: answer }: JsonAnswer, { version, json }: Secret): boolean {
  if (status !== 200) return false;
  const data = fieldIn(answer, 'data');
  const wanted: unknown = JSON.parse(json, (_, value: unknown) => (isInexact(value) ? Symbol('inexact') : value));
  return isDeepStrictEqual(version === 2 ? fieldIn(data, 'data') : data, wanted);
}

const isInexact = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** All texts, which no error may repeat. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
