"""What becomes true or ends by time alone: looked at for all stations at once, whatever their number.

Each look is one query of facts, pure rules, and a comparison with the incidents that are open: only what changed
costs a transaction. A whole site or network that is away is one incident; its stations are parts of it.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import structlog

from backend.alerts import facts_store, incidents, rules, store, storms, tuning
from backend.alerts.place import Place
from backend.alerts.rules import correlation
from backend.alerts.rules.correlation import Absent
from backend.alerts.rules.station_offline import GRACE
from backend.alerts.storms import SETTLED
from backend.context import Context
from shared.faults import EntryKind
from shared.operations import IncidentState, Severity

log = structlog.get_logger(__name__)
SITE, NETWORK = "site_offline", "network_offline"
OFFLINE = "station_offline"
LINK_SPAN = timedelta(hours=1)
NOTED = timedelta(minutes=2)
"""Links that were noted within it are looked at; a look comes each minute."""
OUTLET_AFTER = timedelta(minutes=1)
HELD_DOWN = frozenset({"no_power", "power_below_offer"})
"""Rules for which a limit may be the reason."""
Judged = tuple[Place, str, rules.Finding | None]


# --- from facts to incidents -------------------------------------------------------------------------


async def judge_all(ctx: Context, seen: Iterable[tuple[Place, str, str, rules.Facts]]) -> list[Judged]:
    """(place, vendor, model, facts) → what the rules of each tenant say. One that throws is switched off there."""
    found: list[Judged] = []
    threw: dict[UUID, tuning.Threw] = defaultdict(tuning.Threw)
    for place, vendor, model, facts in seen:
        own = await tuning.of(place.tenant_id)
        failed = threw[place.tenant_id]
        off = own.off | failed.errors.keys()
        for rule, finding in rules.verdicts(facts, own.thresholds(vendor, model), off=off, threw=failed):
            found.append((place, rule, finding))
    for tenant_id, failed in threw.items():
        if failed.errors:
            async with ctx.unit() as unit:
                await tuning.switch_off_failed(ctx, unit, tenant_id, failed)
    return found


async def apply_all(ctx: Context, judged: Sequence[Judged], *, gone: Sequence[str] = ()) -> None:
    """Open what is new and close what is over. `gone`: rules whose incidents end too where nothing was judged, but of a
    rule that is off, since nobody looked."""
    known = {_key(row): row for row in await facts_store.open_of(sorted({rule for _, rule, _ in judged} | set(gone)))}
    judged_here = set()
    for place, rule, finding in judged:
        key = (*place.columns, rule)
        judged_here.add(key)
        row = known.get(key)
        over = finding is None and row is not None and not _waits(row)
        anew = finding is not None and (row is None or row["state"] == IncidentState.WATCHED)
        worse = finding is not None and row is not None and not anew and _worse(row, finding)
        if over or anew or worse:
            seen = incidents.Seen.BETTER if worse else incidents.Seen.STILL
            async with ctx.unit() as unit:
                if finding is None:
                    await incidents.close_incident(ctx, unit, place, rule)
                else:
                    await incidents.raise_incident(ctx, unit, place, rule, finding, seen=seen)
    for key, row in known.items():
        if key not in judged_here and row["rule"] in gone and not _waits(row):
            if row["rule"] in (await tuning.of(row["tenant"])).off:
                continue
            place = Place(row["tenant"], row["station"], row["connector"], row["location"])
            async with ctx.unit() as unit:
                await incidents.close_incident(ctx, unit, place, row["rule"])


def _worse(row: store.Row, finding: rules.Finding) -> bool:
    """It is told in new words only where it got worse: what goes up and down a little changes nothing."""
    order = list(Severity)
    return order.index(finding.severity) > order.index(Severity(row["severity"]))


def _waits(row: store.Row) -> bool:
    """Watched, and known to be well: nothing to do until it comes back or its day is over."""
    return row["state"] == IncidentState.WATCHED and row["repaired_at"] is not None


def _key(row: store.Row) -> tuple[Any, ...]:
    return row["tenant"], row["location"], row["station"], row["connector"], row["part"], row["rule"]


async def each(ctx: Context, *looks: Callable[[Context], Awaitable[None]]) -> None:
    """One look after the other, whatever goes wrong in one of them: raises it afterwards, so that it is logged."""
    errors = []
    for look in looks:
        try:
            await look(ctx)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("not everything could be looked at", errors)


# --- connections -------------------------------------------------------------------------------------


async def look_at_presence(ctx: Context) -> None:
    """Stations that are away or silent, those that came back, and what they are parts of."""
    await each(ctx, storms.look, _look_at_absents, _look_at_silents, _look_at_greater)


async def _look_at_absents(ctx: Context) -> None:
    now = ctx.now()
    by_tenant: dict[UUID, list[Absent]] = defaultdict(list)
    makes: dict[UUID, tuple[str, str]] = {}
    for row in await facts_store.absents():
        own = await tuning.of(row["tenant"])
        asked = own.thresholds(row["vendor"], row["model"]).get(OFFLINE, {})
        grace = timedelta(seconds=asked.get("grace_s", GRACE.total_seconds()))
        makes[row["id"]] = (row["vendor"], row["model"])
        if OFFLINE not in own.off:
            by_tenant[row["tenant"]].append(
                Absent(
                    station=row["id"],
                    location=row["location"],
                    gone_at=row["disconnected_at"],
                    settled=now - row["disconnected_at"] >= grace,
                    incident=row["incident"],
                    parent=row["parent"],
                )
            )
    await each(
        ctx,
        *(
            partial(_group, tenant_id=tenant_id, absents=absents, makes=makes)
            for tenant_id, absents in by_tenant.items()
            if any(one.settled and one.incident is None for one in absents)
        ),
    )


async def _group(
    ctx: Context, tenant_id: UUID, absents: Sequence[Absent], makes: Mapping[UUID, tuple[str, str]]
) -> None:
    sizes = await facts_store.site_sizes(sorted({one.location for one in absents if one.location}))
    fresh = ctx.now() - SETTLED
    greater = [row for row in await facts_store.open_of((SITE, NETWORK)) if row["tenant"] == tenant_id]
    networks = {row["id"] for row in greater if row["rule"] == NETWORK}
    found = correlation.grouped(
        absents,
        sizes,
        ctx.now(),
        open_sites=frozenset(row["location"] for row in greater if row["rule"] == SITE),
        open_wide=any(row["rule"] == NETWORK and row["seen_at"] > fresh for row in greater),
    )
    if found.wide:
        new = {one.station for one in found.wide}
        parts = [one for one in absents if one.station in new or one.parent in networks]
        places = {one.location or one.station for one in parts}
        wide = correlation.network_offline(len(parts), len(places), min(one.gone_at for one in parts))
        await _raise_greater(ctx, Place(tenant_id), NETWORK, wide, found.wide)
    for location, members in found.sites.items():
        size = sizes.get(location, len(members))
        here = {one.station for one in absents if one.location == location and one.parent}
        here |= {one.station for one in members}
        site = correlation.site_offline(len(here), size, min(one.gone_at for one in members))
        await _raise_greater(ctx, Place(tenant_id, location_id=location), SITE, site, members)
    alone: list[tuple[Place, str, str, rules.Facts]] = [
        (Place(tenant_id, one.station), *makes[one.station], _absence(ctx, one)) for one in found.alone
    ]
    await apply_all(ctx, [one for one in await judge_all(ctx, alone) if one[2] is not None])


def _absence(ctx: Context, one: Absent) -> rules.PresenceFacts:
    return rules.PresenceFacts(
        accepted=True,
        online=False,
        disconnected_at=one.gone_at,
        last_seen_at=None,
        silence_s=ctx.settings.silence_s,
        now=ctx.now(),
    )


async def _raise_greater(
    ctx: Context, place: Place, rule: str, finding: rules.Finding, members: Sequence[Absent]
) -> None:
    """One incident for all, and a part of it for each station; those that stood alone until now become parts."""
    part = rules.BY_NAME[OFFLINE].judge(_absence(ctx, members[0]), grace_s=0)
    assert part is not None
    async with ctx.unit() as unit:
        parent = await incidents.raise_incident(
            ctx, unit, place, rule, finding, seen=incidents.Seen.BETTER, affected=len(members)
        )
        alone = [one.incident for one in members if one.incident]
        if alone:
            await facts_store.adopt(parent, alone)
            await incidents.note(ctx, parent, EntryKind.GROUPED, f"{len(alone)} incidents became a part of this one.")
        await facts_store.add_parts(place.tenant_id, parent, [one.station for one in members], part, ctx.now())
        total = (await facts_store.greater_size(parent)) or len(members)
        await store.set_group(parent, finding, total, ctx.now())


async def _look_at_silents(ctx: Context) -> None:
    now = ctx.now()
    seen: list[tuple[Place, str, str, rules.Facts]] = []
    for row in await facts_store.silents(now - timedelta(seconds=ctx.settings.silence_s)):
        facts = facts_store.presence_facts(row, ctx.settings.silence_s, now)
        seen.append((Place(row["tenant"], row["id"]), row["vendor"], row["model"], facts))
    judged = await judge_all(ctx, seen)
    # Who is away is opened above, together with its neighbours; here it only ends.
    await apply_all(ctx, [one for one in judged if one[1] != OFFLINE or one[2] is None])


async def _look_at_greater(ctx: Context) -> None:
    """One whose parts are all over is over; the few that stay away when the rest is back stand for themselves."""
    for row in await facts_store.greater():
        settled = ctx.now() - row["last_part_at"] > SETTLED
        few = settled and row["parts_open"] <= max(2, row["parts"] // 10) and row["parts_open"] < row["parts"]
        if row["parts_open"] and not few:
            if row["rule"] not in (SITE, NETWORK) and row["affected"] < row["parts"]:
                await facts_store.count_parts(row["id"], row["parts"])
            continue
        async with ctx.unit() as unit:
            known = await store.lock(row["tenant"], row["id"])
            if known is None or known["state"] == IncidentState.CLOSED:
                continue
            for part in await facts_store.release(row["id"]):
                await incidents.note(ctx, part["id"], EntryKind.GROUPED, "The others are back; this one isn't.")
                incidents.tell(unit, part, IncidentState(part["state"]), ctx.now(), opened=True)
            if not _waits(known):
                await incidents.end(ctx, unit, known)


async def look_at_links(ctx: Context) -> None:
    seen: list[tuple[Place, str, str, rules.Facts]] = [
        (
            Place(row["tenant"], row["id"]),
            row["vendor"],
            row["model"],
            rules.LinkFacts(
                drops=row["drops"],
                usual_per_day=row["usual"],
                wireless=row["wireless"],
                round_trip_ms=row["round_trip_ms"],
                lost_percent=row["lost_percent"],
                usual_ms=row["usual_ms"],
                usual_lost_percent=row["usual_lost_percent"],
            ),
        )
        for row in await facts_store.links(ctx.now() - LINK_SPAN, ctx.now() - NOTED)
    ]
    await apply_all(ctx, await judge_all(ctx, seen))


# --- sessions and outlets ----------------------------------------------------------------------------


class Limits(Protocol):
    """What is left of each phase, in amperes, at the least since then; None: all that the outlet has."""

    async def __call__(
        self, ctx: Context, station_id: UUID, evse: int, transaction_id: UUID, since: datetime
    ) -> float | None: ...


async def look_at_sessions(ctx: Context, limits: Limits) -> None:
    """Limits are asked for only where a rule found what they may explain: reckoning them is dear. What can't be
    reckoned explains nothing."""
    rows = await facts_store.running(ctx.now() - rules.READINGS, rules.LATEST)
    found: list[Judged] = []
    suspect: list[tuple[Place, str, str, rules.Facts]] = []
    plain: list[tuple[Place, str, str, rules.Facts]] = []
    for row in rows:
        place = Place(row["tenant"], row["station"], row["connector"])
        one = (place, row["vendor"], row["model"], _running(ctx, row))
        if not row["limited"] or row["evse"] is None:
            plain.append(one)
            continue
        judged = await judge_all(ctx, [one])
        if any(rule in HELD_DOWN and finding is not None for _, rule, finding in judged):
            since = row["points"][0][0]
            try:
                allowed = await limits(ctx, row["station"], row["evse"], row["id"], since)
            except Exception as error:  # one station's limits keep nobody from looking at the others
                log.error("limits can't be reckoned", station=str(row["station"]), exc_info=error)
                found += judged
                continue
            suspect.append((place, row["vendor"], row["model"], replace(_running(ctx, row), allowed_a=allowed)))
        else:
            found += judged
    found += await judge_all(ctx, [*plain, *suspect])
    gone = [rule.name for rule in rules.RULES if rule.looks_at is rules.RunningFacts]
    await apply_all(ctx, found, gone=gone)


def _running(ctx: Context, row: facts_store.Row) -> rules.RunningFacts:
    return rules.RunningFacts(
        label=row["label"],
        number=row["number"],
        transaction=str(row["id"]),
        begun_at=row["begun_at"],
        heard_at=row["heard_at"],
        now=ctx.now(),
        online=row["online"],
        dc=row["power_type"] == "DC",
        max_power_w=row["max_power_w"],
        status=row["status"],
        charging=row["charging_state"] == "charging" or row["status"] == "charging",
        soc_percent=row["soc_percent"],
        moments=tuple(
            rules.Moment(
                at=at,
                energy_wh=energy_wh,
                power_w=power_w,
                voltage_v=voltage_v,
                voltages=tuple(voltages or ()),
                currents=tuple(currents or ()),
                offered_w=offered_w,
            )
            for at, energy_wh, power_w, voltage_v, voltages, currents, offered_w in row["points"] or ()
        ),
    )


async def look_at_outlets(ctx: Context) -> None:
    seen: list[tuple[Place, str, str, rules.Facts]] = [
        (
            Place(row["tenant"], row["station"], row["id"]),
            row["vendor"],
            row["model"],
            rules.OutletFacts(
                label=row["label"],
                status="" if row["busy"] else row["status"],
                since=row["since"],
                now=ctx.now(),
            ),
        )
        for row in await facts_store.outlets(ctx.now() - OUTLET_AFTER)
    ]
    await apply_all(ctx, await judge_all(ctx, seen))


# --- upkeep --------------------------------------------------------------------------------------


async def look_at_firmware(ctx: Context) -> None:
    """Cron: whose firmware its vendor stands by no longer."""
    today = ctx.now().date()
    seen: list[tuple[Place, str, str, rules.Facts]] = []
    for row in await facts_store.firmwares():
        days = None if row["ends_on"] is None else (row["ends_on"] - today).days
        facts = rules.FirmwareFacts(firmware=row["firmware"], days_left=days)
        seen.append((Place(row["tenant"], row["id"]), row["vendor"], row["model"], facts))
    await apply_all(ctx, await judge_all(ctx, seen))
