"""Holding an outlet for somebody who is on the way."""

from datetime import datetime

from backend.commands.base import Command


class ReserveNow(Command, frozen=True, kw_only=True):
    """evse 0: whichever is free. connector_type: a word of 2.0.1 ConnectorEnumType; 1.6 has no such wish."""

    number: int
    evse: int
    id_token: str
    id_token_type: str
    group: str = ""
    expires_at: datetime
    connector_type: str = ""


class CancelReservation(Command, frozen=True, kw_only=True):
    number: int


AnyReservation = ReserveNow | CancelReservation
