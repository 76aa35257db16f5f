"""The power of a location: its tree, how it is shared among cars, signals from outside, and what it comes to."""

from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

MOST_NODES = 600
MOST_A = 10_000
MOST_PRICE = 1_000
Watts = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class NodeKind(StrEnum):
    """LOAD is what else draws at a site, SOLAR and BATTERY what may feed it: all three are told by a meter."""

    GRID = "grid"
    TRANSFORMER = "transformer"
    FEEDER = "feeder"
    STATION = "station"
    CONNECTOR = "connector"
    LOAD = "load"
    SOLAR = "solar"
    BATTERY = "battery"


class Rotation(StrEnum):
    """To which phases of the site the phases of a station are wired, in their order."""

    RST = "RST"
    STR = "STR"
    TRS = "TRS"
    RTS = "RTS"
    SRT = "SRT"
    TSR = "TSR"


class PowerNode(Request):
    """`limit_a` for each phase, `limit_w` over all. A station names its identity and a connector its EVSE.

    `fallback_a`: what each EVSE of the station may draw while Wattline is silent. A load that has not been heard of
    for `stale_after_s` counts with its limit. `rise_a`: how far a load or battery may rise, each phase, while its meter
    is silent and limits that were given before still hold (a quarter of an hour); None: learned from its meter.
    """

    key: Key
    kind: NodeKind
    parent: Key | None = None
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    limit_a: Decimal | None = None
    limit_w: Watts | None = None
    station: Annotated[str, msgspec.Meta(max_length=48)] | None = None
    evse: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    phases: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    rotation: Rotation = Rotation.RST
    minimum_a: Decimal = Decimal(6)
    maximum_a: Decimal = Decimal(32)
    fallback_a: Decimal = Decimal(6)
    efficiency: Decimal = Decimal(1)
    stale_after_s: Annotated[int, msgspec.Meta(ge=10, le=86_400)] = 120
    rise_a: Decimal | None = None


class PolicyName(StrEnum):
    EQUAL = "equal"
    FIRST = "first"
    PRIORITY = "priority"
    CHEAPEST = "cheapest"
    GREENEST = "greenest"
    BLEND = "blend"


class GoesFirst(Request):
    """Whose cars go before all others, whatever the policy: ids of groups of drivers, names of groups of cards (a
    fleet), and names of tariffs (who pays for it)."""

    driver_groups: Annotated[list[Annotated[str, msgspec.Meta(max_length=36)]], msgspec.Meta(max_length=50)] = []
    card_groups: Annotated[list[Annotated[str, msgspec.Meta(max_length=36)]], msgspec.Meta(max_length=50)] = []
    tariffs: Annotated[list[Annotated[str, msgspec.Meta(max_length=100)]], msgspec.Meta(max_length=50)] = []


class SitePolicy(Request):
    """`green` is the share of CO2 against price in a blend.

    `demand_charge`: of each kW of a month's highest quarter of an hour. That peak is not raised unless a car would go
    without energy; with `demand_peak_w` the connection stays below it in any case.
    """

    name: PolicyName = PolicyName.EQUAL
    green: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    demand_charge: Decimal | None = None
    demand_peak_w: Watts | None = None
    goes_first: GoesFirst = msgspec.field(default_factory=GoesFirst)


class TariffStep(Request):
    """A price of energy each kWh between two times of the local day; `days` 0 is Monday, empty: every day."""

    begins: time
    ends: time
    price: Decimal
    days: Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=6)]], msgspec.Meta(max_length=7)] = []


class EnergyTariff(Request):
    """What energy costs the operator: imported prices hold first, then the steps, then the base price."""

    base: Decimal = Decimal("0.30")
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "EUR"
    steps: Annotated[list[TariffStep], msgspec.Meta(max_length=100)] = []


class SiteSet(Request):
    """The whole tree. Without a policy all share equally, without a tariff energy costs the usual."""

    nodes: Annotated[list[PowerNode], msgspec.Meta(min_length=1, max_length=MOST_NODES)]
    enabled: bool = True
    policy: SitePolicy | None = None
    tariff: EnergyTariff | None = None


class PowerSite(Message):
    location_id: str
    enabled: bool
    nodes: list[PowerNode]
    policy: SitePolicy
    tariff: EnergyTariff
    updated_at: datetime


class Reading(Request):
    """What a meter shows at a node: amperes of each phase, or watts over all. What feeds the site is negative."""

    node: Key
    currents_a: (
        Annotated[list[Annotated[float, msgspec.Meta(ge=-10_000, le=10_000)]], msgspec.Meta(max_length=3)] | None
    ) = None
    power_w: Annotated[int, msgspec.Meta(ge=-100_000_000, le=100_000_000)] | None = None
    at: datetime | None = None


class Readings(Request):
    readings: Annotated[list[Reading], msgspec.Meta(min_length=1, max_length=100)]


class Flow(Message):
    """What flows through a node now. `limit_a` and `limit_w` as they hold at the moment, the grid operator's too."""

    node: str
    currents_a: list[float]
    power_w: int
    limit_a: float | None = None
    limit_w: int | None = None
    granted_a: float | None = None
    stale: bool = False


