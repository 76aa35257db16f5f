"""What stations of both versions tell of updates and logs, and their security events; kept in an outage."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from backend.maintenance import service as maintenance
from backend.ocpp import unstored
from backend.ocpp.session import Session


async def reported(session: Session, kinds: Sequence[str], word: str, request: int | None, *, detail: str = "") -> None:
    about = (session.ctx, session.station, kinds, word, request)
    write = partial(maintenance.reported, *about, at=session.ctx.now(), detail=detail)
    await unstored.told(session.station.id, ("task", *kinds, request, word, detail), write)


async def security_event(session: Session, kind: str, timestamp: datetime, info: str) -> None:
    at = session.aware(timestamp)
    write = partial(maintenance.security_event, session.ctx, session.station, kind, at, info)
    await unstored.told(session.station.id, ("security", kind, at, info), write)
