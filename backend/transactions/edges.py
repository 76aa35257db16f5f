"""Where sessions begin and end, in groups: what arrives while one commit is under way is written with the next.

As in `grouping`, only what is plain: a start of somebody who may charge, on an outlet that is free and that nobody
asked for; a stop of the session that runs there. All else goes the general way of `service`, message by message.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from backend.authorization import service as authorization
from backend.authorization.rules import Decision
from backend.context import Context, Unit
from backend.events import TransactionEnded, TransactionStarted
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.transactions import edge_store, group_store, grouping, pricing, recording, rules
from backend.transactions.model import Ended, Started, StartReply
from shared.transactions import TransactionState as State

Row = group_store.Row
GROUP = "starts and stops"
LIMITS = {"at_once": 1, "most_together": 100}
"""One at a time: what follows from starts and stops (alerts, plans of a site) touches rows that stations share, and two
groups could each wait for the other's."""


class Said(NamedTuple):
    station: StationRef
    report: Started | Ended
    mark: str


def plain(report: Started | Ended) -> bool:
    """Whether it may be: nothing in it asks for more than its own station and outlet."""
    if report.signed or report.reservation is not None:
        return False
    if isinstance(report, Started):
        return report.evse is not None and report.evse > 0 and not report.clock_wrong
    return bool(report.ref) or (report.number is not None and report.number > 0)


async def record(ctx: Context, said: Sequence[Said]) -> list[StartReply | None]:
    """For each, in order: its answer, or None for what must go the general way."""
    answers: list[StartReply | None] = [None] * len(said)
    async with ctx.unit() as unit:
        free = await group_store.lock_stations([one.station.id for one in said])
        marks = [(one.station.id, one.mark) for one in said]
        old = await edge_store.known(marks)
        new = {n: one for n, one in enumerate(said) if one.station.id in free and marks[n] not in old}
        cards = {(one.station.tenant_id, one.report.id_token or "") for one in new.values()}
        decided = await authorization.authorize_all(ctx, cards)
        decisions = {
            n: None if one.report.id_token is None else decided[one.station.tenant_id, one.report.id_token]
            for n, one in new.items()
        }
        rows = await _begun(ctx, unit, new, decisions) | await _ended(ctx, unit, new)
        if rows:
            now = ctx.now()
            await group_store.remember(
                [
                    (
                        said[n].station.id,
                        row["id"],
                        said[n].mark,
                        type(said[n].report).__name__.lower(),
                        said[n].report.seq_no,
                        said[n].report.at,
                        now,
                        said[n].report.raw,
                    )
                    for n, row in rows.items()
                ]
            )
        for n, row in rows.items():
            answers[n] = StartReply(
                transaction_id=row["id"],
                number=row["number"],
                decision=decisions[n],
                cost=row["cost"],
                connector_id=row["connector"],
            )
    return answers


async def _begun(
    ctx: Context, unit: Unit, new: dict[int, Said], decisions: dict[int, Decision | None]
) -> dict[int, Row]:
    """The rows of those that began."""
    starts: dict[int, tuple[StationRef, Started]] = {
        n: (one.station, one.report) for n, one in new.items() if isinstance(one.report, Started) and _may(decisions[n])
    }
    if not starts:
        return {}
    taken = await edge_store.taken(
        [(n, station.id, report.evse, report.ref) for n, (station, report) in starts.items()]
    )
    starts = {n: one for n, one in starts.items() if n not in taken}
    outlets = await stations.connectors_by_wire(
        ctx, [(station.id, report.evse or 0, report.connector) for station, report in starts.values()]
    )
    wanted: dict[int, pricing.Wanted] = {}
    for n, (station, report) in starts.items():
        outlet = outlets.get((station.id, report.evse or 0, report.connector))
        decision = decisions[n]
        if outlet is not None:
            account = decision.account_id if decision else None
            wanted[n] = pricing.Wanted(station.tenant_id, outlet, account, report.at)
    prices = await pricing.tariffs_for(ctx, wanted)
    rows: dict[int, Row] = {}
    points: list[tuple[Any, ...]] = []
    now = ctx.now()
    for n, one in wanted.items():
        station, report = starts[n]
        row = edge_store.BLANK | recording.new_row(ctx, station, report, one.outlet, decisions[n], prices[n])
        row |= {"id": uuid4(), "time_zone": one.outlet.time_zone}
        if rules.says_more(report):
            more, values = rules.follow(row, report, one.outlet.max_power_w, running=True, now=now)
            points += [(row["id"], *point) for point in more]
            row |= values
        rows[n] = row
    if rows:
        numbers = await edge_store.add(list(rows.values()))
        for row in rows.values():
            row["number"] = numbers[row["id"]]
    if points:
        await grouping.write(points)
        measured = {point[0] for point in points}
        await pricing.with_costs(ctx, [row for row in rows.values() if row["id"] in measured])
    for n, row in rows.items():
        unit.emit(recording.event(ctx, TransactionStarted, new[n].station, row))
    return rows


def _may(decision: Decision | None) -> bool:
    decision = authorization.to_start(decision)
    return decision is None or decision.accepted


async def _ended(ctx: Context, unit: Unit, new: dict[int, Said]) -> dict[int, Row]:
    """The rows of those that ended."""
    stops: dict[int, tuple[StationRef, Ended]] = {
        n: (one.station, one.report) for n, one in new.items() if isinstance(one.report, Ended)
    }
    if not stops:
        return {}
    found = await group_store.running(
        [(n, station.id, report.ref, report.number) for n, (station, report) in stops.items()]
    )
    rows: dict[int, Row] = {}
    points: list[tuple[Any, ...]] = []
    now = ctx.now()
    for n, row in found.items():
        report = stops[n][1]
        if report.connector != row["outlet"] or row["target"] is not None:
            continue
        if rules.says_more(report):
            more, values = rules.follow(row, report, row["power_limit_w"], running=True, now=now)
            points += [(row["id"], *point) for point in more]
            row |= values
        row |= rules.closing(row, report, row["power_limit_w"], now) | {"state": str(State.ENDED)}
        last = rules.last_point(row)
        if last is not None:
            points.append((row["id"], *last))
        rows[n] = row
    if points:
        await grouping.write(points)
    if rows:
        await edge_store.close(list(rows.values()))
        await pricing.with_costs(ctx, list(rows.values()), due=True)
    for n, row in rows.items():
        station, report = stops[n]
        unit.emit(recording.event(ctx, TransactionEnded, station, row, stop_reason=report.reason))
    return rows
