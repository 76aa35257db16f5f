"""What the driver's pages decide: order, filters, and the words for prices, states and hindrances. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import msgspec

from app import i18n, plugs
from app.widgets.geo import Pin, metres
from shared.money import Money, PriceHeadline
from shared.stations import (
    Availability,
    Connector,
    ConnectorStatus,
    LocationDetail,
    LocationSummary,
    PowerType,
    StationForDriver,
)
from shared.transactions import ChargingState, Transaction, TransactionDetail, TransactionState

Words = Callable[[str], str]
Place = tuple[float, float] | None
LIVE = (TransactionState.REQUESTED, TransactionState.ACTIVE)
STARTABLE = (
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.FINISHING,
    ConnectorStatus.UNKNOWN,
)


def asked(route: str) -> dict[str, str]:
    """What follows the `?` of an address."""
    return dict(parse_qsl(route.partition("?")[2]))


# --- finding -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What a driver is looking for."""

    search: str = ""
    available: bool = False
    power: frozenset[PowerType] = field(default_factory=frozenset)


def fits(location: LocationSummary, wish: Wish) -> bool:
    text = f"{location.name} {location.address} {location.city}".casefold()
    return (
        all(word in text for word in wish.search.casefold().split())
        and (not wish.available or location.availability.available > 0)
        and (not wish.power or not wish.power.isdisjoint(location.power_types))
    )


def with_distance(location: LocationSummary, place: Place) -> LocationSummary:
    if place is None:
        return location
    away = metres(place, (location.latitude, location.longitude))
    return msgspec.structs.replace(location, distance_m=away)


def found(locations: Sequence[LocationSummary], wish: Wish, place: Place) -> list[LocationSummary]:
    """Nearest first where the place is known, else by name."""
    fitting = [with_distance(one, place) for one in locations if fits(one, wish)]
    return sorted(fitting, key=lambda one: (one.distance_m or 0, one.name.casefold(), one.id))


def pin(location: LocationSummary) -> Pin:
    states = location.availability
    return Pin(
        location.id,
        location.name,
        location.latitude,
        location.longitude,
        states.available,
        states.total,
        broken=states.out_of_order == states.total,
    )


def availability(states: Availability, words: Words) -> tuple[str, str]:
    """(text, tone)."""
    if states.available:
        return words("{n} of {total} available").format(n=states.available, total=states.total), "good"
    if states.out_of_order == states.total:
        return words("Out of service"), "neutral"
    return words("All in use"), "warning"


# --- a connector ---------------------------------------------------------------------------------------------


def plug(standard: str) -> str:
    return i18n.say(plugs.plug(standard))


def startable(connector: Connector, online: bool) -> bool:
    return online and connector.status in STARTABLE


def hindrance(connector: Connector, online: bool, words: Words) -> str:
    """Why charging can't start here now, in plain words; empty when it can."""
    if not online or connector.status is ConnectorStatus.OFFLINE:
        return words("This charger has no connection to us, so it can't be started from the app.")
    if connector.status is ConnectorStatus.FAULTED:
        told = connector.error_info or connector.error_code
        sentence = words("The charger reports a fault. The operator knows.")
        return f"{sentence} ({told})" if told and told != "NoError" else sentence
    if connector.status is ConnectorStatus.UNAVAILABLE:
        return words("Taken out of service by the operator.")
    if connector.status is ConnectorStatus.RESERVED:
        return words("Reserved for somebody else.")
    if connector.status in (ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED):
        return words("Somebody is charging here.")
    return ""


def currency_of(detail: TransactionDetail) -> str:
    """Empty: charging costs nothing."""
    return detail.headline.currency if detail.headline is not None else ""


def price_lines(headline: PriceHeadline | None, words: Words) -> list[str]:
    """The price in plain words, the price of energy first. Prices include VAT."""
    if headline is None:
        return [words("Charging costs nothing here.")]
    lines = []

    def money(value: Decimal) -> str:
        return i18n.amount(value, headline.currency)

    if headline.energy is not None:
        lines.append(words("{amount} for each kWh").format(amount=money(headline.energy)))
    if headline.time is not None:
        lines.append(words("{amount} for each hour of charging").format(amount=money(headline.time)))
    if headline.flat is not None:
        lines.append(words("{amount} once, for starting").format(amount=money(headline.flat)))
    if headline.parking is not None and headline.free_minutes:
        sentence = words("When your car is full: {minutes} min free, then {amount} for each hour that it stays")
        lines.append(sentence.format(minutes=headline.free_minutes, amount=money(headline.parking)))
    elif headline.parking is not None:
        lines.append(
            words("When your car is full: {amount} for each hour that it stays").format(amount=money(headline.parking))
        )
    if headline.varies:
        lines.append(words("Prices depend on the time of day or on how much you charge"))
    return lines or [words("Charging costs nothing here.")]


