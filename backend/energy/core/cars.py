"""What the planner is asked and what it answers."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from backend.energy.core.grid import Series


class Order(StrEnum):
    EQUAL = "equal"
    FIRST_COME = "first_come"
    PRIORITY = "priority"
    CHEAPEST = "cheapest"
    GREENEST = "greenest"
    BLEND = "blend"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """`cost`, `carbon`: how much each counts in a blend."""

    order: Order = Order.CHEAPEST
    cost: float = 1.0
    carbon: float = 0.0

    def weights(self) -> tuple[float, float]:
        if self.order is Order.GREENEST:
            return 0.0, 1.0
        return (self.cost, self.carbon) if self.order is Order.BLEND else (1.0, 0.0)


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A car at a connector. `wanted_wh`: what it still wants. None: not known, planned as a long stay."""

    connector: str
    session: str = ""
    arrived: float
    departure: float | None = None
    wanted_wh: float | None = None
    max_kw: float | None = None
    phases: int | None = None
    priority: float = 0.0
    first: bool = False
    """It goes before all others, whatever the policy: a fleet's, or who pays for it."""
    amps: float = 0.0
    """The limit it has now."""
    switched: float | None = None
    """When it was last turned on or off."""
    stopped: float | None = None
    """When it was turned off, if it has been off since."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """A price for each kW of a period's highest power through the connection. `peak_kw`: reached already, so it is paid
    whatever comes. `others_kw`: what else flows there now, besides the cars and the sun that is foreseen."""

    price: float
    peak_kw: float = 0.0
    others_kw: float = 0.0


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """Price and CO2 per kWh, the sun's forecast in kW; `loads`: what other loads draw now, per phase.

    `caps`: of nodes with a limit in total that changes at known times, all of it in kW, own limits included.
    `busy`: until when connectors are taken by cars that aren't asked about, as they are full or can't be reached."""

    price: Series = ()
    carbon: Series = ()
    solar: Series = ()
    feed_in: float = 0.0
    loads: Mapping[str, tuple[float, float, float]] = {}
    caps: Mapping[str, Series] = {}
    busy: Mapping[str, float] = {}
    demand: Demand | None = None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """`code` for programs, `text` for people. `limits`: names of those that bind; `ahead`: connectors served first."""

    code: str
    text: str
    limits: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    until: float | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`amps`: for now. `later`: of each connector from when which current is foreseen (not rounded)."""

    made_at: float
    amps: Mapping[str, float]
    later: Mapping[str, Series]
    why: Mapping[str, Why]
    solver: str
    """optimum | greedy; `fell_back` says why it isn't the optimum."""
    fell_back: str = ""
    took_s: float
    short_wh: Mapping[str, float]
    """What a car will miss at its departure as far as is known."""
