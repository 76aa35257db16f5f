"""What the OCPP edge reports about transactions: one vocabulary for both versions. Times are aware UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from backend.authorization.rules import Decision


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of a meter. energy_wh is the import register.

    energy_other_wh: what the register would be if the station named the wrong unit (Wh for kWh or the reverse).
    """

    at: datetime
    energy_wh: int | None = None
    energy_other_wh: int | None = None
    power_w: int | None = None
    soc_percent: int | None = None
    current_a: Decimal | None = None
    voltage_v: Decimal | None = None
    phase_voltages: tuple[float, ...] = ()
    """L1, L2, L3; empty unless all three were told. The currents likewise."""
    phase_currents: tuple[float, ...] = ()
    offered_w: int | None = None
    """What the station offers the car."""
    context: str = "Sample.Periodic"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter signed, as it came: never changed, only checked."""

    at: datetime
    data: str
    context: str = ""
    public_key: str = ""
    encoding: str = ""
    method: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """ref: the id on the wire of 2.0.1; number: ours, the id of 1.6. raw: the message as it came, for the record.

    remote_start_id, remote: the station says that a start from afar caused this. clock_wrong: set by the service.
    """

    at: datetime
    ref: str | None = None
    number: int | None = None
    evse: int | None = None
    connector: int = 1
    id_token: str | None = None
    seq_no: int | None = None
    offline: bool = False
    charging_state: str | None = None
    remote_start_id: int | None = None
    remote: bool = False
    reservation: int | None = None
    clock_wrong: bool = False
    readings: list[Sample] = []
    signed: list[Signed] = []
    raw: Any = {}


class Started(Report, frozen=True, kw_only=True):
    meter_wh: int | None = None


class Updated(Report, frozen=True, kw_only=True):
    pass


class Ended(Report, frozen=True, kw_only=True):
    meter_wh: int | None = None
    reason: str = ""


class StartReply(msgspec.Struct, frozen=True, kw_only=True):
    """number: the transactionId of 1.6. decision: about the token that came, None if none did. connector_id: where."""

    transaction_id: UUID
    number: int
    decision: Decision | None
    cost: Decimal | None = None
    connector_id: UUID | None = None
