import { SopsError } from '../../errors.ts';
import { defineDestination, type Destination } from '../destination.ts';
import { checkLimits, joined, type Limits, mapped } from '../limits.ts';
import { type SecretProject, secretPath } from './place.ts';

const limits: Limits = {
  service: 'Google Secret Manager',
  name: /^[A-Za-z0-9_-]{1,255}$/,
  nameIs: 'it has 255 letters at most',
  least: 1,
  most: 65_536,
  tags: 64,
  tagName: /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u,
  tagValue: /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u,
  description: 0,
};

/** Secrets of Google Secret Manager. */
export const gcpSecrets: Destination = defineDestination<SecretProject>({
  kind: 'gcp_secrets',
  takes: 'secrets',
  config: { chosenBy: 'gcp_secrets_project', texts: ['gcp_secrets_project', 'gcp_secrets_prefix', 'gcp_secrets_locations'], integers: [] },
  fromRule: ({ text }) => {
    const project = text('gcp_secrets_project');
    if (!/^[A-Za-z0-9][\w:.-]*$/.test(project)) throw new SopsError('MALFORMED_CONFIG', 'gcp_secrets_project is not the ID of a project');
    const locations = text('gcp_secrets_locations')
      .split(',')
      .map((location) => location.trim());
    return { kind: 'gcp_secrets', project, prefix: text('gcp_secrets_prefix'), locations: locations.filter((location) => location !== '') };
  },
  describe: (place, name) => `google-secret-manager:${secretPath(place, name)}`,
  secretIs: 'bytes',
  marks: () => 'always',
  prefixOf: ({ prefix }) => prefix,
  nameOf: ({ prefix }, file, key) => mapped(joined(prefix, file, key, '-'), /[^A-Za-z0-9_-]/g),
  check: (_, secret) => checkLimits(secret, limits),
  load: async () => (await import('./client.ts')).client,
  operator: async () => (await import('./operator.ts')).operator,
});
