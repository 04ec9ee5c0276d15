import type { Place } from '../destination.ts';

/** Where Azure Key Vault keeps secrets, and what their names begin with. */
export interface SecretVault extends Place {
  readonly kind: 'azure_secrets';
  /** `https://NAME.vault.azure.net`, without a slash at the end. */
  readonly vault: string;
  readonly prefix: string;
}

/** The address of a secret. */
export const secretUrl = ({ vault }: SecretVault, name: string): string => `${vault}/secrets/${name}`;
