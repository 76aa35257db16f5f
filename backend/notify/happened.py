"""Incidents as routes and words need them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.notify import rules, store
from shared.operations import IncidentState, Severity


async def of(incident_ids: Sequence[UUID]) -> Mapping[UUID, rules.Happened]:
    return {
        row["id"]: rules.Happened(
            id=str(row["id"]),
            rule=row["rule"],
            severity=Severity(row["severity"]),
            state=IncidentState(row["state"]),
            title=row["title"],
            detail=row["detail"],
            advice=row["advice"],
            location_id=str(row["location"] or ""),
            location=row["location_name"],
            station=row["station"],
            connector=row["connector"],
            affected=row["affected"],
            part=row["part"],
            since=(row["watched_at"] or row["opened_at"]).isoformat(),
        )
        for row in await store.incidents(incident_ids)
    }
