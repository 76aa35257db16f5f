"""Outlets held for people who are on their way."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money

MOST_MINUTES = 24 * 60
MOST_MINUTES_FOR_DRIVERS = 60


class ReservationState(StrEnum):
    """asked: the station hasn't answered yet; removed: the station gave it up (a fault, say)."""

    ASKED = "asked"
    HELD = "held"
    REFUSED = "refused"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class Reservation(Message):
    """connector empty: whichever is free. `detail` says in plain words why it is refused or gone."""

    id: str
    number: int
    state: ReservationState
    detail: str
    identity: str
    station_name: str
    location: str
    connector_id: str | None
    connector: str
    connector_type: str
    account_id: str | None
    driver: str
    id_token: str
    """Of which only the end is shown."""
    expires_at: datetime
    created_at: datetime
    transaction_id: str | None
    unused_price: Money | None = None
    """What it costs if nobody comes, with VAT; None: nothing."""


class ReservationPrice(Message):
    """What reserving costs that no session follows, priced by the engine of the bills. With VAT; None: nothing.

    given_back: the most that giving it back costs, in its last moment. held: what is set aside until then.
    """

    minutes: int
    unused: Money | None
    given_back: Money | None
    held: Money | None


class ReservationNew(Request):
    """A connector, or a station of which any outlet will do. Operators may reserve for a card or a person."""

    connector_id: str | None = None
    station: str | None = None
    connector_type: Annotated[str, msgspec.Meta(max_length=20)] = ""
    """2.0.1 ConnectorEnumType, such as cType2; only with `station`."""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] = 30
    id_token: Annotated[str, msgspec.Meta(max_length=36)] | None = None
    account_id: str | None = None
