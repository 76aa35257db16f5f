#!/usr/bin/env bash
# Makes .venv and installs what a lock file pins: install.sh LOCK STAMP
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1 stamp=$2

fail() { echo "$1" >&2; exit 1; }

if [ ! -x .venv/bin/python ]; then
  for candidate in ${PYTHON:-} python3.12 python3.13 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [ -n "${python:-}" ] || fail "Wattline needs Python 3.11 or newer; install it, or say where it is: make PYTHON=/path/to/python3.11"
  echo "Making an environment with $("$python" --version) in .venv"
  "$python" -m venv .venv || fail "This Python can't make environments; install its venv module (Debian: apt install python3-venv)."
fi

# uv downloads in parallel; where it can't reach an index that pip is set up for, pip does the work.
echo "Installing dependencies from $lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9" || true
if ! .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r "$lock"; then
  .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r "$lock" ||
    fail "The dependencies could not be installed; check the internet connection and run the command again."
fi
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e . 2>/dev/null ||
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
touch "$stamp"