def hold_sentence(headline: PriceHeadline | None, hold: Decimal, words: Words) -> str:
    """What is reserved before the start."""
    if headline is None or hold <= 0:
        return words("Nothing is reserved and nothing is charged.")
    return words("We reserve {amount} on your card before the start. You pay only what you use.").format(
        amount=i18n.amount(hold, headline.currency)
    )


def outlet(here: LocationDetail, connector_id: str) -> tuple[StationForDriver, Connector] | None:
    for station in here.stations:
        for connector in station.connectors:
            if connector.id == connector_id:
                return station, connector
    return None


def free_here(here: LocationDetail, instead_of: Connector) -> tuple[StationForDriver, Connector] | None:
    """Another one at this location that can be started: of the same kind first, the strongest first."""
    free = [
        (station, one)
        for station in here.stations
        for one in station.connectors
        if station.online and one.status is ConnectorStatus.AVAILABLE
    ]
    free.sort(key=lambda pair: (pair[1].power_type is not instead_of.power_type, -pair[1].max_power_w))
    return free[0] if free else None


def nearest_other(
    locations: Sequence[LocationSummary], here: LocationDetail, power_type: PowerType
) -> LocationSummary | None:
    """Where else the same kind of current is available, nearest to this location."""
    spot = (here.latitude, here.longitude)
    others = [
        with_distance(one, spot)
        for one in locations
        if one.id != here.id and one.availability.available and power_type in one.power_types
    ]
    return min(others, key=lambda one: one.distance_m or 0, default=None)


# --- a session -----------------------------------------------------------------------------------------------


def running(transactions: Sequence[Transaction]) -> Transaction | None:
    """The driver's own session that is on, if there is one."""
    live = [one for one in transactions if one.state in LIVE]
    return max(live, key=lambda one: one.begun_at or one.requested_at or one.updated_at, default=None)


def state_word(one: Transaction, words: Words) -> str:
    if one.state is TransactionState.REQUESTED:
        return words("Waiting for the car")
    if one.state is TransactionState.FAILED:
        return words("Not started")
    if one.state is TransactionState.ENDED:
        return words("Ended")
    if one.state is TransactionState.RESERVED:
        return unused_word(one, words)
    if one.stopping:
        return words("Stopping")
    return {
        ChargingState.SUSPENDED_EV: words("Paused by your car"),
        ChargingState.SUSPENDED_EVSE: words("Paused by the charger"),
        ChargingState.PREPARING: words("Getting ready"),
        ChargingState.IDLE: words("Done, still plugged in"),
    }.get(one.charging_state or ChargingState.CHARGING, words("Charging"))


def unused_word(one: Transaction, words: Words) -> str:
    """Of a reservation that no session followed."""
    return words("Reservation given back") if one.stop_reason == "given_back" else words("Reservation not used")


def state_tone(one: Transaction) -> str:
    if one.state is TransactionState.FAILED:
        return "danger"
    if one.state is TransactionState.ENDED:
        return "good"
    if one.state is TransactionState.RESERVED:
        return "neutral"
    if one.stopping or one.charging_state in (
        ChargingState.SUSPENDED_EV,
        ChargingState.SUSPENDED_EVSE,
        ChargingState.IDLE,
    ):
        return "warning"
    return "info"


def state_detail(one: Transaction, words: Words) -> str:
    """What the state means for the driver; empty where the word is enough."""
    if one.stopping:
        return words("The charger is ending the session. This takes a few seconds.")
    if one.charging_state is ChargingState.SUSPENDED_EV:
        full = (one.soc_percent or 0) >= 99
        return words("Your car is full.") if full else words("It is full, or its own timer waits.")
    if one.charging_state is ChargingState.SUSPENDED_EVSE:
        return words("The charger gives no power now, often to share it. It goes on by itself, and waiting is free.")
    if one.charging_state is ChargingState.IDLE:
        return words("Unplug and drive on, so that the next car can charge.")
    if one.charging_state is ChargingState.PREPARING:
        return words("Charger and car are agreeing on the power.")
    return ""


def lasted(one: Transaction, now: datetime) -> timedelta | None:
    return None if one.begun_at is None else (one.ended_at or now) - one.begun_at


