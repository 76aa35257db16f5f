"""What the session pages decide without a screen: states, order, sums, and a session's life in plain words. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app import i18n
from shared.money import Money
from shared.transactions import (
    ChargingState,
    PaymentInfo,
    Reading,
    Transaction,
    TransactionDetail,
    TransactionEvent,
    TransactionState,
)

Words = Callable[[str], str]
LIVE = (TransactionState.REQUESTED, TransactionState.ACTIVE)
FILTERS = {
    "": "All",
    "active": "Now",
    "ended": "Ended",
    "failed": "Not started",
    "reserved": "Not used",
    "decide": "Needs a decision",
}


# --- states --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sign:
    """How a state is told: a word, the name of a tone, the name of an icon."""

    word: str
    tone: str
    icon: str


def sign(one: Transaction) -> Sign:
    if one.state is TransactionState.REQUESTED:
        return Sign("Waits for the car", "violet", "waiting")
    if one.state is TransactionState.FAILED:
        return Sign("Not started", "danger", "failed")
    if one.state is TransactionState.ENDED:
        return Sign("Ended", "neutral", "ended")
    if one.state is TransactionState.RESERVED:
        word = "Reservation given back" if one.stop_reason == "given_back" else "Reservation not used"
        return Sign(word, "neutral", "unused")
    if one.stopping:
        return Sign("Stopping", "warning", "waiting")
    match one.charging_state:
        case ChargingState.SUSPENDED_EV:
            return Sign("Paused by the car", "warning", "paused")
        case ChargingState.SUSPENDED_EVSE:
            return Sign("Paused by the station", "warning", "paused")
        case ChargingState.PREPARING | ChargingState.IDLE:
            return Sign("Plugged in", "warning", "plugged")
    return Sign("Charging", "info", "charging")


def who(one: Transaction, words: Words) -> str:
    if one.driver:
        return one.driver
    return words("Card {number}").format(number=one.id_token) if one.id_token else words("Unknown driver")


def lasted(one: Transaction, now: datetime) -> timedelta | None:
    begun = one.begun_at
    return None if begun is None else max(timedelta(0), (one.ended_at or now) - begun)


def doubtful(one: Transaction) -> bool:
    """Whether somebody should look at it before it is billed or believed."""
    return bool({"estimated", "meter_backwards", "energy_without_authorization", "not_authorized"} & set(one.flags))


# --- the list ------------------------------------------------------------------------------------------------


def api_sort(sort: str) -> str:
    """The API's word for what a head of the table asks for."""
    return {"begun": "oldest", "-begun": "newest"}.get(sort, sort)


def fits(one: Transaction, search: str) -> bool:
    """As the API searches."""
    fields = (one.station_identity, one.station_name, one.location, one.driver, one.id_token, str(one.number))
    return search.strip().casefold() in " ".join(fields).casefold()


def running(known: Iterable[Transaction], search: str) -> list[Transaction]:
    """What runs now: the newest first. Ended ones are still in the topic until its next snapshot."""
    live = [one for one in known if one.state in LIVE and fits(one, search)]
    return sorted(live, key=lambda one: one.number, reverse=True)


def summary(live: Sequence[Transaction], words: Words) -> str:
    """One line about what runs now."""
    active = [one for one in live if one.state is TransactionState.ACTIVE]
    if not live:
        return words("Nobody is charging now.")
    power, power_unit = i18n.power(sum(one.power_w or 0 for one in active))
    energy, energy_unit = i18n.energy(sum(one.energy_wh for one in active))
    parts = [words("{n} charging").format(n=len(active)), f"{power} {power_unit}", f"{energy} {energy_unit}"]
    if cost := total([one.cost for one in active]):
        parts.append(i18n.money(cost))
    if waiting := len(live) - len(active):
        parts.append(words("{n} waiting for the car").format(n=waiting))
    return " · ".join(parts)


def total(costs: Iterable[Money | None]) -> Money | None:
    """None for nothing, and for several currencies, which have no sum."""
    known = [cost for cost in costs if cost is not None]
    if len({cost.currency for cost in known}) != 1:
        return None
    return Money(amount=sum((cost.amount for cost in known), Decimal(0)), currency=known[0].currency)


# --- one session ---------------------------------------------------------------------------------------------

REASONS = {
    "Local": "stopped at the station",
    "Remote": "stopped from the app",
    "EVDisconnected": "the cable was pulled out",
    "PowerLoss": "the power failed",
    "EmergencyStop": "emergency stop",
    "DeAuthorized": "not authorized",
    "Lost": "the station's stop never came",
    "SoftReset": "the station restarted",
    "HardReset": "the station restarted",
    "Reboot": "the station restarted",
    "UnlockCommand": "the cable was unlocked from here",
    "StoppedByEV": "stopped by the car",
    "SOCLimitReached": "the battery is full enough",
    "EnergyLimitReached": "the energy limit was reached",
    "TimeLimitReached": "the time limit was reached",
    "Timeout": "nobody plugged in",
    "GroundFault": "residual current protection",
    "OvercurrentFault": "over-current protection",
}
"""Stop reasons of OCPP 1.6 and 2.0.1. `Other` says nothing."""

