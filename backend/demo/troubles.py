"""What went wrong in the demo's past: mended by a playbook, by hands or by itself, watched, and one that is open.

Told by the rules' own words and kept by the rooms' own functions, at the times when it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.alerts import business, incidents, rules, rules_service, vendor_codes, watching
from backend.alerts.place import Place
from backend.alerts.rules import correlation
from backend.context import Context
from backend.db.engine import DB
from backend.remedies import playbooks
from backend.remedies.builtin import BUILT_IN
from backend.tickets import service as tickets
from shared.faults import CodeMeaningSet, EntryKind, FirmwareEndSet
from shared.operations import IncidentState
from shared.remedies import STEP_NAMES, RemedyState, StepKind
from shared.tickets import PartnerKind, PartnerSet

BROKEN, BROKEN_CODE = "WAN-04", "InternalError"
"""The one that is out of order when somebody comes in the morning; the simulator keeps it so."""
WELL, LOST = "available", "offline"


@dataclass(frozen=True, slots=True)
class Mended:
    """One that a playbook ended: `steps` were tried, the last one helped after `minutes`."""

    station: str
    evse: int
    code: str
    playbook: str
    days_ago: float
    steps: int
    minutes: float
    info: str = ""


MENDED = (
    Mended("ALT-02", 1, "InternalError", "fault", 23.31, 3, 7, "Watchdog"),
    Mended("EPP-01", 2, "ConnectorLockFailure", "plug_lock", 19.62, 1, 1),
    Mended("HAF-04", 1, "ReaderFailure", "fault", 16.14, 3, 6, "No answer on the bus"),
    Mended("ZOB-03", 2, "EVCommunicationError", "fault", 11.47, 2, 2),
    Mended("BAR-02", 1, "InternalError", "fault", 8.22, 4, 12, "Watchdog"),
    Mended("ALT-01", 1, "ConnectorLockFailure", "plug_lock", 4.55, 3, 5, "End position not reached"),
    Mended("HAF-01", 2, "PowerMeterFailure", "fault", 2.83, 3, 6, "Meter: time-out"),
    Mended("WAN-02", 1, "InternalError", "fault", 0.41, 3, 7, "Watchdog"),
)


class Past:
    """The demo's stations and people, and a context at any moment."""

    def __init__(self, ctx: Context, tenant_id: UUID, rows: Sequence[Any], operator: UUID, admin: UUID) -> None:
        self._ctx, self.tenant_id = ctx, tenant_id
        self.operator, self.admin = operator, admin
        self.connectors = {(row["identity"], row["evse"]): row for row in rows}

    def ago(self, days: float = 0, *, minutes: float = 0) -> datetime:
        return self._ctx.now() - timedelta(days=days, minutes=minutes)

    def at(self, moment: datetime) -> Context:
        """Nobody is told of what is long over."""
        return replace(self._ctx, now=lambda: moment, handlers={})

    def place(self, identity: str, evse: int) -> Place:
        row = self.connectors[identity, evse]
        return Place(self.tenant_id, row["station"], row["connector"])

    async def status(self, place: Place, status: str, at: datetime, code: str = "") -> None:
        await DB.run(
            "INSERT INTO status_change (station, connector, status, at, error_code) VALUES ($1, $2, $3, $4, $5)",
            place.station_id, place.connector_id, status, at, code,
        )  # fmt: skip

    async def report(self, identity: str, evse: int, code: str, at: datetime, info: str = "") -> UUID:
        """An outlet goes out of service."""
        place = self.place(identity, evse)
        facts = rules.ConnectorFacts(label=str(evse), status="faulted", error_code=code, info=info)
        finding = rules.BY_NAME["connector_faulted"].judge(facts)
        assert finding is not None
        await self.status(place, "faulted", at, code)
        return await self.open(place, "connector_faulted", finding, at)

    async def open(self, place: Place, rule: str, finding: rules.Finding, at: datetime) -> UUID:
        ctx = self.at(at)
        async with ctx.unit() as unit:
            return await incidents.raise_incident(ctx, unit, place, rule, finding)

    async def over(self, place: Place, rule: str, at: datetime) -> None:
        ctx = self.at(at)
        if rule == "connector_faulted":
            await self.status(place, WELL, at)
        async with ctx.unit() as unit:
            await incidents.close_incident(ctx, unit, place, rule)

    async def person(self, incident_id: UUID, state: IncidentState, at: datetime, words: str = "") -> None:
        await incidents.change_state(self.at(at), self.tenant_id, incident_id, self.operator, state, words)

    async def note(self, incident_id: UUID, at: datetime, words: str) -> None:
        await incidents.add_note(self.at(at), self.tenant_id, incident_id, words, self.operator)

    async def line(self, incident_id: UUID, at: datetime, words: str) -> None:
        await incidents.note(self.at(at), incident_id, EntryKind.STEP, words)


