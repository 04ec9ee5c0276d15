import type { ParameterStringFilter, SSMClient } from '@aws-sdk/client-ssm';
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
import type { Held, Listed, Parts, Secret, SecretsClient, Store } from '../destination.ts';
import { markIn, otherTags, ruleTag, tagsOf } from '../mark.ts';
import { textsOf } from '../sent.ts';
import type { ParameterStore, Tier } from './place.ts';

/** AWS Parameter Store on the SDK. */
export const client: SecretsClient<ParameterStore> = {
  open: async (place, _, context) => new Parameters(place, context),
};

interface Connection {
  readonly ssm: SSMClient;
  readonly secrets: readonly string[];
}
/** One client a context and region: its connections and credentials are used again. */
const once = rememberingOnce<Connection>();

type Options = { readonly abortSignal: AbortSignal };

const tierNames = { standard: 'Standard', advanced: 'Advanced', intelligent: 'Intelligent-Tiering' } as const satisfies Record<
  Tier,
  string
>;

class Parameters implements Store {
  readonly #place: ParameterStore;
  readonly #context: Context;

  constructor(place: ParameterStore, context: Context) {
    this.#place = place;
    this.#context = context;
  }

  async read(name: string): Promise<Held | undefined> {
    const { GetParameterCommand } = await import('@aws-sdk/client-ssm');
    const parameter = await this.#ask(name, 'GetParameter', async (ssm, options) => {
      try {
        return (await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }), options)).Parameter;
      } catch (error) {
        if (isAwsError(error, 'ParameterNotFound')) return undefined;
        throw error;
      }
    });
    if (parameter === undefined) return undefined;
    if (parameter.Type !== 'SecureString')
      throw failure(name, 'there is a parameter of this name that is no SecureString, which AWS cannot change: delete it first');
    const tags = await this.#tagsOf(name);
    // To ask for the description takes a request that AWS seldom lets through: it is written together with a value.
    return { content: parameter.Value, tags: otherTags(tags), description: undefined, mark: markIn(tags) };
  }

  async write(secret: Secret, held: Held | undefined, parts: Parts): Promise<void> {
    const { name, content, description, tags, mark } = secret;
    const { PutParameterCommand, AddTagsToResourceCommand } = await import('@aws-sdk/client-ssm');
    const { kmsKey, tier } = this.#place;
    const Tags = listOfTags({ ...tags, ...tagsOf(mark) });
    if (parts.content) {
      const command = new PutParameterCommand({
        Name: name,
        Type: 'SecureString',
        Value: content.kind === 'text' ? content.text : content.kind === 'map' ? content.json : '',
        Tier: tierNames[tier],
        ...(description === '' ? {} : { Description: description }),
        ...(kmsKey === undefined ? {} : { KeyId: kmsKey }),
        // Tags go along with what is new alone.
        ...(held === undefined ? { Overwrite: false, Tags } : { Overwrite: true }),
      });
      await this.#ask(name, 'PutParameter', async (ssm, options) => ssm.send(command, options), secret);
    }
    if (!parts.beside || held === undefined) return;
    const tagging = new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags });
    await this.#ask(name, 'AddTagsToResource', async (ssm, options) => ssm.send(tagging, options));
  }

  async list(rule: string): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    for (const name of await this.#namesOf(rule)) {
      const mark = markIn(await this.#tagsOf(name));
      if (mark?.rule === rule) found.push({ name, mark });
    }
    return found;
  }

  async #namesOf(rule: string): Promise<readonly string[]> {
    const { DescribeParametersCommand } = await import('@aws-sdk/client-ssm');
    const { prefix } = this.#place;
    const ParameterFilters: ParameterStringFilter[] = [
      { Key: 'Name', Option: 'BeginsWith', Values: [prefix] },
      { Key: `tag:${ruleTag}`, Option: 'Equals', Values: [tagsOf({ rule, file: '' })[ruleTag] ?? ''] },
    ];
    const names: string[] = [];
    for (let NextToken: string | undefined, page = 0; page === 0 || NextToken !== undefined; page += 1) {
      const asked = { ParameterFilters, MaxResults: 50, ...(NextToken === undefined ? {} : { NextToken }) };
      const answer = await this.#ask(prefix, 'DescribeParameters', async (ssm, options) =>
        ssm.send(new DescribeParametersCommand(asked), options),
      );
      names.push(...(answer.Parameters ?? []).flatMap(({ Name }) => (Name?.startsWith(prefix) === true ? [Name] : [])));
      ({ NextToken } = answer);
    }
    return names;
  }

  /** For good. */
  async remove(name: string): Promise<void> {
    const { DeleteParameterCommand } = await import('@aws-sdk/client-ssm');
    await this.#ask(name, 'DeleteParameter', async (ssm, options) => ssm.send(new DeleteParameterCommand({ Name: name }), options));
  }

  async #tagsOf(name: string): Promise<Readonly<Record<string, string>>> {
    const { ListTagsForResourceCommand } = await import('@aws-sdk/client-ssm');
    const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
    return this.#ask(name, 'ListTagsForResource', async (ssm, options) => mapOfTags((await ssm.send(command, options)).TagList));
  }

  async #ask<T>(name: string, action: string, request: (ssm: SSMClient, options: Options) => Promise<T>, sent?: Secret): Promise<T> {
    const secrets = sent === undefined ? [] : textsOf(sent.content);
    const asked = async (abortSignal: AbortSignal): Promise<T> => {
      const connection = await this.#connection();
      try {
        return await request(connection.ssm, { abortSignal });
      } finally {
        secrets.push(...connection.secrets);
      }
    };
    try {
      return await runErrand({ action: `ssm:${action}`, secrets, request: asked }, this.#context);
    } catch (error) {
      if (error instanceof SopsError && error.code === 'PUBLICATION_FAILED') throw error;
      if (!(error instanceof SopsError || error instanceof Explained)) throw error;
      throw failure(name, error.message);
    }
  }

  async #connection(): Promise<Connection> {
    const context = this.#context;
    const profile = chosenProfile(undefined, context.env);
    const region = this.#place.region ?? (await ownRegion(profile, context));
    return once(context, region, async () => {
      const { SSMClient: Client } = await import('@aws-sdk/client-ssm');
      const { settings, secrets } = await accessTo({ service: 'ssm', region, profile }, context);
      return { ssm: quietly(() => new Client(settings)), secrets };
    });
  }
}

const failure = (name: string, why: string): SopsError =>
  new SopsError('PUBLICATION_FAILED', `cannot publish to aws-parameter-store:${name}: ${why}`);
