"""What a station keeps for people who aren't there yet: the local list and reservations. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec


class ListedToken(msgspec.Struct, kw_only=True):
    """An entry of the local list. `group`: whose tokens stand for each other."""

    status: str = "Accepted"
    group: str = ""


class Reservation(msgspec.Struct, kw_only=True):
    """`evse` 0: whichever is free."""

    id: int
    evse: int
    id_token: str
    group: str = ""
    until: datetime


def updated(
    known: dict[str, ListedToken], entries: Sequence[tuple[str, ListedToken | None]], *, full: bool
) -> dict[str, ListedToken]:
    """The list after an update. An entry without content takes its token off the list."""
    found = {} if full else dict(known)
    for value, entry in entries:
        if entry is None:
            found.pop(value, None)
        else:
            found[value] = entry
    return found


def fits(reservation: Reservation, id_token: str, listed: dict[str, ListedToken]) -> bool:
    """Whether this token may use what was reserved: it is the one, or one of the same group."""
    if reservation.id_token == id_token:
        return True
    entry = listed.get(id_token)
    return bool(reservation.group and entry and entry.group == reservation.group)


def listed16(entries: Sequence[dict[str, Any]] | None) -> list[tuple[str, ListedToken | None]]:
    """The entries of a 1.6 SendLocalList."""
    found: list[tuple[str, ListedToken | None]] = []
    for one in entries or ():
        info = one.get("id_tag_info")
        group = (info or {}).get("parent_id_tag") or ""
        found.append((one["id_tag"], ListedToken(status=info["status"], group=group) if info else None))
    return found


def listed201(entries: Sequence[dict[str, Any]] | None) -> list[tuple[str, ListedToken | None]]:
    """The entries of a 2.0.1 SendLocalList."""
    found: list[tuple[str, ListedToken | None]] = []
    for one in entries or ():
        info = one.get("id_token_info")
        group = ((info or {}).get("group_id_token") or {}).get("id_token") or ""
        found.append((one["id_token"]["id_token"], ListedToken(status=info["status"], group=group) if info else None))
    return found
