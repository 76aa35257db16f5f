"""All that is known of an incident, and how incidents went."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.alerts import incidents, store
from backend.context import Context
from shared.faults import (
    EntryKind,
    EvidenceFrame,
    EvidencePoint,
    FaultFigures,
    IncidentDetail,
    IncidentEntry,
    IncidentTimes,
    RuleFigures,
)

BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=5)
MOST_FRAMES, MOST_POINTS = 60, 240


async def detail(ctx: Context, tenant_id: UUID, incident_id: UUID) -> IncidentDetail:
    """Raises NotFound, also for another operator's incident."""
    row = await incidents.row_of(tenant_id, incident_id)
    began: datetime = row["began_at"] or row["opened_at"]
    frames = []
    if row["station"] is not None:
        frames = list(
            await store.frames(row["station"], began - BEFORE, max(began, row["opened_at"]) + AFTER, MOST_FRAMES)
        )
    evidence: dict[str, Any] = dict(row["evidence"])
    transaction = evidence.pop("transaction", None)
    points = await store.points(
        row["connector"], UUID(transaction) if transaction else None, row["seen_at"] + AFTER, MOST_POINTS
    )
    return IncidentDetail(
        incident=incidents.shown(row),
        times=_times(row),
        timeline=[
            IncidentEntry(
                at=one["at"], kind=EntryKind(one["kind"]), text=one["text"], by=one["by"], data=dict(one["data"])
            )
            for one in await store.entries(incident_id)
        ],
        values={name: str(value) for name, value in evidence.items()},
        frames=[
            EvidenceFrame(
                at=one["at"],
                direction=one["direction"],
                kind=one["kind"],
                action=one["action"],
                payload=one["payload"],
            )
            for one in frames
        ],
        points=[
            EvidencePoint(
                at=one["at"],
                power_w=one["power_w"],
                voltage_v=_float(one["voltage_v"]),
                current_a=_float(one["current_a"]),
                energy_wh=one["energy_wh"],
            )
            for one in points
        ],
    )


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def _times(row: store.Row) -> IncidentTimes:
    def since(later: datetime | None, earlier: datetime | None) -> float | None:
        return None if later is None or earlier is None else max(0.0, (later - earlier).total_seconds())

    return IncidentTimes(
        detect_s=since(row["opened_at"], row["began_at"]),
        acknowledge_s=since(row["acknowledged_at"], row["opened_at"]),
        repair_s=since(row["repaired_at"], row["opened_at"]),
    )


async def figures(ctx: Context, tenant_id: UUID, days: int) -> FaultFigures:
    """Of the incidents opened in the last days, by rule."""
    rows = await store.figures(tenant_id, ctx.now() - timedelta(days=days))
    found = [RuleFigures(**{name: row[name] for name in RuleFigures.__struct_fields__}) for row in rows]
    return FaultFigures(days=days, rules=found)
