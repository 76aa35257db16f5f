"""The rules as people see them: on or off, with which thresholds, and how often they fired."""

from datetime import timedelta
from uuid import UUID

from backend.alerts import incidents, rules, rules_store, tuning, watching
from backend.alerts.place import Place
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from shared.faults import (
    Bounds,
    FirmwareEnd,
    FirmwareEnds,
    FirmwareEndSet,
    FirmwareInUse,
    Rule,
    Threshold,
    ThresholdSet,
)

FIRED_SPAN = timedelta(days=30)


async def listed(ctx: Context, tenant_id: UUID) -> list[Rule]:
    switches = {row["rule"]: row for row in await rules_store.switches(tenant_id)}
    fired = await rules_store.fired(tenant_id, ctx.now() - FIRED_SPAN)
    found = []
    for one in rules.RULES:
        row = switches.get(one.name)
        found.append(
            Rule(
                name=one.name,
                title=one.title,
                about=one.about,
                group=one.group,
                thresholds=one.thresholds,
                bounds={name: Bounds(**bounds._asdict()) for name, bounds in one.bounds.items()},
                on=row is None or row["off_at"] is None,
                off_at=row["off_at"] if row else None,
                error=row["error"] if row else "",
                failures=row["failures"] if row else 0,
                fired=fired.get(one.name, 0),
            )
        )
    return found


def _known(name: str) -> rules.Rule:
    rule = rules.BY_NAME.get(name)
    if rule is None:
        raise NotFound("There is no such rule.", code="no_rule")
    return rule


async def switch(ctx: Context, tenant_id: UUID, name: str, *, on: bool) -> Rule:
    """Switched on again, what told of its failure is over. Incidents it opened stay until they end or are closed."""
    _known(name)
    async with ctx.unit() as unit:
        await rules_store.switch(tenant_id, name, None if on else ctx.now(), "")
        if on:
            await incidents.close_incident(ctx, unit, Place(tenant_id), tuning.failed_name(name))
    tuning.forget(tenant_id)
    return next(one for one in await listed(ctx, tenant_id) if one.name == name)


async def thresholds(ctx: Context, tenant_id: UUID) -> list[Threshold]:
    return [_shown(row) for row in await rules_store.thresholds(tenant_id)]


def _shown(row: rules_store.Row) -> Threshold:
    return Threshold(
        id=str(row["id"]),
        rule=row["rule"],
        vendor=row["vendor"],
        model=row["model"],
        values={name: float(value) for name, value in row["values"].items()},
        updated_at=row["updated_at"],
    )


def checked(name: str, values: dict[str, float]) -> dict[str, float]:
    """Raises InvalidInput for a threshold the rule doesn't have, and for a number with which it makes no sense."""
    bounds = _known(name).bounds
    strange = sorted(set(values) - set(bounds))
    if strange:
        have = ", ".join(bounds) or "none"
        raise InvalidInput(f"This rule has no threshold “{strange[0]}”. It has: {have}.", code="no_threshold")
    for threshold, value in values.items():
        least, most, whole = bounds[threshold]
        if not least <= value <= most:
            raise InvalidInput(f"“{threshold}” goes from {least:g} to {most:g}.", code="invalid_threshold")
        if whole and value % 1:
            raise InvalidInput(f"“{threshold}” is a whole number.", code="invalid_threshold")
    return values


async def set_threshold(ctx: Context, tenant_id: UUID, wanted: ThresholdSet) -> Threshold:
    values = checked(wanted.rule, wanted.values)
    vendor, model = wanted.vendor.replace("\0", "").strip(), wanted.model.replace("\0", "").strip()
    async with ctx.unit():
        row = await rules_store.put_threshold(tenant_id, wanted.rule, vendor, model, values, ctx.now())
    tuning.forget(tenant_id)
    return _shown(row)


async def remove_threshold(ctx: Context, tenant_id: UUID, threshold_id: UUID) -> None:
    async with ctx.unit():
        if not await rules_store.remove_threshold(tenant_id, threshold_id):
            raise NotFound("This threshold doesn't exist.")
    tuning.forget(tenant_id)


async def firmware_ends(ctx: Context, tenant_id: UUID) -> FirmwareEnds:
    return FirmwareEnds(
        firmware=[_end(row) for row in await rules_store.firmware_ends(tenant_id)],
        in_use=[FirmwareInUse(**dict(row)) for row in await rules_store.firmware_in_use(tenant_id)],
    )


def _end(row: rules_store.Row) -> FirmwareEnd:
    values = {name: row[name] for name in ("vendor", "model", "firmware", "ends_on")}
    return FirmwareEnd(id=str(row["id"]), **values)


async def set_firmware_end(ctx: Context, tenant_id: UUID, wanted: FirmwareEndSet) -> FirmwareEnd:
    vendor, model, firmware = (one.replace("\0", "") for one in (wanted.vendor, wanted.model, wanted.firmware))
    async with ctx.unit():
        row = await rules_store.put_firmware_end(tenant_id, vendor, model, firmware, wanted.ends_on)
    await watching.look_at_firmware(ctx)
    return _end(row)


async def remove_firmware_end(ctx: Context, tenant_id: UUID, end_id: UUID) -> None:
    async with ctx.unit():
        if not await rules_store.remove_firmware_end(tenant_id, end_id):
            raise NotFound("This was taken back already.")
    await watching.look_at_firmware(ctx)
