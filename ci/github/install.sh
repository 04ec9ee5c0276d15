#!/usr/bin/env bash
# A step of action.yml: has sopsmith on the PATH.
set -euo pipefail

version="${INPUT_VERSION:-}"
if [ -z "$version" ]; then
  if command -v sopsmith >/dev/null; then
    exit 0
  fi
  version="$(sed -n 's/^  "version": "\([^"]*\)",$/\1/p' "$GITHUB_ACTION_PATH/package.json")"
fi
if ! [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  echo '::error::the version of sopsmith is three numbers, as 0.1.0'
  exit 1
fi

folder="${RUNNER_TEMP:?}/sopsmith-program"
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel error "sopsmith@$version"
printf '%s\n' "$folder/node_modules/.bin" >>"$GITHUB_PATH"