async def write(ctx: Context, tenant_id: UUID) -> None:
    rows = await DB.run(
        """SELECT s.identity, s.id AS station, s.model, s.firmware, s.location, c.id AS connector, c.evse
        FROM connector c JOIN charging_station s ON s.id = c.station WHERE s.tenant = $1""",
        tenant_id,
    )
    people = await DB.run("SELECT role, id FROM account WHERE tenant = $1 AND role IN ('operator', 'admin')", tenant_id)
    by_role = {row["role"]: row["id"] for row in people}
    past = Past(ctx, tenant_id, rows, by_role["operator"], by_role["admin"])
    await business.compute_baselines(ctx)  # what a day usually brings: so lost business has a price
    await playbooks.ensure(ctx, tenant_id)
    await _site_without_power(past)
    await _by_hand(past)
    for one in MENDED:
        await _mended(past, one)
    await _watched(past)
    await _open(past)
    await _upkeep(ctx, tenant_id)


async def _mended(past: Past, one: Mended) -> None:
    at = past.ago(one.days_ago)
    incident_id = await past.report(one.station, one.evse, one.code, at, one.info)
    ended = at + timedelta(minutes=one.minutes)
    await _run(past, incident_id, (one.station, one.evse), one.playbook, one.steps, at, ended, helped=True)
    await past.over(past.place(one.station, one.evse), "connector_faulted", ended)


