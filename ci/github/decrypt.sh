#!/usr/bin/env bash
# A step of action.yml: logs in, masks, decrypts. Tokens are in a private folder that goes with this step; no value is ever a word of a command line.
set -euo pipefail
set +x
umask 077

fail() {
  printf '::error::%s\n' "$1"
  exit 1
}

files=()
while IFS= read -r line; do
  line="${line#"${line%%[![:space:]]*}"}"
  line="${line%"${line##*[![:space:]]}"}"
  case "$line" in
    '') ;;
    -*) files+=("./$line") ;;
    *) files+=("$line") ;;
  esac
done < <(printf '%s\n' "${INPUT_FILES:-}")
[ "${#files[@]}" -gt 0 ] || fail 'the input files names no file'

login="$(mktemp -d "${RUNNER_TEMP:?}/sopsmith-login.XXXXXX")"
made=''
clean() {
  rm -rf -- "$login"
  if [ -n "$made" ]; then rm -rf -- "$made"; fi
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "${INPUT_AWS_ROLE:-}${INPUT_GCP_PROVIDER:-}${INPUT_AZURE_CLIENT:-}${INPUT_VAULT_ROLE:-}" ]; then
  settings="$(
    sopsmith ci login --folder "$login" \
      --aws-role="${INPUT_AWS_ROLE:-}" --aws-audience="${INPUT_AWS_AUDIENCE:-}" \
      --gcp-provider="${INPUT_GCP_PROVIDER:-}" --gcp-service-account="${INPUT_GCP_SERVICE_ACCOUNT:-}" --gcp-audience="${INPUT_GCP_AUDIENCE:-}" \
      --azure-client="${INPUT_AZURE_CLIENT:-}" --azure-tenant="${INPUT_AZURE_TENANT:-}" --azure-audience="${INPUT_AZURE_AUDIENCE:-}" \
      --vault-role="${INPUT_VAULT_ROLE:-}" --vault-address="${INPUT_VAULT_ADDRESS:-}" --vault-mount="${INPUT_VAULT_MOUNT:-}" --vault-audience="${INPUT_VAULT_AUDIENCE:-}"
  )"
  eval "$settings"
fi

case "${INPUT_TO:-env}" in
  env)
    options=(--format github --prefix="${INPUT_PREFIX:-}")
    if [ -n "${INPUT_ONLY:-}" ]; then options+=(--only="$INPUT_ONLY"); fi
    sopsmith export "${options[@]}" "${files[@]}"
    ;;
  file)
    sopsmith ci mask "${files[@]}"
    made="$(mktemp -d "$RUNNER_TEMP/sopsmith-files.XXXXXX")"
    for file in "${files[@]}"; do
      target="$made/$(basename -- "$file")"
      if [ -e "$target" ]; then fail 'two of the files have the same name: decrypt them in two steps'; fi
      sopsmith decrypt --output "$target" "$file"
    done
    printf 'folder=%s\n' "$made" >>"$GITHUB_OUTPUT"
    made=''
    ;;
  *) fail 'the input to is env or file' ;;
esac