def fill(detail: TransactionDetail) -> float:
    """How full the ring is: the battery where the car tells, else the power against what the outlet can give."""
    one = detail.transaction
    if one.soc_percent is not None:
        return min(1.0, one.soc_percent / 100)
    return min(1.0, (one.power_w or 0) / detail.max_power_w) if detail.max_power_w else 0.0


COMFORT = 80
"""Up to here a battery charges fast; beyond it most drivers leave."""
LEAST_W = 500


def ahead(detail: TransactionDetail, now: datetime) -> tuple[str, timedelta] | None:
    """(target, 80 % or full; how long at the pace of now). None: it can't be known, or nothing flows.

    What a percent takes is learned from this session: at least two percents of it.
    """
    one, target = detail.transaction, detail.transaction.target
    if target is not None and target.minutes is not None and one.begun_at is not None:
        return "target", max(timedelta(), one.begun_at + timedelta(minutes=target.minutes) - now)
    if one.stopping or one.power_w is None or one.power_w < LEAST_W:
        return None
    if target is not None and target.energy_wh is not None:
        return "target", timedelta(hours=max(0, target.energy_wh - one.energy_wh) / one.power_w)
    told = [(reading.soc_percent, reading.energy_wh) for reading in detail.readings if reading.soc_percent is not None]
    if one.soc_percent is None or len(told) < 2 or told[-1][0] - told[0][0] < 2 or told[-1][1] <= told[0][1]:
        return None
    wh_per_percent = (told[-1][1] - told[0][1]) / (told[-1][0] - told[0][0])
    name, goal = ("80 %", COMFORT) if one.soc_percent < COMFORT else ("full", 100)
    if target is not None and target.soc_percent is not None:
        name, goal = "target", target.soc_percent
    return name, timedelta(hours=max(0, goal - one.soc_percent) * wh_per_percent / one.power_w)


AHEAD = {
    "target": "Your target in about {time}",
    "80 %": "80 % in about {time}",
    "full": "Full in about {time}",
}


def ahead_sentence(detail: TransactionDetail, now: datetime, words: Words) -> str:
    found = ahead(detail, now)
    return words(AHEAD[found[0]]).format(time=i18n.duration(max(found[1], timedelta(minutes=1)))) if found else ""


def payment_sentence(detail: TransactionDetail, words: Words) -> str:
    """What became of the driver's money."""
    payment = detail.payment
    if payment is None:
        return words("Nothing was charged.")
    if payment.state == "held" and payment.held is not None:
        return words("{amount} is reserved on {method}. You pay only what you use.").format(
            amount=i18n.money(payment.held), method=words(payment.method)
        )
    if payment.state in ("releasing", "released"):
        return words("Nothing was charged. The reservation was given back.")
    if payment.state == "failed":
        return payment.failure or words("The payment failed.")
    if payment.state == "captured" and payment.captured is not None:
        return words("{amount} paid with {method}.").format(
            amount=i18n.money(payment.captured), method=words(payment.method)
        )
    return words("The payment is under way.")


# --- the past ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """One month of sessions, newest first. `whole`: the sums count all of it."""

    name: str
    sessions: list[Transaction]
    energy_wh: int
    cost: Money | None
    whole: bool


def months(transactions: Sequence[Transaction], more: bool) -> list[Month]:
    """Grouped as they come. With `more` to follow, the last month may go on."""
    groups: dict[str, list[Transaction]] = {}
    for one in transactions:
        at = one.begun_at or one.requested_at or one.updated_at
        groups.setdefault(i18n.month(at), []).append(one)
    last = len(groups) - 1
    return [
        Month(name, sessions, sum(one.energy_wh for one in sessions), total(sessions), not (more and place == last))
        for place, (name, sessions) in enumerate(groups.items())
    ]


def total(sessions: Sequence[Transaction]) -> Money | None:
    """None where nothing was paid, or in several currencies, which have no sum."""
    costs = [one.cost for one in sessions if one.cost is not None]
    if not costs or len({cost.currency for cost in costs}) > 1:
        return None
    return Money(amount=sum((cost.amount for cost in costs), Decimal(0)), currency=costs[0].currency)


def doubt(station: StationForDriver, words: Words) -> str:
    """Why one should not rely on a station that says that it works."""
    parts = []
    if station.known_fault:
        parts.append(words("The operator knows of a fault here."))
    if station.reported:
        parts.append(words("Drivers report a problem here."))
    if station.failed_starts > 1:
        parts.append(words("The last {n} starts failed.").format(n=station.failed_starts))
    return " ".join(parts)
