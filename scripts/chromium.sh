#!/usr/bin/env bash
# Makes sure that a Chromium for the browser tests is there: on PATH, from the system, or from Playwright.
set -euo pipefail
cd "$(dirname "$0")/.."
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done
.venv/bin/python - <<'PY' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())
PY
echo "Installing Chromium for the browser tests"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null && exit 0
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
  (sudo -n apt-get update -qq && sudo -n apt-get install -y -qq --no-install-recommends chromium) >/dev/null && exit 0
fi
.venv/bin/playwright install chromium ||
  { echo "No Chromium could be installed; install it by hand (Debian: apt install chromium) and run the command again." >&2; exit 1; }
