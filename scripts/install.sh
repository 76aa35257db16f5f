#!/usr/bin/env bash
# Makes .venv and installs what a lock file pins: install.sh LOCK STAMP
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1 stamp=$2
python=.venv/bin/python

fail() { echo "$1" >&2; exit 1; }
unwritable="The folder $PWD can't be written; give it to yourself with chown, or clone to another place."
new_enough() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

enough_room() {
  [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -gt 20000 ] ||
    fail "The disk is full; free at least 1 GB and run the command again."
}

# Two makes at once wait for each other, where the system has a lock for that.
if command -v flock >/dev/null; then
  { exec 9>.venv.lock; } 2>/dev/null || fail "$unwritable"
  flock 9
fi

# An environment that was interrupted while being made has no pip: it is made anew.
if ! { new_enough "$python" && "$python" -m pip --version >/dev/null 2>&1; }; then
  chosen=
  for candidate in ${PYTHON:-python3.12 python3.13 python3.11 python3.14 python3 python}; do
    if new_enough "$candidate"; then chosen=$candidate; break; fi
  done
  if [ -z "$chosen" ]; then
    [ -z "${PYTHON:-}" ] || fail "$PYTHON is not Python 3.11 or newer; name another one: make PYTHON=/path/to/python3.11"
    fail "Wattline needs Python 3.11 or newer; install it, or say where it is: make PYTHON=/path/to/python3.11"
  fi
  echo "Making an environment with $("$chosen" --version) in .venv"
  rm -rf .venv
  touch .venv.test 2>/dev/null && rm .venv.test || fail "$unwritable"
  "$chosen" -m venv .venv >/dev/null 2>&1 || {
    enough_room
    rm -rf .venv
    fail "This Python can't make environments; install its venv module (Debian: apt install python3-venv)."
  }
fi

echo "Installing the dependencies of $lock (about 60 seconds the first time)"
# uv downloads in parallel; where it can't reach the index that pip is set up for, pip does the work.
# Both write to the terminal themselves: that is where they show how far they are.
if ! { "$python" -m pip install --quiet --disable-pip-version-check "uv==0.13.9" &&
  .venv/bin/uv pip install --python "$python" --require-hashes -r "$lock"; }; then
  enough_room
  echo "Once more, with pip"
  "$python" -m pip install --disable-pip-version-check --require-hashes -r "$lock" || {
    enough_room
    fail "The dependencies could not be installed; check the internet connection and run the command again."
  }
fi
.venv/bin/uv pip install --quiet --python "$python" --no-deps -e . 2>/dev/null ||
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps -e . ||
  fail "Wattline itself could not be installed; check the internet connection and run the command again."
touch "$stamp"
