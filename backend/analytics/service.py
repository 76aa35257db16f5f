"""The operator's overview and reports."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.alerts import service as alerts
from backend.analytics import repair_rules, rules, store
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.stations.rules import worst_status
from backend.tenants import service as tenants
from shared.money import Money
from shared.operations import AnalyticsReport, DailyRow, Overview, PowerPoint, RepairReport, RepairRow
from shared.stations import Registration

MOST_DAYS = 366
MOST_ROWS = 100
SHOWN_INCIDENTS = 20


async def overview(ctx: Context, tenant_id: UUID) -> Overview:
    """What an operator sees first; "today" is the tenant's own day."""
    tenant = await tenants.get(ctx, tenant_id)
    now, zone = ctx.now(), ZoneInfo(tenant.time_zone)
    today = now.astimezone(zone).date()
    midnight, tomorrow = rules.day_edges(today, zone)
    yesterday, _ = rules.day_edges(today - timedelta(days=1), zone)
    rows = await store.connector_states(tenant_id)
    by_station: dict[UUID, tuple[bool, list[str]]] = {}
    connectors: Counter[str] = Counter()
    pending = set()
    for row in rows:
        if row["registration"] != Registration.ACCEPTED:
            if row["registration"] == Registration.PENDING:
                pending.add(row["station"])
            continue
        _online, states = by_station.setdefault(row["station"], (row["online"], []))
        if row["connector"] is not None:
            states.append(row["status"])
            connectors[row["status"] if row["online"] else "offline"] += 1
    live = await store.live(tenant_id)
    done = await store.ended_between(tenant_id, midnight, tomorrow)
    before = await store.ended_between(tenant_id, yesterday, midnight)
    earned = [
        await _earned(tenant_id, tenant.currency, *span) for span in ((midnight, tomorrow), (yesterday, midnight))
    ]
    curve = await store.power_curve(tenant_id, now - timedelta(hours=24), now)
    return Overview(
        at=now,
        stations=dict(Counter(worst_status(*one).value for one in by_station.values())),
        connectors=dict(connectors),
        power_w=live["power_w"],
        active_sessions=live["sessions"],
        sessions_today=done["sessions"] + live["sessions"],
        energy_today_wh=done["energy_wh"] + live["energy_wh"],
        revenue_today=Money(amount=earned[0], currency=tenant.currency),
        energy_yesterday_wh=before["energy_wh"],
        revenue_yesterday=Money(amount=earned[1], currency=tenant.currency),
        pending_stations=len(pending),
        incidents=await alerts.open_incidents(ctx, tenant_id, limit=SHOWN_INCIDENTS),
        power=_filled(curve, now, live["power_w"]),
        decisions=await store.decisions(tenant_id),
    )


async def _earned(tenant_id: UUID, currency: str, begin: datetime, end: datetime) -> Decimal:
    return sum((row["gross"] for row in await store.earned(tenant_id, begin, end, currency)), Decimal(0))


def _filled(curve: list[store.Row], now: datetime, live_w: int) -> list[PowerPoint]:
    """96 points, one each quarter of an hour: where nobody charged stands 0, not a gap. The last one is what is
    drawn now."""
    known = {row["at"]: row["power_w"] for row in curve}
    step = timedelta(minutes=15)
    last = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    times = [last - step * back for back in range(95, -1, -1)]
    known[last] = live_w
    return [PowerPoint(at=at, power_w=int(known.get(at, 0))) for at in times]


def _span(begins_on: date | None, ends_on: date | None, today: date) -> tuple[date, date]:
    last = ends_on or today
    first = begins_on or last - timedelta(days=29)
    if first > last:
        raise InvalidInput("The first day is after the last.", fields=[("$.begins_on", "must not be after ends_on")])
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput("Choose at most a year.", fields=[("$.begins_on", f"at most {MOST_DAYS} days")])
    return first, last


async def repairs(
    ctx: Context, tenant_id: UUID, begins_on: date | None, ends_on: date | None, location_id: UUID | None
) -> RepairReport:
    """How stations failed and were mended, in all, by site and by model; days and errors as of `report`."""
    tenant = await tenants.get(ctx, tenant_id)
    zone = ZoneInfo(tenant.time_zone)
    first, last = _span(begins_on, ends_on, ctx.now().astimezone(zone).date())
    if location_id is not None and not await store.locations(tenant_id, location_id):
        raise NotFound("This location doesn't exist.")
    begin, end = rules.day_edges(first, zone)[0], min(ctx.now(), rules.day_edges(last, zone)[1])
    stations = [
        repair_rules.StationFact(station_id=row["id"], location=row["location"], model=row["model"], since=row["since"])
        for row in await store.accepted_stations(tenant_id, location_id)
    ]
    failures = [
        repair_rules.FailureFact(
            station_id=row["station"],
            connector_id=row["connector"],
            rule=row["rule"],
            began_at=row["began_at"],
            opened_at=row["opened_at"],
            acknowledged_at=row["acknowledged_at"],
            repaired_at=row["repaired_at"],
            visits=row["visits"],
        )
        for row in await store.failures(tenant_id, begin, end)
    ]

    def grouped(name: Callable[[repair_rules.StationFact], str]) -> list[RepairRow]:
        groups: dict[str, list[repair_rules.StationFact]] = {}
        for one in stations:
            groups.setdefault(name(one), []).append(one)
        found = [repair_rules.figures(word, some, failures, begin, end) for word, some in groups.items()]
        return sorted(found, key=lambda row: (-row.failures / row.stations, row.name))[:MOST_ROWS]

    return RepairReport(
        begins_on=first,
        ends_on=last,
        total=repair_rules.figures("", stations, failures, begin, end),
        by_location=grouped(lambda one: one.location),
        by_model=grouped(lambda one: one.model),
    )