STEPS = {
    "requested": "Start asked for",
    "begun": "Session began",
    "charging": "Energy flows",
    "suspended_ev": "The car pauses",
    "suspended_evse": "The station pauses",
    "target_reached": "The driver's target was reached",
    "stop_requested": "Stop asked for",
    "reserved": "Connector reserved",
    "reservation_over": "Reservation over, not used",
    "billed": "Receipt {value} written",
    "late_start": "The station told of the start {value} min later",
    "late_stop": "The station told of the stop {value} min later",
    "payment_held": "Amount reserved",
    "payment_captured": "Paid",
    "payment_released": "Reserved amount given back",
    "payment_failed": "Payment failed",
}
BAD_STEPS = {"failed", "payment_failed"}
MINOR_STEPS = {"charging", "suspended_ev", "suspended_evse", "late_start", "late_stop"}


def step(event: TransactionEvent, words: Words) -> str:
    """One step of the timeline as a sentence."""
    if event.kind == "ended":
        reason = words(REASONS.get(event.value, ""))
        told = reason or (event.value if event.value != "Other" else "")
        return words("Session ended: {reason}").format(reason=told) if told else words("Session ended")
    if event.kind == "failed":
        return words(event.value) if event.value else words("It never began")
    return words(STEPS.get(event.kind, event.text)).format(value=event.value)


FLAGS = {
    "estimated": "The energy is estimated from the last reading that can be believed.",
    "estimated_close": "The station never told of the stop. If it does later, the bill follows.",
    "meter_backwards": "The meter ran backwards; such readings are not billed.",
    "needs_decision": "It is unclear what the meter counted: decide what is billed.",
    "meter_stopped": "The meter stood still while the car charged; only what it counted is billed.",
    "meter_jump": "The meter jumped further than this connector can deliver; such readings are not billed.",
    "no_start_register": "The station didn't tell the meter at the start, so no energy is billed.",
    "no_readings": "The station told no meter after the start, so no energy is billed.",
    "signature_failed": "The meter's signature doesn't fit its data.",
    "signed_energy_differs": "The signed registers say another energy than the session.",
    "unit_mended": "The station sent kWh where it said Wh; it was put right.",
    "offline": "The station was offline for a part of it and told us later.",
    "messages_missing": "The station skipped some messages of this session.",
    "start_missing": "The station never told of the start; it is known from what came later.",
    "late_stop": "The stop came after the session was closed here and billed.",
    "clock_wrong": "The station's clock is wrong: times are those at which its messages came.",
    "not_authorized": "The card isn't allowed to charge. The station was asked to stop.",
    "energy_without_authorization": "Energy flowed although nobody was allowed to charge.",
    "zombie": "The station itself says that this connector is free.",
    "unstopped": "A new session began on this connector before this one was stopped.",
}
"""What an operator should know of a session, in the order of weight."""


def notes(detail: TransactionDetail, words: Words) -> list[str]:
    """Everything that is not as it should be, honestly."""
    flags = detail.transaction.flags
    found = [words(FLAGS[flag]) for flag in FLAGS if flag in flags]
    found += [flag.replace("_", " ") for flag in flags if flag not in FLAGS]
    if detail.left_out:
        found.append(
            i18n.several(
                detail.left_out,
                "One reading can't be true and was left out.",
                "{n} readings can't be true and were left out.",
            )
        )
    return found


PAYMENT_STATES = {
    "pending": ("Asking for the reservation", "info"),
    "held": ("Reserved", "info"),
    "capturing": ("Being taken", "info"),
    "captured": ("Paid", "good"),
    "releasing": ("Being given back", "info"),
    "released": ("Given back", "neutral"),
    "failed": ("Failed", "danger"),
}


def payment_rows(payment: PaymentInfo, words: Words) -> list[tuple[str, str]]:
    rows = [(words("Method"), payment.method or "–")]
    if payment.held is not None:
        rows.append((words("Reserved"), i18n.money(payment.held)))
    if payment.captured is not None:
        rows.append((words("Taken"), i18n.money(payment.captured)))
    return rows


def power_points(readings: Iterable[Reading]) -> list[tuple[datetime, float]]:
    return [(one.at, one.power_w / 1000) for one in readings if one.power_w is not None]


def energy_points(readings: Sequence[Reading], begun_at: datetime | None) -> list[tuple[datetime, float]]:
    """From 0 at the begin on."""
    points = [(one.at, one.energy_wh / 1000) for one in readings]
    if begun_at is not None and points and points[0][0] > begun_at:
        points.insert(0, (begun_at, 0.0))
    return points


def peak_w(readings: Iterable[Reading]) -> int | None:
    return max((one.power_w for one in readings if one.power_w is not None), default=None)
