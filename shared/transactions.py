"""Transactions: charging sessions from the tap on Start to the receipt."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money, PriceHeadline, Target, TargetNew


class TransactionState(StrEnum):
    """REQUESTED → ACTIVE → ENDED is the way of a good one; FAILED never began. RESERVED is no session: a connector was
    kept for somebody who didn't use it, and that is billed."""

    REQUESTED = "requested"
    """Started from the app; the station has not begun yet (plug in, or wait)."""
    ACTIVE = "active"
    ENDED = "ended"
    FAILED = "failed"
    RESERVED = "reserved"


class ChargingState(StrEnum):
    """OCPP 2.0.1 ChargingStateEnumType, in our spelling."""

    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    IDLE = "idle"


class Transaction(Message):
    """One charging session. Numbers are of now for an active one, final for an ended one.

    power_w: None where the station doesn't tell. soc_percent: only cars that tell. cost: including VAT.
    """

    id: str
    number: int
    state: TransactionState
    charging_state: ChargingState | None
    station_id: str
    station_identity: str
    station_name: str
    location_id: str | None
    location: str
    connector_id: str | None
    connector: str
    driver: str
    id_token: str
    requested_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None
    energy_wh: int
    power_w: int | None
    soc_percent: int | None
    cost: Money | None
    stop_reason: str
    failure: str
    """For FAILED: why, in plain words."""
    stopping: bool
    """A stop was asked for and the station has not ended the transaction yet."""
    flags: list[str]
    """What an operator should know: offline, estimated, meter_backwards, unmatched …"""
    updated_at: datetime
    target: Target | None = None
    """Where it stops by itself."""


class Reading(Message):
    """One point of a session's curve."""

    at: datetime
    energy_wh: int
    power_w: int | None = None
    soc_percent: int | None = None


class TransactionEvent(Message):
    """One step in the life of a session, for the timeline. `text` says it in English.

    kind (and `value`): requested, begun, charging, suspended_ev, suspended_evse, stop_requested, ended (the station's
    reason), failed (why), target_reached, late_start and late_stop (minutes), billed (the receipt's number),
    payment_held, payment_captured, payment_released, payment_failed (why).
    """

    at: datetime
    kind: str
    text: str
    value: str = ""


class PaymentInfo(Message):
    id: str
    state: str
    """pending, held, captured, released, failed."""
    method: str
    held: Money | None
    captured: Money | None
    failure: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    refunded: Money | None = None
    """Of what was captured."""
    written_off: Money | None = None
    """Of what was owed: the operator asks no more for it."""


class TransactionDetail(Message):
    transaction: Transaction
    readings: list[Reading]
    timeline: list[TransactionEvent]
    payment: PaymentInfo | None
    has_receipt: bool
    max_power_w: int
    price: str
    headline: PriceHeadline | None = None
    """The prices that the session was begun with; None: it costs nothing."""
    meter_start_wh: int | None = None
    meter_last_wh: int | None = None
    """The register of the station's meter: at the start, and the last that can be believed."""
    left_out: int = 0
    """Readings that are kept, but left out of curve and bill because they can't be true."""


class TransactionQuestion(Request):
    """None: only whether the station has messages of any session to send."""

    transaction_id: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class TransactionAnswer(Message):
    """What a station says of a session. `ongoing`: None where none was named, or the station doesn't tell.

    `closed`: the station neither runs it nor has anything to tell of it, so that its end was lost; it was closed from
    its last reading.
    """

    ongoing: bool | None
    messages_in_queue: bool
    closed: bool = False


class StartTransaction(Request):
    """Start charging on a connector. `account_id`: an operator may start for a driver."""

    connector_id: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    account_id: str | None = None
    target: TargetNew | None = None