async def report(
    ctx: Context, tenant_id: UUID, begins_on: date | None, ends_on: date | None, location_id: UUID | None
) -> AnalyticsReport:
    """Key figures by day and by location; both days included, the last 30 days by default.

    Raises InvalidInput for a span that ends before it begins or is longer than a year, NotFound for a location.
    """
    tenant = await tenants.get(ctx, tenant_id)
    now, zone = ctx.now(), ZoneInfo(tenant.time_zone)
    first, last = _span(begins_on, ends_on, now.astimezone(zone).date())
    begin, over = rules.day_edges(first, zone)[0], rules.day_edges(last, zone)[1]
    end = min(now, over)
    places = await store.locations(tenant_id, location_id)
    if location_id is not None and not places:
        raise NotFound("This location doesn't exist.")
    found = rules.figures(
        first,
        last,
        zone,
        end,
        [
            rules.SessionFact(
                location_id=row["location"],
                begun_at=row["begun_at"],
                ended_at=row["ended_at"],
                tried_at=row["tried_at"],
                energy_wh=row["energy_wh"],
            )
            for row in await store.sessions(tenant_id, begin, end, location_id)
        ],
        [
            rules.ConnectorFact(
                connector_id=row["connector"],
                station_id=row["station"],
                evse=row["evse"],
                location_id=row["location"],
                since=row["since"],
                power_w=row["max_power_w"],
            )
            for row in await store.connectors(tenant_id, location_id)
        ],
        [
            rules.StatusFact(
                station_id=row["station"], connector_id=row["connector"], at=row["at"], status=row["status"]
            )
            for row in await store.statuses(tenant_id, begin, end, location_id)
        ],
        [
            rules.EarnedFact(
                location_id=row["location"], written_at=row["written_at"], gross=row["gross"], net=row["net"]
            )
            for row in await store.earned(tenant_id, begin, over, tenant.currency, location_id)
        ],
    )
    return _arranged(found, first, last, {row["id"]: row["name"] for row in places}, tenant.currency)


def _arranged(found: rules.Figures, first: date, last: date, names: dict[UUID, str], currency: str) -> AnalyticsReport:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    places: list[UUID | None] = [*names, None]
    by_location = [
        found.row(first, place, names.get(place, "No location") if place else "No location", keys, currency)
        for place, keys in ((place, [(day, place) for day in days]) for place in places)
        if any(key in found.sums for key in keys)
    ]
    return AnalyticsReport(
        begins_on=first,
        ends_on=last,
        currency=currency,
        total=found.row(first, None, "", [(day, place) for day in days for place in places], currency),
        by_day=[found.row(day, None, "", [(day, place) for place in places], currency) for day in days],
        by_location=by_location,
    )


CSV_COLUMNS = (
    "day",
    "location",
    "sessions",
    "successful_sessions",
    "energy_kwh",
    "revenue",
    "revenue_without_vat",
    "currency",
    "utilisation",
    "uptime",
    "success",
    "load",
    "reliability_rapid",
    "revenue_per_kwh_without_vat",
)


def as_csv(found: AnalyticsReport) -> str:
    """One line a day for all locations, then one line a location for all days."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for row in found.by_day:
        writer.writerow(_cells(row, str(row.day), "all"))
    for row in found.by_location:
        writer.writerow(_cells(row, f"{found.begins_on}/{found.ends_on}", rules.spread(row.location)))
    return out.getvalue()


def _cells(row: DailyRow, day: str, location: str) -> list[str]:
    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.4f}"

    return [
        day,
        location,
        str(row.sessions),
        str(row.successful_sessions),
        f"{row.energy_wh / 1000:.3f}",
        f"{row.revenue:.2f}",
        f"{row.revenue_excl:.2f}",
        row.currency,
        share(row.utilisation),
        share(row.uptime),
        share(row.success),
        share(row.load),
        share(row.reliability),
        f"{row.revenue_excl * 1000 / row.energy_wh:.4f}" if row.energy_wh else "",
    ]