class Notice(Message):
    """Something to say about a site: `code` for programs and translators, `text` in English, `values` within it."""

    code: str
    text: str
    values: dict[str, str] = {}


class CarNow(Message):
    """A car, what it may draw and why. `counted_a` is what it counts with: an unreachable one with its worst case.

    `reason_code` and `reason_values` say the reason for programs; `reason` says it in English. `learned`: nobody told
    departure or energy; they are what is usual for this driver, or here. `goes_first`: by which group or tariff.
    """

    transaction_id: str
    station: str
    evse: int
    power_w: int | None
    granted_a: float
    wanted_a: float
    counted_a: float
    reason: str
    energy_wh: int
    energy_wanted_wh: int | None = None
    departs_at: datetime | None = None
    reachable: bool = True
    reason_code: str = ""
    reason_values: dict[str, str] = {}
    learned: bool = False
    goes_first: str = ""


class PlanPoint(Message):
    at: datetime
    planned_w: int
    limit_w: int | None
    drawn_w: int | None = None
    price: Decimal | None = None


class FeedState(Message):
    """`state`: ok, held (it stopped, and the last values hold), jumped (values that can't be right are left out).

    `code` says it for programs: ok, nothing_yet, stopped, jumped, unfetched.
    """

    kind: str
    url: str
    state: str
    detail: str
    heard_at: datetime | None
    code: str = ""
    format: str = "points"
    known_until: datetime | None = None


class SiteLive(Message):
    """A site as it is. `solver`: optimum, greedy or fallback; `solver_detail` says why it isn't what was asked for.
    `paid_peak_w`: what is paid for this month already, where a peak is paid for."""

    location_id: str
    enabled: bool
    flows: list[Flow]
    cars: list[CarNow]
    points: list[PlanPoint]
    planned_at: datetime | None
    solver: str
    solver_detail: str
    plan_ms: int
    warnings: list[Notice]
    feeds: list[FeedState]
    grid_limits: list["GridLimit"]
    currency: str
    paid_peak_w: int | None = None


class SiteRow(Message):
    """A site in the list of all. `enabled` None: its location has no power tree, so nothing limits it.

    `silent` counts stations, `waiting` cars that were given nothing yet. `limited`: the grid operator limits it now.
    """

    location_id: str
    name: str
    city: str
    enabled: bool | None
    stations: int
    silent: int
    cars: int
    waiting: int
    power_w: int
    limit_w: int | None = None
    limited: bool = False
    warnings: int = 0
    planned_at: datetime | None = None


class KeyPurpose(StrEnum):
    METER = "meter"
    GRID = "grid"


class KeyNew(Request):
    purpose: KeyPurpose


class SiteKey(Message):
    """`secret` is told once, when the key is made."""

    id: str
    purpose: KeyPurpose
    created_at: datetime
    used_at: datetime | None = None
    secret: str | None = None


class SiteKeys(Message):
    items: list[SiteKey]


class GridLimitSet(Request):
    """At most `limit_w` at the grid connection for so long. The same `ref` again changes it."""

    ref: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    starts_at: datetime
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=31 * 86_400)]
    limit_w: Watts


class GridLimit(Message):
    """`state`: coming, active, over, cancelled. That it is answered with this is its acknowledgement."""

    ref: str
    starts_at: datetime
    ends_at: datetime
    limit_w: int
    state: str
    acknowledged_at: datetime


class SignalKind(StrEnum):
    PRICE = "price"
    CO2 = "co2"
    SOLAR = "solar"


class SignalPoint(Request):
    starts_at: datetime
    ends_at: datetime
    value: Decimal


class SignalImport(Request):
    kind: SignalKind
    points: Annotated[list[SignalPoint], msgspec.Meta(min_length=1, max_length=3000)]


class FeedSet(Request):
    """`format`: points (our own JSON), awattar, or csv. An empty address: signals come by import only."""

    kind: SignalKind
    url: Annotated[str, msgspec.Meta(max_length=500)] = ""
    format: Annotated[str, msgspec.Meta(max_length=20)] = "points"


class SignalAnswer(Message):
    taken: int
    left_out: int
    state: str
    detail: str


class WishSet(Request):
    """What the driver wants of a running session."""

    departs_at: datetime | None = None
    energy_wh: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class Wish(Message):
    """The wish, and what is possible of it by then; `detail` says it in words."""

    departs_at: datetime | None
    energy_wh: int | None
    possible_wh: int | None
    detail: str


class Saving(Message):
    """What energy cost, and what it would have cost had every car charged at once at full power.
    `demand_cost`: of a site's month, what the peak of its cars costs by itself. `saved` has both.
    """

    month: str
    energy_wh: int
    cost: Decimal
    uncontrolled_cost: Decimal
    saved: Decimal
    currency: str
    peak_w: int
    uncontrolled_peak_w: int
    demand_cost: Decimal = Decimal(0)
    uncontrolled_demand_cost: Decimal = Decimal(0)


class OwnSaving(Message):
    """A driver's month, for each currency: nothing where no site of theirs shares power."""

    items: list[Saving]
