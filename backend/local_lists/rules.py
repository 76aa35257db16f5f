"""What has to be sent so that a station's local list becomes the wanted one. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from backend.authorization.rules import Listed
from backend.commands import ListEntry

SMALLEST_BATCH, LARGEST_BATCH = 1, 500
DEFAULT_BATCH = 50
"""Entries in one message where the station doesn't say how many it takes."""
LAST_VERSION = 2**31 - 1
BATCH_VARIABLES = (("LocalAuthListCtrlr", "ItemsPerMessage"), ("", "SendLocalListMaxLength"))
EXPLAINED = {
    "Failed": "The station could not take the list.",
    "NotSupported": "The station keeps no list of cards.",
    "NotImplemented": "The station keeps no list of cards.",
    "VersionMismatch": "The station has another version than we know, also after a full update.",
}


class Update(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    full: bool
    entries: list[ListEntry]


def key(value: str) -> str:
    return value.lower()


def wanted(tokens: Sequence[Listed]) -> dict[str, ListEntry]:
    """Blocked and expired cards too: a station that is offline must refuse them."""
    return {
        key(one.value): ListEntry(
            value=one.value,
            type=one.type,
            status=one.decision.status.value,
            group=one.decision.parent,
            expires_at=one.decision.expires_at,
        )
        for one in tokens
    }


def next_version(version: int) -> int:
    """1.6 and 2.0.1 (D01.FR.18): greater than zero, greater than before."""
    return version + 1 if 0 < version < LAST_VERSION else 1


def batch_size(told: Mapping[tuple[str, str], str | None]) -> int:
    """`told`: (component, name) → value, as the station reported its variables."""
    for name in BATCH_VARIABLES:
        text = (told.get(name) or "").strip()
        if text.isdecimal() and int(text) >= SMALLEST_BATCH:
            return min(int(text), LARGEST_BATCH)
    return DEFAULT_BATCH


def updates(
    held: Mapping[str, ListEntry] | None, target: Mapping[str, ListEntry], version: int, batch: int
) -> Iterator[Update]:
    """The messages, in order. `held` None: what the station has isn't known, so everything is sent.

    A full list begins with one full message, even an empty one: that clears what the station had.
    """
    if held is None:
        changes = list(target.values())
    else:
        changes = [one for name, one in target.items() if held.get(name) != one]
        changes += [msgspec.structs.replace(one, status="") for name, one in held.items() if name not in target]
        if not changes:
            return
    rest, first = iter(changes), held is None
    while True:
        entries = list(islice(rest, batch))
        if not entries and not first:
            return
        version = next_version(version)
        yield Update(version=version, full=first, entries=entries)
        first = False


def applied(held: Mapping[str, ListEntry] | None, update: Update) -> dict[str, ListEntry]:
    """What the station has after it accepted an update."""
    found = {} if update.full else dict(held or {})
    for one in update.entries:
        if one.status:
            found[key(one.value)] = one
        else:
            found.pop(key(one.value), None)
    return found
