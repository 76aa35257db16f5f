#!/usr/bin/env bash
# Resolves pyproject.toml into the two lock files, with hashes and for every platform.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --quiet --python .venv/bin/python --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header "$@"
}
compile --extra backend --extra dev pyproject.toml -o requirements-dev.lock
compile --extra backend --constraint requirements-dev.lock pyproject.toml -o requirements.lock
