import type { Place } from '../destination.ts';

/** Where Google Secret Manager keeps secrets, and what their names begin with. */
export interface SecretProject extends Place {
  readonly kind: 'gcp_secrets';
  /** Its ID. */
  readonly project: string;
  readonly prefix: string;
  /** Regions in which new secrets are kept; without any, Google chooses. */
  readonly locations: readonly string[];
}

/** What a secret is called. */
export const secretPath = ({ project }: SecretProject, name: string): string => `projects/${project}/secrets/${name}`;
