"""Rows of transactions as the API shows them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from backend.authorization.rules import masked
from backend.payments.rules import standing
from backend.stations.rules import connector_label
from backend.tariffs import taxes
from backend.transactions import rules, store, target_rules
from shared.money import Money, Receipt, ReceiptLine
from shared.transactions import ChargingState, PaymentInfo, Reading, Transaction, TransactionEvent, TransactionState

Row = store.Row
MOST_POINTS = 240

STATES = {
    "charging": "Energy flows",
    "suspended_ev": "The car pauses",
    "suspended_evse": "The station pauses",
}
UNUSED = {"expired": "Reservation ended, not used", "given_back": "Reservation given back"}
HIDDEN_FROM_DRIVERS = frozenset({"messages_missing", "offline", "unit_mended", "start_missing"})


def transaction(row: Row, *, for_driver: bool = False) -> Transaction:
    label = ""
    if row["connector_evse"] is not None:
        label = connector_label(row["connector_evse"], row["connector_number"])
    elif row["evse"]:
        label = str(row["evse"])
    return Transaction(
        id=str(row["id"]),
        number=row["number"],
        state=TransactionState(row["state"]),
        charging_state=ChargingState(row["charging_state"]) if row["charging_state"] else None,
        station_id=str(row["station"]),
        station_identity=row["identity"],
        station_name=row["station_name"] or row["identity"],
        location_id=str(row["location_id"]) if row["location_id"] else None,
        location=row["location"] or "",
        connector_id=str(row["connector"]) if row["connector"] else None,
        connector=label,
        driver=row["driver"] or "",
        id_token=masked(row["id_token"]),
        requested_at=row["requested_at"],
        begun_at=row["reserved_from"] if row["state"] == TransactionState.RESERVED else row["begun_at"],
        ended_at=row["ended_at"],
        energy_wh=row["energy_wh"],
        power_w=row["power_w"],
        soc_percent=row["soc_percent"],
        cost=Money(amount=row["cost"], currency=row["currency"]) if row["cost"] is not None else None,
        stop_reason=row["stop_reason"],
        failure=row["failure"],
        stopping=row["stop_requested_at"] is not None and row["state"] == TransactionState.ACTIVE,
        flags=[flag for flag in row["flags"] if not for_driver or flag not in HIDDEN_FROM_DRIVERS],
        updated_at=row["updated_at"],
        target=target_rules.shown(row["target"], row),
    )


def readings(row: Row, rows: list[Row]) -> list[Reading]:
    """The curve: energy of the session, not the register."""
    start = row["meter_start_wh"]
    points: list[Reading] = []
    for one in rows:
        if not one["trusted"] or (one["energy_wh"] is None and one["power_w"] is None):
            continue
        known = points[-1].energy_wh if points else 0
        energy = known if one["energy_wh"] is None or start is None else max(known, one["energy_wh"] - start)
        points.append(Reading(at=one["at"], energy_wh=energy, power_w=one["power_w"], soc_percent=one["soc_percent"]))
    return rules.thin_out(points, MOST_POINTS)


def timeline(
    row: Row, states: list[tuple[datetime, str]], messages: list[Row], payment: PaymentInfo | None, cdr: Row | None
) -> list[TransactionEvent]:
    """The life of a session in steps, in the order of time."""
    failed, ended = row["state"] == TransactionState.FAILED, row["state"] == TransactionState.ENDED
    kept = row["state"] == TransactionState.RESERVED
    steps: list[tuple[datetime | None, str, str, str]] = [
        (row["requested_at"], "requested", "Start asked for", ""),
        (row["reserved_from"], "reserved", "Connector reserved", ""),
        (row["ended_at"] if kept else None, "reservation_over", UNUSED.get(row["stop_reason"], ""), ""),
        (None if failed else row["begun_at"], "begun", "Charging session began", ""),
        *((at, state, STATES[state], "") for at, state in states),
        (_reached_at(row), "target_reached", "The driver's target was reached", ""),
        (row["stop_requested_at"], "stop_requested", "Stop asked for", ""),
        (row["ended_at"] if ended else None, "ended", _ended_text(row), row["stop_reason"]),
    ]
    if failed:
        steps.append((row["updated_at"], "failed", row["failure"] or "It never began", row["failure"]))
    for message in messages:
        late = message["received_at"] - message["at"]
        if late.total_seconds() > 300:
            minutes = round(late.total_seconds() / 60)
            what = "start" if message["kind"] == "started" else "stop"
            text = f"The station told of the {what} {minutes} min later"
            steps.append((message["received_at"], f"late_{what}", text, str(minutes)))
    if cdr is not None:
        steps.append((cdr["issued_at"], "billed", f"Receipt {cdr['number']} written", cdr["number"]))
    steps += _paid(payment)
    known = [TransactionEvent(at=at, kind=kind, text=text, value=value) for at, kind, text, value in steps if at]
    return sorted(known, key=lambda step: step.at)


def _reached_at(row: Row) -> datetime | None:
    reached = (row["target"] or {}).get("reached_at")
    return datetime.fromisoformat(reached) if reached else None


MOST_STATES = 12
"""A car that balances its battery starts and stops for hours: the first and the last tell enough."""


def states(readings: list[Row]) -> list[tuple[datetime, str]]:
    """When energy flowed and when it didn't, as the readings tell: words of STATES."""
    found: list[tuple[datetime, str]] = []
    for one in readings:
        state = one["charging_state"]
        if state in STATES and (not found or found[-1][1] != state):
            found.append((one["at"], state))
    if len(found) > MOST_STATES:
        found = [*found[: MOST_STATES // 2], *found[-MOST_STATES // 2 :]]
    return found


def _paid(payment: PaymentInfo | None) -> list[tuple[datetime | None, str, str, str]]:
    if payment is None:
        return []
    steps: list[tuple[datetime | None, str, str, str]] = []
    if payment.method:
        steps.append((payment.created_at, "payment_held", "Amount reserved", ""))
    words = {"captured": "Paid", "released": "Reserved amount given back", "failed": "Payment failed"}
    if payment.state in words:
        steps.append((payment.updated_at, f"payment_{payment.state}", words[payment.state], payment.failure))
    return steps


def _ended_text(row: Row) -> str:
    reasons = {
        "Local": "stopped at the station",
        "Remote": "stopped from the app",
        "EVDisconnected": "unplugged",
        "PowerLoss": "power failed",
        "EmergencyStop": "emergency stop",
        "DeAuthorized": "not authorized",
        "Lost": "the station's stop never came",
        "SoftReset": "station restarted",
        "HardReset": "station restarted",
        "Reboot": "station restarted",
    }
    reason = reasons.get(row["stop_reason"], row["stop_reason"])
    return f"Charging session ended ({reason})" if reason else "Charging session ended"


def receipt(cdr: Row, payment: PaymentInfo | None, corrected: Decimal = Decimal(0)) -> Receipt:
    """corrected: the sum of the bill's corrections."""
    facts: dict[str, Any] = cdr["facts"]
    total_incl: Decimal = cdr["total_incl"]
    lines = msgspec.convert(cdr["lines"], list[ReceiptLine], strict=False)
    split = taxes.split(lines, total_incl, cdr["currency"])

    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=cdr["currency"])

    paid = payment.captured.amount if payment and payment.captured else Decimal(0)
    written_off = payment.written_off.amount if payment and payment.written_off else Decimal(0)
    owed, state = standing(total_incl, corrected, paid, written_off, payment.state if payment else "invoiced")
    note = (
        "The station's own numbers for the end can't be used: this is its last reliable reading."
        if facts["estimated"]
        else ""
    )
    return Receipt(
        id=str(cdr["id"]),
        number=cdr["number"],
        transaction_id=str(cdr["transaction"]),
        issued_at=cdr["issued_at"],
        seller=facts["seller"],
        location=facts["location"],
        address=facts["address"],
        station=facts["station"],
        connector=facts["connector"],
        begun_at=datetime.fromisoformat(facts["begun_at"]),
        ended_at=datetime.fromisoformat(facts["ended_at"]),
        energy_wh=facts["energy_wh"],
        meter_start_wh=facts["meter_start_wh"],
        meter_stop_wh=facts["meter_stop_wh"],
        lines=lines,
        total_excl=money(split.net),
        total_vat=money(split.tax),
        total_incl=money(total_incl),
        paid=money(paid),
        payment_state=state,
        payment_method=payment.method if payment else "By invoice",
        estimated=facts["estimated"],
        note=note,
        taxes=split.taxes,
        rounding=split.rounding,
        target=target_rules.shown(facts.get("target"), {}),
        reservation=bool(facts.get("reservation")),
        waited_s=facts.get("waited_s", 0),
        owed=owed,
    )
