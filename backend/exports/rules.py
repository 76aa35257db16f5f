"""What an export holds, and how a cell is written so that no spreadsheet runs it. Pure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the begin of a formula (OWASP, CSV injection)."""
MARK = "\ufeff"
"""Without it Excel takes the file for another encoding."""


class Kind(StrEnum):
    SESSIONS = "sessions"
    CDRS = "cdrs"
    PAYMENTS = "payments"
    TOPUPS = "topups"
    WALLETS = "wallets"
    DEBTS = "debts"
    REFUNDS = "refunds"


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    """Charge detail records in the form of OCPI 2.2.1."""


MEDIA = {
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.JSON: "application/json",
}
COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.SESSIONS: (
        "number",
        "state",
        "location",
        "station",
        "connector",
        "driver",
        "id_token",
        "begun_at",
        "ended_at",
        "minutes",
        "energy_kwh",
        "meter_start_kwh",
        "meter_last_kwh",
        "max_power_kw",
        "cost",
        "currency",
        "stop_reason",
        "flags",
        "session_id",
    ),
    Kind.CDRS: (
        "number",
        "issued_at",
        "location",
        "station",
        "connector",
        "driver",
        "begun_at",
        "ended_at",
        "energy_kwh",
        "meter_start_kwh",
        "meter_stop_kwh",
        "total_excl",
        "total_vat",
        "total_incl",
        "currency",
        "tariff",
        "estimated",
        "corrects",
        "reason",
        "session_id",
    ),
    Kind.PAYMENTS: (
        "created_at",
        "updated_at",
        "state",
        "provider",
        "method",
        "reference",
        "driver",
        "receipt",
        "held",
        "due",
        "captured",
        "currency",
        "failure",
        "session_id",
        "payment_id",
    ),
    Kind.TOPUPS: (
        "created_at",
        "updated_at",
        "state",
        "driver",
        "email",
        "amount",
        "refunded",
        "currency",
        "provider",
        "method",
        "reference",
        "failure",
        "payment_id",
    ),
    Kind.WALLETS: (
        "at",
        "driver",
        "email",
        "kind",
        "amount",
        "currency",
        "note",
        "session_id",
        "payment_id",
        "transfer_id",
    ),
    Kind.DEBTS: (
        "created_at",
        "closed_at",
        "state",
        "driver",
        "email",
        "amount",
        "currency",
        "reason",
        "receipt",
        "paid_with",
        "paid_at",
        "session_id",
        "payment_id",
        "debt_id",
    ),
    Kind.REFUNDS: (
        "created_at",
        "updated_at",
        "state",
        "driver",
        "amount",
        "currency",
        "to",
        "reason",
        "made_by",
        "reference",
        "failure",
        "receipt",
        "session_id",
        "payment_id",
        "refund_id",
    ),
}


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(value: Any) -> str:
    """A cell. Numbers are ours and stay numbers, also negative ones; texts are anybody's."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return harmless(text_of(value))


def text_of(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    """RFC 4180: commas, quotes doubled, CRLF."""
    out = io.StringIO()
    csv.writer(out).writerows([[as_csv(cell) for cell in row] for row in rows])
    return out.getvalue()
