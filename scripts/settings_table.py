#!/usr/bin/env python3
"""Writes docs/settings.md from backend/settings.py; with --check only says whether it is current."""

import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from backend.settings import Settings  # noqa: E402  # found by the line above

TABLE = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Read once at the start from the environment; `wattline` refuses a `WATTLINE_` variable that it doesn't know and a
value that can't work, with one sentence that names it. Lists are written with commas, yes and no as `true` and `false`.
Values marked *secret* never appear in logs.

| variable | default | meaning |
|---|---|---|
"""
FOOT = """
Options of `wattline demo` and `wattline serve` (`--port`, `--roles` …) win over the environment.

The app for phones and desktops reads one variable of its own: `WATTLINE_API_URL`, the address of the backend.

This file is made by `make settings` from `backend/settings.py`.
"""


def default(value: object) -> str:
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{value}`"


def table() -> str:
    rows = []
    for one in fields(Settings):
        about = one.metadata["about"].replace("|", "\\|")
        secret = " *(secret)*" if one.metadata["secret"] else ""
        rows.append(f"| `{one.metadata['variable']}` | {default(one.default)} | {about}{secret} |\n")
    return HEAD + "".join(rows) + FOOT


def main() -> int:
    if "--check" in sys.argv:
        current = TABLE.exists() and TABLE.read_text() == table()
        if not current:
            print("docs/settings.md is not what backend/settings.py says; run make settings", file=sys.stderr)
        return int(not current)
    TABLE.write_text(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
