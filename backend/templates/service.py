"""Configuration templates: kept by operators, held against stations, and put into them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from backend.commands import VariableValue
from backend.context import Context
from backend.devices import service as devices
from backend.errors import Conflict, InvalidInput, NotFound
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.model import StationFacts, StationRef
from backend.templates import rules, store
from shared.stations import VariableChange, VariableOutcome
from shared.templates import (
    Applied,
    Difference,
    DifferenceKind,
    Drift,
    Template,
    TemplateChange,
    TemplateNew,
    WantedValue,
)

NO_TEMPLATE = "This template doesn't exist."
TAKEN = "Another template has this name."
AT_ONCE = 200
MOST_LOOKED_AT = 2000
"""Stations that one page of differences is searched in; the next page goes on behind them."""
READ_ONLY = "The station says that this can't be changed."


# --- templates ---------------------------------------------------------------------------------------


def _template(row: store.Row) -> Template:
    return Template(
        id=str(row["id"]),
        stations=row["identities"],
        wanted=[WantedValue(**one) for one in row["wanted"]],
        **{name: row[name] for name in ("name", "vendor", "model", "firmware", "created_at", "updated_at")},
    )


def _values(wanted: Sequence[VariableChange]) -> list[VariableValue]:
    """Raises InvalidInput."""
    found = [VariableValue(**msgspec.structs.asdict(one)) for one in wanted]
    if problems := rules.problems(found):
        raise InvalidInput("Some values can't be in a template.", fields=problems)
    return found


async def _chosen(ctx: Context, tenant_id: UUID, identities: Sequence[str]) -> list[UUID]:
    """Raises InvalidInput for a station that doesn't exist."""
    found = []
    for identity in dict.fromkeys(identities):
        try:
            found.append((await catalog.find(ctx, tenant_id, identity)).id)
        except NotFound:
            words = f"There is no station {identity}."
            raise InvalidInput(words, fields=[("$.stations", words)]) from None
    return found


async def add(ctx: Context, tenant_id: UUID, new: TemplateNew) -> Template:
    """Raises InvalidInput, and Conflict where the name is taken."""
    wanted, chosen = _values(new.wanted), await _chosen(ctx, tenant_id, new.stations)
    values = msgspec.structs.asdict(new) | {"wanted": msgspec.to_builtins(wanted)}
    async with ctx.unit():
        template_id = await store.add(tenant_id, values, ctx.now())
        if template_id is None:
            raise Conflict(TAKEN, code="name_taken")
        await store.set_stations(template_id, chosen)
    return await read(tenant_id, template_id)


async def change(ctx: Context, tenant_id: UUID, template_id: UUID, wanted: TemplateChange) -> Template:
    """Raises NotFound, InvalidInput, and Conflict where the name is taken."""
    await read(tenant_id, template_id)
    values = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not msgspec.UNSET}
    identities = values.pop("stations", None)
    chosen = None if identities is None else await _chosen(ctx, tenant_id, identities)
    if "wanted" in values:
        values["wanted"] = msgspec.to_builtins(_values(values["wanted"]))
    async with ctx.unit():
        if not await store.change(template_id, values, ctx.now()):
            raise Conflict(TAKEN, code="name_taken")
        if chosen is not None:
            await store.set_stations(template_id, chosen)
    return await read(tenant_id, template_id)


async def remove(tenant_id: UUID, template_id: UUID) -> None:
    if not await store.remove(tenant_id, template_id):
        raise NotFound(NO_TEMPLATE)


async def read(tenant_id: UUID, template_id: UUID) -> Template:
    row = await store.one(tenant_id, template_id)
    if row is None:
        raise NotFound(NO_TEMPLATE)
    return _template(row)


async def templates(tenant_id: UUID, after: str | None, limit: int) -> tuple[list[Template], list[Any] | None]:
    rows = await store.page(tenant_id, after, limit + 1)
    return [_template(row) for row in rows[:limit]], [rows[limit - 1]["name"]] if len(rows) > limit else None


# --- differences -------------------------------------------------------------------------------------


