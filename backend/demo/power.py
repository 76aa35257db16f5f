"""A site of the demo whose fuse is too small for all of its cars at once: there the controller is seen at work."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.context import Context
from backend.db.engine import DB
from backend.sites import feeds, service
from shared.sites import (
    EnergyTariff,
    GoesFirst,
    NodeKind,
    PolicyName,
    PowerNode,
    SignalImport,
    SignalKind,
    SignalPoint,
    SitePolicy,
    SiteSet,
    TariffStep,
)

SITE = "ALT"
FUSE_A = 80
FEEDER_A = 40
FALLBACK_A = 6
BASE = Decimal("0.31")
WAITS, QUARTER = timedelta(hours=6), timedelta(minutes=15)
SHARED_W = 33_000
"""Three cars at full power: what the cars of the past keep to, where they have time."""
COURIERS = "HANSA"
"""The group of cards whose cars go first there."""
STEPS = (
    (time(22), time(6), "0.19"),
    (time(6), time(11), "0.31"),
    (time(11), time(16), "0.24"),
    (time(16), time(22), "0.38"),
)
DAY_AHEAD = (
    "0.21 0.20 0.19 0.19 0.19 0.21 0.26 0.32 0.34 0.31 0.27 0.24 0.22 0.21 0.22 0.25 0.30 0.36 0.39 0.38 0.34 0.29 "
    "0.25 0.23"
).split()
"""What a kWh costs by the hour, fees included."""
CARBON = "310 300 295 290 295 310 340 360 350 320 280 250 230 225 240 280 340 390 410 400 380 350 330 320".split()
"""Grams of CO2 each kWh."""


class Shared:
    """What cars of the past drew together by quarter of an hour, so that not all of them begin with the cheap hours."""

    def __init__(self) -> None:
        self._drawn_w: dict[datetime, float] = {}

    def cheapest_start(self, begun_at: datetime, lasts: timedelta, power_w: float, zone: ZoneInfo) -> datetime:
        """When a car that has time begins: of the quarters of an hour until it leaves the cheapest that have room."""
        starts = [begun_at + QUARTER * n for n in range(WAITS // QUARTER)]

        def cost(start: datetime) -> Decimal:
            slots = _slots(start, lasts)
            return sum((_step_price(at, zone) for at in slots), Decimal(0)) / len(slots)

        def over_w(start: datetime) -> float:
            return max(self._drawn_w.get(at, 0.0) + power_w - SHARED_W for at in _slots(start, lasts))

        return min(starts, key=lambda start: (max(over_w(start), 0.0), cost(start), start))

    def draws(self, begun_at: datetime, lasts: timedelta, power_w: float) -> None:
        for at in _slots(begun_at, lasts):
            self._drawn_w[at] = self._drawn_w.get(at, 0.0) + power_w


def _slots(begun_at: datetime, lasts: timedelta) -> list[datetime]:
    """The quarters of the clock in which it charges, one at least."""
    first = begun_at.replace(minute=begun_at.minute // 15 * 15, second=0, microsecond=0)
    return [first + QUARTER * n for n in range(max(1, -(-(begun_at + lasts - first) // QUARTER)))]


def _step_price(at: datetime, zone: ZoneInfo) -> Decimal:
    clock = at.astimezone(zone).time()
    for begins, ends, price in STEPS:
        if begins <= clock < ends or (begins > ends and (clock >= begins or clock < ends)):
            return Decimal(price)
    return BASE


async def tight_fuse(ctx: Context, tenant_id: UUID) -> None:
    rows = await DB.run(
        """SELECT s.location, s.identity FROM charging_station s WHERE s.tenant = $1 AND s.identity LIKE $2
        ORDER BY s.identity""",
        tenant_id,
        f"{SITE}-%",
    )
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, name="Grid connection", limit_a=Decimal(FUSE_A))]
    for number in (1, 2):
        nodes.append(
            PowerNode(
                key=f"feeder-{number}",
                kind=NodeKind.FEEDER,
                parent="grid",
                name=f"Feeder {number}",
                limit_a=Decimal(FEEDER_A),
            )
        )
    for number, row in enumerate(rows):
        nodes.append(
            PowerNode(
                key=f"station-{number + 1}",
                kind=NodeKind.STATION,
                parent=f"feeder-{number % 2 + 1}",
                station=row["identity"],
                fallback_a=Decimal(FALLBACK_A),
            )
        )
    tariff = EnergyTariff(
        base=BASE,
        steps=[TariffStep(begins=begins, ends=ends, price=Decimal(price)) for begins, ends, price in STEPS],
    )
    policy = SitePolicy(name=PolicyName.CHEAPEST, goes_first=GoesFirst(card_groups=[COURIERS]))
    wanted = SiteSet(nodes=nodes, policy=policy, tariff=tariff)
    await service.put(ctx, tenant_id, rows[0]["location"], wanted)
    site = await service.row_of(tenant_id, rows[0]["location"])
    for kind, day, shift in ((SignalKind.PRICE, DAY_AHEAD, Decimal("0.01")), (SignalKind.CO2, CARBON, Decimal(8))):
        await feeds.take(ctx, site, SignalImport(kind=kind, points=_two_days(ctx, site["time_zone"], day, shift)))


def _two_days(ctx: Context, zone: str, day: Sequence[str], shift: Decimal) -> list[SignalPoint]:
    """Today's and tomorrow's hours; tomorrow is a little dearer."""
    midnight = ctx.now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        SignalPoint(
            starts_at=midnight + timedelta(hours=hour),
            ends_at=midnight + timedelta(hours=hour + 1),
            value=Decimal(day[hour % 24]) + shift * (hour // 24),
        )
        for hour in range(48)
    ]