async def _run(
    past: Past,
    incident_id: UUID,
    outlet: tuple[str, int],
    key: str,
    steps: int,
    begun: datetime,
    ended: datetime,
    *,
    helped: bool,
) -> None:
    """A playbook's run as its room would have left it."""
    plan, row, run_id = BUILT_IN[key], past.connectors[outlet], uuid4()
    [book] = await DB.run("SELECT id FROM playbook WHERE tenant = $1 AND key = $2", past.tenant_id, key)
    tried = plan.steps[:steps]
    last = STEP_NAMES[tried[-1].kind]
    detail = f"{last} helped." if helped else "Every step was tried and none helped."
    state = (RemedyState.MENDED if helped else RemedyState.FAILED).value
    await DB.run(
        """INSERT INTO remedy (id, tenant, playbook, version, plan, incident, station, connector, model, firmware,
            state, step, detail, created_at, ended_at)
        VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        run_id, past.tenant_id, book["id"], msgspec.to_builtins(plan), incident_id, row["station"], row["connector"],
        row["model"], row["firmware"], state, steps - 1, detail, begun, ended,
    )  # fmt: skip
    await past.line(incident_id, begun, f"Playbook begins: {plan.name}")
    for number, step in enumerate(tried):
        sent = begun + (ended - begun) * number / steps
        after = begun + (ended - begun) * (number + 1) / steps
        said, heard = "", None
        if step.kind is not StepKind.WAIT:
            said, heard = "Accepted", sent + timedelta(seconds=1)
            await past.line(incident_id, heard, f"{STEP_NAMES[step.kind]}: {said}")
        outcome = "helped" if helped and number == steps - 1 else "didn't help"
        await DB.run(
            """INSERT INTO remedy_step (id, remedy, number, kind, sent_at, answered_at, ended_at, outcome, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
            uuid4(), run_id, number, step.kind.value, sent, heard, after, outcome, said,
        )  # fmt: skip
    words = f"Mended: {detail}" if helped else f"The playbook couldn't mend it. {detail}"
    await past.line(incident_id, ended, words)


async def _by_hand(past: Past) -> None:
    """No restart helps where a contactor is welded: somebody drove there, and it was watched for a day."""
    begun = past.ago(14.2)
    incident_id = await past.report("ZOB-01", 1, "PowerSwitchFailure", begun, "Contactor feedback missing")
    await past.person(incident_id, IncidentState.ACKNOWLEDGED, begun + timedelta(minutes=11))
    await past.note(incident_id, begun + timedelta(minutes=18), "Elektro Petersen comes tomorrow between 8 and 10.")
    await past.person(incident_id, IncidentState.IN_REPAIR, begun + timedelta(hours=16))
    await past.over(past.place("ZOB-01", 1), "connector_faulted", begun + timedelta(hours=18.5))
    await past.note(incident_id, begun + timedelta(hours=18.6), "Contactor K1 replaced, insulation measured.")
    done = past.at(begun + timedelta(hours=43))
    await incidents.close_quiet(done)


async def _watched(past: Past) -> None:
    begun = past.ago(1.3)
    incident_id = await past.report("EPP-02", 1, "HighTemperature", begun, "Inlet at 92 °C, charging paused")
    await past.person(incident_id, IncidentState.ACKNOWLEDGED, begun + timedelta(minutes=24))
    await past.person(incident_id, IncidentState.IN_REPAIR, begun + timedelta(hours=3), "Filter and fan on site.")
    await past.over(past.place("EPP-02", 1), "connector_faulted", past.ago(minutes=430))
    await past.note(incident_id, past.ago(minutes=415), "Filter was full of leaves. Cleaned.")


async def _site_without_power(past: Past) -> None:
    """Nine days ago a whole place was dark for a while: one incident, its stations parts of it."""
    begun = past.ago(9.4)
    at, over = begun + timedelta(minutes=1.5), begun + timedelta(minutes=52)
    members = {row["station"]: row for (identity, _), row in past.connectors.items() if identity.startswith("BAR-")}
    location = next(iter(members.values()))["location"]
    place = Place(past.tenant_id, location_id=location)
    ctx = past.at(at)
    async with ctx.unit() as unit:
        finding = correlation.site_offline(len(members), len(members), begun)
        parent = await incidents.raise_incident(ctx, unit, place, watching.SITE, finding, affected=len(members))
    part = rules.BY_NAME["station_offline"].judge(
        rules.PresenceFacts(
            accepted=True, online=False, disconnected_at=begun, last_seen_at=None, silence_s=180, now=at
        )
    )
    assert part is not None
    for station in members:
        async with ctx.unit() as unit:
            alone = Place(past.tenant_id, station)
            await incidents.raise_incident(ctx, unit, alone, "station_offline", part, parent=parent)
    await past.note(parent, begun + timedelta(minutes=9), "The network operator knows: a cable was dug up.")
    for station in members:
        alone = Place(past.tenant_id, station)
        await past.status(alone, LOST, begun)
        await past.status(alone, "online", over)
        await past.over(alone, "station_offline", over)
    await past.over(place, watching.SITE, over)


async def _open(past: Past) -> None:
    """Since last night, and every step of the playbook was tried: this needs somebody."""
    begun = past.ago(minutes=9 * 60 + 12)
    info = "Power module 2: no answer"
    incident_id = await past.report(BROKEN, 1, BROKEN_CODE, begun, info)
    await _run(past, incident_id, (BROKEN, 1), "fault", 4, begun, begun + timedelta(minutes=12), helped=False)
    await DB.run(
        "UPDATE connector SET status = 'faulted', status_at = $2, error_code = $3, error_info = $4 WHERE id = $1",
        past.place(BROKEN, 1).connector_id, begun, BROKEN_CODE, info,
    )  # fmt: skip


async def _upkeep(ctx: Context, tenant_id: UUID) -> None:
    """What an operator has told: an end of firmware, a partner, a meaning; and codes that wait for one."""
    ends = (ctx.now() + timedelta(days=41)).date()
    wanted = FirmwareEndSet(vendor="Ampere & Söhne", model="Quick 50", firmware="1.12.0", ends_on=ends)
    await rules_service.set_firmware_end(ctx, tenant_id, wanted)
    partner = PartnerSet(name="Elektro Petersen", kind=PartnerKind.EMAIL, address="service@petersen.example")
    await tickets.put_partner(ctx, tenant_id, None, partner)
    meaning = CodeMeaningSet(
        vendor="Volta Nord",
        code="E-107",
        title="Residual current protection tripped",
        cause="Moisture or damaged insulation in cable, plug or car",
        advice="Keep the connector out of service until an electrician has reset its protection.",
    )
    await vendor_codes.put(ctx, tenant_id, meaning)
    [station] = await DB.run("SELECT id FROM charging_station WHERE identity = 'HAF-02'")
    for days in (21, 12, 3):
        then = replace(ctx, now=partial(_earlier, ctx, days))
        await vendor_codes.count_unknown(then, tenant_id, station["id"], "Ampere & Söhne", "E-131", "Cooling loop")
    await business.look(ctx)


def _earlier(ctx: Context, days: int) -> datetime:
    return ctx.now() - timedelta(days=days)