def _pattern(row: store.Row) -> rules.Pattern:
    return rules.Pattern(
        id=row["id"],
        stations=frozenset(row["stations"]),
        wanted=msgspec.convert(row["wanted"], list[VariableValue]),
        **{name: row[name] for name in ("name", *rules.WHAT)},
    )


async def _patterns(tenant_id: UUID) -> list[rules.Pattern]:
    return [_pattern(row) for row in await store.page(tenant_id, None, None)]


async def _drifts(ctx: Context, found: Sequence[tuple[StationFacts, rules.Pattern | None]]) -> list[Drift]:
    """One for each, in order."""
    names = {value.name for _, pattern in found if pattern for value in pattern.wanted}
    rows = await stations.variables(ctx, [station.id for station, pattern in found if pattern], sorted(names))
    told: dict[UUID, dict[rules.Place, Mapping[str, Any]]] = {}
    for row in rows:
        place = (row["component"], row["evse"], row["connector"], row["name"])
        told.setdefault(row["station"], {})[place] = row
    return [_drift(station, pattern, told.get(station.id, {})) for station, pattern in found]


def _drift(
    station: StationFacts, pattern: rules.Pattern | None, told: Mapping[rules.Place, Mapping[str, Any]]
) -> Drift:
    differences: list[Difference] = []
    if pattern is not None and station.told:
        differences = rules.differences(station.ocpp_version, pattern.wanted, told)
    return Drift(
        identity=station.identity,
        name=station.name,
        online=station.online,
        template_id=str(pattern.id) if pattern else None,
        template=pattern.name if pattern else "",
        told=station.told,
        differences=differences,
    )


async def differing(
    ctx: Context, tenant_id: UUID, template_id: UUID | None, after: str | None, limit: int
) -> tuple[list[Drift], list[Any] | None]:
    """Stations that differ from their template or never told, by identity. A page may be short and go on."""
    patterns = await _patterns(tenant_id)
    if template_id is not None and template_id not in {one.id for one in patterns}:
        raise NotFound(NO_TEMPLATE)
    found: list[Drift] = []
    for _ in range(MOST_LOOKED_AT // AT_ONCE):
        some = await stations.facts(ctx, tenant_id, after, AT_ONCE)
        beside = [(one, rules.template_of(one, patterns)) for one in some]
        meant = [(one, it) for one, it in beside if it is not None and template_id in (None, it.id)]
        for drift in await _drifts(ctx, meant):
            if drift.told and not drift.differences:
                continue
            if len(found) == limit:
                return found, [found[-1].identity]
            found.append(drift)
        if len(some) < AT_ONCE:
            return found, None
        after = some[-1].identity
    return found, [after]


async def of_station(ctx: Context, station: StationRef) -> Drift:
    facts = await stations.facts_of(ctx, station.id)
    return (await _drifts(ctx, [(facts, rules.template_of(facts, await _patterns(station.tenant_id)))]))[0]


async def apply(ctx: Context, station: StationRef, account_id: UUID | None) -> Applied:
    """Set what differs, and say of each value what came of it. Raises Conflict without a template or without
    anything told, and StationOffline."""
    drift = await of_station(ctx, station)
    if drift.template_id is None:
        raise Conflict("No template is for this station.", code="no_template")
    if not drift.told:
        raise Conflict("The station never told its configuration; read it first.", code="not_told")
    changes = [_change(one) for one in drift.differences if one.kind is not DifferenceKind.FIXED]
    outcomes = iter(await devices.change(ctx, station, account_id, changes))
    told = [_refused(one) if one.kind is DifferenceKind.FIXED else next(outcomes) for one in drift.differences]
    return Applied(outcomes=told, drift=await of_station(ctx, station))


def _place(one: Difference) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("component", "name", "evse", "connector", "attribute")}


def _change(one: Difference) -> VariableValue:
    return VariableValue(**_place(one), value=one.wanted)


def _refused(one: Difference) -> VariableOutcome:
    return VariableOutcome(**_place(one), value=one.wanted, accepted=False, status="ReadOnly", detail=READ_ONLY)
