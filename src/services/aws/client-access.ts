import { SopsError } from '../../errors.ts';
import { certificates } from '../roots.node.ts';
import type { Context } from '../../ports.ts';
import { credentialsFor, type Provider } from './client-credentials.ts';
import { endpoint, type Service } from './endpoint.ts';
import { type ChosenProfile, readProfile } from './profile.ts';
import { type Transport, transport } from './transport.ts';

/** As whom a service is asked, and where. */
export interface Way {
  readonly service: Service;
  readonly region: string;
  readonly profile: ChosenProfile;
  /** The ARN of a role to assume first. */
  readonly role?: string | undefined;
}

/** What a client of the SDK is made with, and what must not stand in an error of it: the secrets that it was given. */
export interface Access {
  readonly settings: {
    readonly region: string;
    readonly profile: string;
    readonly requestHandler: Transport;
    readonly credentials: Provider;
    readonly endpoint?: string;
  };
  readonly secrets: readonly string[];
}

/** Finds credentials, endpoint and trusted authorities as Go's SDK does. Throws `INPUT_UNREADABLE`. */
export async function accessTo({ service, region, profile, role }: Way, context: Context): Promise<Access> {
  const requestHandler = transport(context, await authorities(profile, context));
  const secrets: string[] = [];
  const credentials = credentialsFor(role, { region, profile, requestHandler, context, secrets });
  const url = await endpoint(service, profile.name, context);
  const place = url === undefined ? {} : { endpoint: url };
  return { settings: { region, requestHandler, credentials, profile: profile.name, ...place }, secrets };
}

/** The only authorities to trust, where a variable or the profile names a file of them. */
async function authorities({ name }: ChosenProfile, context: Context): Promise<readonly string[] | undefined> {
  const path = context.env['AWS_CA_BUNDLE'] || (await readProfile(name, context))?.('ca_bundle');
  if (!path) return undefined;
  const content = await context.files.read(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', `the file of authorities '${path}' (AWS_CA_BUNDLE) does not exist`);
  return certificates(new TextDecoder().decode(content));
}
