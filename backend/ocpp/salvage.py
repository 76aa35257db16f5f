"""What is left of a message that is no JSON, where throwing it away would lose energy, money or state. Pure.

Seen in the field: NaN as a number, line breaks and broken UTF-8 within texts, messages whose end is missing.
"""

import json
import re
from collections.abc import Collection
from typing import Any

_BEGINNING = re.compile(r'^\s*\[\s*2\s*,\s*("(?:[^"\\]|\\.){1,64}"|-?\d{1,18}(?:\.\d{1,9})?)\s*,\s*"(\w{1,60})"')
_MEMBER = re.compile(
    r'"(\w{1,60})"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*"|-?\d{1,18}(?:\.\d{1,18})?(?=\s*[,}\]])|true|false)'
)
_SURROGATES = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
DEEPEST = 64
"""Levels of nesting; OCPP has six."""
_MOST = 20_000
"""Characters of a ruin that are searched: what matters stands at its beginning."""


def read(frame: bytes, actions: Collection[str]) -> list[Any] | None:
    """[2, id, action, payload] of a call to one of `actions`; None: nothing of it can be used."""
    text = whole(frame.decode(errors="replace").replace("\0", ""))
    beginning = _BEGINNING.match(text)
    if beginning is None or beginning[2] not in actions:
        return None
    try:
        if depth(text) > DEEPEST:
            raise RecursionError
        parts = json.loads(text, strict=False, parse_constant=lambda _word: None)
    except (ValueError, RecursionError):
        rest = text[beginning.end() : beginning.end() + _MOST]
        return [2, json.loads(beginning[1], strict=False), beginning[2], _members(rest)]
    return parts if isinstance(parts, list) else None


def whole(text: str) -> str:
    """Without halves of characters, which stay behind where a station cuts its texts: nobody else reads one."""
    return _SURROGATES.sub(lambda found: found[1] or "\\ufffd", text) if "\\u" in text else text


def _members(text: str) -> dict[str, Any]:
    """Of several of one name the first: those of the message itself come before those within its lists."""
    found: dict[str, Any] = {}
    for name, value in _MEMBER.findall(text):
        try:
            found.setdefault(name, json.loads(value))
        except ValueError:
            continue
    return found


def depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
