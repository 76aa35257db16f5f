"""What stations keep about tokens: their cache, and their local list."""

from datetime import datetime

import msgspec

from backend.commands.base import Command


class ClearCache(Command, frozen=True, kw_only=True):
    """Forget what was answered about tokens before."""


class GetLocalListVersion(Command, frozen=True, kw_only=True):
    """`result`: {"version": int}, 0 for no list, -1 (1.6) for a station without lists."""


class ListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """status: a word of authorization.rules.TokenStatus; empty: take the token off the list."""

    value: str
    type: str
    status: str = ""
    group: str = ""
    expires_at: datetime | None = None


class SendLocalList(Command, frozen=True, kw_only=True):
    """full: in place of what the station has; else: on top of it. `version` is that of the list afterwards."""

    version: int
    full: bool
    entries: list[ListEntry] = []


AnyAuthorization = ClearCache | GetLocalListVersion | SendLocalList
