"""A driver's report, from the tap to the news that it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.alerts import reported
from backend.alerts.incidents import Seen
from backend.alerts.place import Place
from backend.alerts.rules import Report, ReportFacts
from backend.context import Context, Unit
from backend.driver_reports import rules, store
from backend.errors import InvalidInput, TooManyRequests
from backend.events import Event, IncidentChanged
from backend.notify import service as notify
from backend.stations import catalog
from backend.stations import service as stations
from shared.driver_reports import DriverReport, DriverReportNew, ProblemKind, ReportState
from shared.notify import Told
from shared.operations import IncidentState

KEPT = timedelta(days=90)
SHOWN_FOR = timedelta(days=7)
"""How long a driver still sees what became of a report."""
OVER = (IncidentState.WATCHED, IncidentState.CLOSED)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports. `name`: by `rules.of_account`, `of_visit` or `of_address`."""

    name: str
    account_id: UUID | None = None
    visit_id: UUID | None = None


async def report(
    ctx: Context, tenant_id: UUID, connector_id: UUID, who: Reporter, wanted: DriverReportNew
) -> DriverReport:
    """A person has one open report about an outlet: said again, it is renewed.

    Raises NotFound, InvalidInput (words_missing) and TooManyRequests.
    """
    outlet, now = await stations.connector(ctx, tenant_id, connector_id), ctx.now()
    words = rules.tidy(wanted.words)
    if wanted.kind is ProblemKind.OTHER and not words:
        raise InvalidInput(
            "Say in a few words what is wrong.", code="words_missing", fields=[("$.words", "must not be empty")]
        )
    if await store.lately(who.name, connector_id, now - rules.AN_HOUR) >= rules.MOST_AN_HOUR:
        raise TooManyRequests("You reported a lot already. Try again in an hour.", retry_after_s=3600)
    station_id = outlet.station.id
    there = await store.tried(station_id, who.account_id, who.visit_id, now - rules.THERE_WITHIN)
    async with ctx.unit() as unit:
        await store.lock(connector_id)
        report_id, news = await store.put(
            {
                "connector": connector_id,
                "reporter": who.name,
                "tenant": tenant_id,
                "station": station_id,
                "account": who.account_id,
                "kind": wanted.kind.value,
                "words": words,
                "there": there,
                "at": now,
            }
        )
        if news:
            await _weigh(ctx, unit, Place(tenant_id, station_id, connector_id), report_id, wanted.kind)
    return _shown(await store.get(report_id))


async def _weigh(ctx: Context, unit: Unit, place: Place, report_id: UUID, kind: ProblemKind) -> None:
    """To the incident that drivers feel there already; damage is always a matter of its own."""
    assert place.station_id is not None
    assert place.connector_id is not None
    known = None
    if kind is not ProblemKind.DAMAGE:
        known = await reported.strengthen(ctx, unit, place.station_id, place.connector_id)
    if known is not None:
        found, new = known, [await store.get(report_id)]
    else:
        rows = await store.open_at(place.connector_id)
        own = await reported.judge(ctx, unit, place, await _facts(place.connector_id, rows), seen=Seen.BETTER)
        if own is None:
            return
        found, new = own, [row for row in rows if row["incident"] != own or row["id"] == report_id]
    await store.set_incident([row["id"] for row in new], found)
    for row in new:
        data = {"detail": row["words"]} if row["words"] else {}
        await reported.note(ctx, found, rules.TEXTS[ProblemKind(row["kind"])], data)


async def _facts(connector_id: UUID, rows: Sequence[store.Row]) -> ReportFacts:
    return ReportFacts(
        label=await reported.label(connector_id),
        reports=tuple(Report(kind=ProblemKind(row["kind"]), there=row["there"], at=row["at"]) for row in rows),
    )


# --- how reports end ---------------------------------------------------------------------------------


async def on_incident(ctx: Context, unit: Unit, event: Event) -> None:
    """Handler: what they belong to is mended, as far as anybody knows."""
    assert isinstance(event, IncidentChanged)
    if event.state in OVER:
        await _tell(ctx, await store.settle_incident(event.incident_id, ctx.now()))


async def watch(ctx: Context) -> None:
    """Cron: somebody charged there since, or nobody said it again for long."""
    now = ctx.now()
    done = [
        (row, ReportState.CHARGED)
        for row in await store.proven_wrong([kind.value for kind in rules.PROVEN_BY_CHARGING], rules.PROOF_WH)
    ]
    for kind, lasts in rules.LASTS.items():
        done += [(row, ReportState.EXPIRED) for row in await store.older([kind.value], now - lasts)]
    for connector_id in {row["connector"] for row, _ in done}:
        async with ctx.unit() as unit:
            await store.lock(connector_id)
            settled: list[store.Row] = []
            for state in (ReportState.CHARGED, ReportState.EXPIRED):
                ids = [row["id"] for row, how in done if row["connector"] == connector_id and how is state]
                settled += await store.settle(ids, state.value, now)
            await _tell(ctx, [row for row in settled if row["state"] == ReportState.CHARGED])
            if settled:
                place = Place(settled[0]["tenant"], settled[0]["station"], connector_id)
                facts = await _facts(connector_id, await store.open_at(connector_id))
                await reported.judge(ctx, unit, place, facts, seen=Seen.STILL)


async def _tell(ctx: Context, rows: Sequence[store.Row]) -> None:
    """Whoever has an account hears that it works again; a guest's page says so by itself."""
    for row in rows:
        if row["account"] is not None:
            about: dict[str, Any] = {"station": row["station"], "account": row["account"]}
            await notify.note(ctx, row["tenant"], Told.STATION_BACK, f"report:{row['id']}", **about)


async def forget_old(ctx: Context) -> None:
    """Cron."""
    await store.forget(ctx.now() - KEPT)


# --- what people see ---------------------------------------------------------------------------------


async def own(ctx: Context, who: Reporter) -> list[DriverReport]:
    """A person's open reports, and those that ended lately; newest first."""
    return [_shown(row) for row in await store.of_reporter(who.name, ctx.now() - SHOWN_FOR)]


async def at_station(
    ctx: Context, tenant_id: UUID, identity: str, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[DriverReport], list[Any] | None]:
    """For operators: newest first, and the key of the next page. Raises NotFound."""
    station = await catalog.find(ctx, tenant_id, identity)
    rows = await store.at_station(tenant_id, station.id, after, limit + 1)
    following = [rows[limit - 1]["at"], rows[limit - 1]["id"]] if len(rows) > limit else None
    return [_shown(row, incident=True) for row in rows[:limit]], following


def _shown(row: store.Row, *, incident: bool = False) -> DriverReport:
    return DriverReport(
        id=str(row["id"]),
        kind=ProblemKind(row["kind"]),
        words=row["words"],
        at=row["at"],
        state=ReportState(row["state"]),
        settled_at=row["settled_at"],
        station_id=str(row["station"]),
        station=row["station_name"],
        connector_id=str(row["connector"]),
        connector=row["label"],
        there=row["there"],
        incident_id=str(row["incident"]) if incident and row["incident"] else None,
    )
