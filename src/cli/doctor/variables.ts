/*
 * The variables that sops, this program and the clients of key services read. Those of sops are the whole list: one that is not in it is misspelled.
 */

/** Every variable that begins with `SOPS_` and is read by sops or by us. */
export const sopsVariables: readonly string[] = [
  'SOPS_AGE_KEY',
  'SOPS_AGE_KEY_CMD',
  'SOPS_AGE_KEY_FILE',
  'SOPS_AGE_RECIPIENTS',
  'SOPS_AGE_SSH_PRIVATE_KEY_CMD',
  'SOPS_AGE_SSH_PRIVATE_KEY_FILE',
  'SOPS_AZURE_KEYVAULT_URLS',
  'SOPS_CONFIG',
  'SOPS_DECRYPTION_ORDER',
  'SOPS_DISABLE_VERSION_CHECK',
  'SOPS_EDITOR',
  'SOPS_ENABLE_LOCAL_KEYSERVICE',
  'SOPS_GCP_KMS_CLIENT_TYPE',
  'SOPS_GCP_KMS_ENDPOINT',
  'SOPS_GCP_KMS_IDS',
  'SOPS_GCP_KMS_UNIVERSE_DOMAIN',
  'SOPS_GPG_EXEC',
  'SOPS_HC_VAULT_ALLOWLIST',
  'SOPS_HUAWEICLOUD_KMS_IDS',
  'SOPS_KEYSERVICE',
  'SOPS_KMS_ARN',
  'SOPS_PGP_FP',
  'SOPS_PGP_KEY',
  'SOPS_PGP_KEY_FILE',
  'SOPS_PGP_PASSPHRASE',
  'SOPS_PGP_PASSPHRASE_FILE',
  'SOPS_VAULT_URIS',
];

/** Variables that name files or folders which must be there. */
export const fileVariables: readonly string[] = [
  'SOPS_AGE_KEY_FILE',
  'SOPS_AGE_SSH_PRIVATE_KEY_FILE',
  'SOPS_CONFIG',
  'SOPS_PGP_KEY_FILE',
  'SOPS_PGP_PASSPHRASE_FILE',
  'GNUPGHOME',
  'AWS_CA_BUNDLE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_FEDERATED_TOKEN_FILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'HUAWEICLOUD_SDK_CREDENTIALS_FILE',
  'HUAWEICLOUD_SDK_REGIONS_FILE',
  'VAULT_CACERT',
  'VAULT_CAPATH',
  'VAULT_CLIENT_CERT',
  'VAULT_CLIENT_KEY',
  'NODE_EXTRA_CA_CERTS',
];

/** Of these, the ones whose files hold private keys or tokens, which nobody else should read; the places of age keys are looked at where they are searched. */
export const secretFileVariables: ReadonlySet<string> = new Set([
  'SOPS_PGP_KEY_FILE',
  'SOPS_PGP_PASSPHRASE_FILE',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'HUAWEICLOUD_SDK_CREDENTIALS_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'VAULT_CLIENT_KEY',
]);

/** Variables that hold addresses. */
export const addressVariables: readonly string[] = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_KMS',
  'AZURE_AUTHORITY_HOST',
  'BAO_ADDR',
  'VAULT_ADDR',
  'HTTPS_PROXY',
  'https_proxy',
];
