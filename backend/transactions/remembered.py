"""Running transactions as this process last wrote them: the next meter value of one needs no look at its row first.

One statement writes a whole group, and with it its own commit. It takes only rows that nobody has changed since, on
whatever node; the others are read anew by `grouping`. So memory may be wrong about what happened elsewhere, and nothing
is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.transactions import group_store

Row = group_store.Row
Name = str | int
"""What the station calls a transaction: the id of 2.0.1, the number of 1.6."""
HOLDS = timedelta(minutes=5)
"""How late a change of the outlet's power, or of the site's time zone, is noticed by what runs already."""
MOST_REMEMBERED = 50_000
MOST_OF_A_STATION = 200

_rows: dict[UUID, dict[Name, tuple[Row, datetime]]] = {}


def get(station_id: UUID, name: Name, now: datetime) -> Row | None:
    """With `version`, as it was read or written last."""
    known = _rows.get(station_id)
    row, since = known.get(name, (None, now)) if known is not None else (None, now)
    return row if row is not None and now - since < HOLDS else None


def keep(station_id: UUID, name: Name, row: Row, since: datetime) -> None:
    """`since`: when its outlet was looked at."""
    known = _rows.get(station_id)
    if known is None:
        if len(_rows) >= MOST_REMEMBERED:
            _rows.clear()
        known = _rows[station_id] = {}
    elif len(known) >= MOST_OF_A_STATION:
        known.clear()
    known[name] = row, since


def changed(station_id: UUID, id_: UUID, before: int, values: Mapping[str, Any]) -> None:
    """Somebody of this process changed it from the version `before`; `values`: what, and the new `version`."""
    for name, (row, since) in _rows.get(station_id, {}).items():
        if row["id"] == id_ and row["version"] == before:
            _rows[station_id][name] = {**row, **values}, since
            return


def forget(station_id: UUID, name: Name) -> None:
    """It has ended, or is written in another way."""
    known = _rows.get(station_id)
    if known is not None:
        known.pop(name, None)
        if not known:
            del _rows[station_id]


def forget_all() -> None:
    """A statement failed: what the database holds now is asked anew."""
    _rows.clear()


def usable(row: Mapping[str, Any]) -> bool:
    """Whether all that a meter value changes is in the row itself: it is known who charges, so that no start from the
    app can be meant for it, and it doesn't stop by itself."""
    return row["target"] is None and (row["account"] is not None or row["id_token"] != "")
