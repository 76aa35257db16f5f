"""Messages as they are kept in the OCPP log: without passwords, keys and credentials.

Whatever a station sends, the time grows with the length only: this runs in the loop of all sockets. Most messages are
right by their schema, which says what they can't hold.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import inspect

from backend.ocpp.v16 import messages as messages16
from backend.ocpp.v201 import messages as messages201

BLANK = '"•••"'

_SECRET_VALUE = re.compile(
    r'("(?:password|basicAuthPassword|authorizationKey|privateKey|exiRequest|exiResponse)"\s*+:\s*+)'
    r'"(?:[^"\\]|\\.)*+(?:"|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[{}]', re.DOTALL)
_COLON = re.compile(r"\s*+:")
_CREDENTIAL_URL = re.compile(r"(://[^:/@\s\"]{1,256}:)[^@\s\"]{1,256}@")
_ID_TOKEN = re.compile(r'("(?:idTag|parentIdTag|idToken)"\s*:\s*")([^"\\]{5,})(")')


def _has_secret(lowered: str) -> bool:
    """Hints that a message may hold something to blank. Looking for them costs a fifteenth of one regular expression
    that does the same, and most messages have none."""
    return (
        "passw" in lowered
        or "secret" in lowered
        or "authorizationkey" in lowered
        or "privatekey" in lowered
        or "exire" in lowered
    )


def blanked(frame: bytes) -> bytes:
    """A message as it is kept: UTF-8 without NUL, redacted. Of most there is nothing to change."""
    if frame.isascii():
        lowered = frame.lower()
        if not (
            b"passw" in lowered
            or b"secret" in lowered
            or b"key" in lowered
            or b"exire" in lowered
            or b"idt" in lowered
            or b"://" in frame
            or b"\0" in frame
        ):
            return frame
    return redact(frame.decode(errors="replace").replace("\0", "")).encode()


def redact(text: str) -> str:
    """A message without passwords, keys and credentials; id tokens keep their last four characters.

    Whatever a station sends, the time grows with the length only: this runs in the loop of all sockets.
    """
    lowered = text.lower()
    if _has_secret(lowered):
        text = _SECRET_VALUE.sub(rf"\1{BLANK}", text)
        text = _without_named(text)
    if "://" in text:
        text = _CREDENTIAL_URL.sub(r"\1•••@", text)
    if "idtag" in lowered or "idtoken" in lowered:
        text = _ID_TOKEN.sub(lambda m: f"{m[1]}•••{m[2][-4:]}{m[3]}", text)
    return text


class _Object:
    """An object of JSON that is being read: its values, its name, and whether that, or one right inside, is a secret's.

    The values of an object without a name (an attribute of a variable) are its parent's.
    """

    __slots__ = ("holds", "labelled", "named", "values")

    def __init__(self) -> None:
        self.values: list[tuple[int, int]] = []
        self.labelled = self.named = self.holds = False


def _without_named(text: str) -> str:
    """Blank the `value` or `attributeValue` of each object that names a secret, before or behind it.

    Of long messages only the beginning is there: what is still open at the end counts as closed there.
    """
    opened, key = [_Object()], ""
    blank: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        token, here = found[0], opened[-1]
        if token == "{":
            opened.append(_Object())
        elif token == "}":
            if len(opened) > 1:
                blank += _close(opened)
        elif _COLON.match(text, found.end()):
            key = token[1:-1].lower()
            continue
        elif key in ("key", "name"):
            name, here.labelled = token.lower(), True
            here.named = here.named or "password" in name or "secret" in name or name == '"authorizationkey"'
        elif key in ("value", "attributevalue"):
            here.values.append(found.span())
        key = ""
    while len(opened) > 1:
        blank += _close(opened)
    kept: list[str] = []
    upto = 0
    for begin, end in sorted(blank):
        kept += (text[upto:begin], BLANK)
        upto = end
    return "".join((*kept, text[upto:]))


def _close(opened: list[_Object]) -> list[tuple[int, int]]:
    """Leave the innermost object: the values in it to blank."""
    here, outside = opened.pop(), opened[-1]
    outside.holds = outside.holds or here.named
    if here.named or here.holds:
        return here.values
    if not here.labelled:
        fewer, more = sorted((outside.values, here.values), key=len)
        more += fewer  # the longer list stays where it is, so nesting costs nothing
        outside.values = more
    return []


# --- what a schema says ---------------------------------------------------------------------------------------

_Hints = tuple[bytes, ...]
_ID_TOKENS = frozenset({"idTag", "parentIdTag", "idToken"})
_LABELS = frozenset({"key", "name"})


def blanked_call(action: str, frame: bytes) -> bytes:
    """The same of a call that fits its schema."""
    return _blanked_by(_by_schema(action, 0), frame)


def blanked_result(action: str, frame: bytes) -> bytes:
    """The same of an answer of ours."""
    return _blanked_by(_by_schema(action, 1), frame)


def _blanked_by(hints: _Hints | None, frame: bytes) -> bytes:
    if hints is None:
        return blanked(frame)
    for hint in hints:
        if hint in frame:
            return blanked(frame)
    return frame


def _hints(payload: inspect.Type) -> Iterator[bytes | None]:
    """Without any of these in it a right message has nothing to blank; None: that can't be said."""
    if isinstance(payload, inspect.StructType):
        if not payload.forbid_unknown_fields:
            yield b'"vendorId"'  # of custom data, which may hold anything
            return
        for field in payload.fields:
            name = field.encode_name
            if name in _ID_TOKENS:
                yield f'"{name}"'.encode()
            elif name in _LABELS or _has_secret(name.lower()):
                yield None
            yield from _hints(field.type)
    elif isinstance(payload, inspect.UnionType):
        for one in payload.types:
            yield from _hints(one)
    elif isinstance(payload, inspect.ListType):
        yield from _hints(payload.item_type)
    elif isinstance(payload, inspect.StrType):
        yield b"://"
    elif isinstance(payload, inspect.AnyType | inspect.DictType | inspect.RawType):
        yield None


@lru_cache(1_000)
def _by_schema(action: str, place: int) -> _Hints | None:
    """Of a call (place 0) or its result (1), of both versions together; None: everything is looked for."""
    known = [one.MESSAGES[action][place] for one in (messages16, messages201) if action in one.MESSAGES]
    found: set[bytes | None] = {b"\0", b"\\"}  # behind an escape any name may hide
    for payload in known:
        found.update(_hints(inspect.type_info(payload)))
    return None if None in found or not known else tuple(filter(None, found))
