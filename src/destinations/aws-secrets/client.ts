import type { GetSecretValueResponse, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { accessTo } from '../../services/aws/client-access.ts';
import { runErrand } from '../../services/aws/client-errand.ts';
import { Explained } from '../../services/aws/explain.ts';
import { chosenProfile } from '../../services/aws/profile.ts';
import { quietly } from '../../services/aws/quiet.node.ts';
import { ownRegion } from '../../services/aws/region.ts';
import { rememberingOnce } from '../../services/once.ts';
import { isAwsError, listOfTags, mapOfTags } from '../aws-tags.ts';
import type { Content, Held, Listed, Parts, Secret, SecretsClient, Store } from '../destination.ts';
import { fileTag, markIn, otherTags, tagsOf } from '../mark.ts';
import { textsOf } from '../sent.ts';
import type { SecretsManager } from './place.ts';

/** AWS Secrets Manager on the SDK. */
export const client: SecretsClient<SecretsManager> = {
  open: async (place, _, context) => new SecretsManagerStore(place, context),
};

interface Connection {
  readonly manager: SecretsManagerClient;
  readonly secrets: readonly string[];
}
/** One client a context and region: its connections and credentials are used again. */
const once = rememberingOnce<Connection>();

type Options = { readonly abortSignal: AbortSignal };

class SecretsManagerStore implements Store {
  readonly #place: SecretsManager;
  readonly #context: Context;

  constructor(place: SecretsManager, context: Context) {
    this.#place = place;
    this.#context = context;
  }

  async read(name: string): Promise<Held | undefined> {
    const { DescribeSecretCommand, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const SecretId = name;
    const about = await this.#ask(name, 'DescribeSecret', async (manager, options) =>
      orNothing(manager.send(new DescribeSecretCommand({ SecretId }), options), 'ResourceNotFound'),
    );
    if (about === undefined) return undefined;
    const tags = mapOfTags(about.Tags);
    const beside = { tags: otherTags(tags), description: about.Description ?? '', mark: markIn(tags) };
    if (about.DeletedDate !== undefined) return { ...beside, content: undefined, deleted: true };
    // A secret may have been made without a value.
    const value = await this.#ask(name, 'GetSecretValue', async (manager, options) =>
      orNothing(manager.send(new GetSecretValueCommand({ SecretId }), options), 'ResourceNotFound'),
    );
    return { ...beside, content: contentIn(value) };
  }

  async write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void> {
    if (held === undefined) return this.#create(secret);
    const { name, description, tags, mark } = secret;
    const sdk = await import('@aws-sdk/client-secrets-manager');
    const SecretId = name;
    if (held.deleted === true)
      await this.#ask(name, 'RestoreSecret', async (manager, options) => manager.send(new sdk.RestoreSecretCommand({ SecretId }), options));
    if (parts.content)
      await this.#ask(
        name,
        'PutSecretValue',
        async (manager, options) => manager.send(new sdk.PutSecretValueCommand({ SecretId, ...valueOf(secret.content) }), options),
        secret,
      );
    if (!parts.beside) return;
    const Tags = listOfTags({ ...tags, ...tagsOf(mark) });
    await this.#ask(name, 'TagResource', async (manager, options) => manager.send(new sdk.TagResourceCommand({ SecretId, Tags }), options));
    if (description === '' || description === held.description) return;
    const Description = description;
    await this.#ask(name, 'UpdateSecret', async (manager, options) =>
      manager.send(new sdk.UpdateSecretCommand({ SecretId, Description }), options),
    );
  }

  async list(rule: string): Promise<readonly Listed[]> {
    const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
    const { prefix } = this.#place;
    const Filters = [
      { Key: 'tag-key' as const, Values: [fileTag] },
      { Key: 'name' as const, Values: [prefix] },
    ];
    const found: Listed[] = [];
    for (let NextToken: string | undefined, page = 0; page === 0 || NextToken !== undefined; page += 1) {
      const asked = { Filters, MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) };
      const answer = await this.#ask(prefix, 'ListSecrets', async (manager, options) =>
        manager.send(new ListSecretsCommand(asked), options),
      );
      for (const { Name: name, Tags } of answer.SecretList ?? []) {
        const mark = markIn(mapOfTags(Tags));
        if (name?.startsWith(prefix) === true && mark?.rule === rule) found.push({ name, mark });
      }
      ({ NextToken } = answer);
    }
    return found;
  }

  /** AWS keeps it for another 30 days, and gives it back until then. */
  async remove(name: string): Promise<void> {
    const { DeleteSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    await this.#ask(name, 'DeleteSecret', async (manager, options) => manager.send(new DeleteSecretCommand({ SecretId: name }), options));
  }

  async #create(secret: Secret): Promise<void> {
    const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const { name: Name, content, description, tags, mark } = secret;
    const { kmsKey } = this.#place;
    const command = new CreateSecretCommand({
      Name,
      ...valueOf(content),
      ...(description === '' ? {} : { Description: description }),
      ...(kmsKey === undefined ? {} : { KmsKeyId: kmsKey }),
      Tags: listOfTags({ ...tags, ...tagsOf(mark) }),
    });
    await this.#ask(Name, 'CreateSecret', async (manager, options) => manager.send(command, options), secret);
  }

  async #ask<T>(
    name: string,
    action: string,
    request: (manager: SecretsManagerClient, options: Options) => Promise<T>,
    sent?: Secret,
  ): Promise<T> {
    const secrets = sent === undefined ? [] : textsOf(sent.content);
    try {
      return await runErrand(
        {
          action: `secretsmanager:${action}`,
          secrets,
          request: async (abortSignal) => {
            const connection = await this.#connection();
            try {
              return await request(connection.manager, { abortSignal });
            } finally {
              secrets.push(...connection.secrets);
            }
          },
        },
        this.#context,
      );
    } catch (error) {
      if (!(error instanceof SopsError || error instanceof Explained)) throw error;
      throw new SopsError('PUBLICATION_FAILED', `cannot publish to aws-secrets-manager:${name}: ${error.message}`);
    }
  }

  async #connection(): Promise<Connection> {
    const context = this.#context;
    const profile = chosenProfile(undefined, context.env);
    const region = this.#place.region ?? (await ownRegion(profile, context));
    return once(context, region, async () => {
      const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager');
      const { settings, secrets } = await accessTo({ service: 'secrets_manager', region, profile }, context);
      return { manager: quietly(() => new Client(settings)), secrets };
    });
  }
}

/** Undefined for an error that says there is nothing. */
async function orNothing<T>(answer: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAwsError(error, ...names)) return undefined;
    throw error;
  }
}

function contentIn(value: GetSecretValueResponse | undefined): string | Uint8Array | undefined {
  return value?.SecretString ?? value?.SecretBinary;
}

function valueOf(content: Content): { readonly SecretString: string } | { readonly SecretBinary: Uint8Array } {
  if (content.kind === 'bytes') return { SecretBinary: content.bytes };
  return { SecretString: content.kind === 'map' ? content.json : content.text };
}
