"""Trusted meters: what a meter signed in a session, and the keys to check it with."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request


class SignedState(StrEnum):
    VERIFIED = "verified"
    """The signature fits the data and the key."""
    FAILED = "failed"
    """It doesn't fit, or the data can't be read: an operator must look."""
    UNVERIFIED = "unverified"
    """No key is known, or a format that Wattline can't check."""


class SignedValue(Message):
    """`data` is what the meter signed, as it came. key_source: operator, configuration (of the station) or message."""

    at: datetime
    context: str
    data: str
    state: SignedState
    public_key: str
    key_source: str
    note: str
    register_wh: int | None = None


class SignedSession(Message):
    """The signed values of one session. `state`: the worst of them; energy_wh: last register less the first."""

    transaction_id: str
    state: SignedState
    energy_wh: int | None
    billed_wh: int
    values: list[SignedValue]
    explanation: str = ""


class MeterKey(Message):
    """evse 0: the key of every outlet that has none of its own."""

    evse: int
    public_key: str
    label: str
    changed_at: datetime


class MeterKeys(Message):
    """Those of one station: few."""

    items: list[MeterKey]


class MeterKeyEntry(Request):
    """Hexadecimal or base64 (DER), PEM, or as OCPP carries it (`oca:base16:asn1:…`)."""

    public_key: Annotated[str, msgspec.Meta(min_length=40, max_length=4000)]
    label: Annotated[str, msgspec.Meta(max_length=100)] = ""


class MeterReading(Message):
    """What a meter said last while nobody charged there. `evse` 0: the station's main meter."""

    evse: int
    at: datetime
    energy_wh: int | None = None
    power_w: int | None = None
    current_a: Decimal | None = None
    voltage_v: Decimal | None = None
