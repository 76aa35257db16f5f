"""What is stored of a station's past, read a day at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.alerts import rules as alerts
from backend.lookback import happenings as rules
from backend.lookback import store

Read = Callable[[str, str, str, datetime], Sequence[rules.Happening]]
"""(version, action, frame as it was recorded, when it came) → what it said. The OCPP edge's: `ocpp.recorded`."""

FRAMES = ("StatusNotification", "NotifyEvent", "SecurityEventNotification")
SLICE = timedelta(days=1)


class Recorded:
    """What was recorded of a station, a day at a time, in the order of time.

    Its log of OCPP tells of outlets, components and silences; where the log doesn't reach back so far (it is kept for
    days, the rest for longer), the stored changes of status stand in for it.
    """

    def __init__(
        self, read_frame: Read, station: store.Row, begin: datetime, end: datetime, silence: timedelta
    ) -> None:
        self._read, self._station, self._begin, self._end, self._silence = read_frame, station, begin, end, silence
        self.recorded_from: datetime | None = None
        self._logged_from: datetime | None = None

    async def happenings(self) -> AsyncIterator[rules.Happening]:
        station_id = self._station["id"]
        log = await store.first_frame(station_id, self._begin, self._end)
        self._logged_from = log["first"]
        for row in await store.standing(station_id, self._begin):
            yield self._change({**dict(row), "at": self._begin})
        day = self._begin
        while day < self._end:
            until = min(day + SLICE, self._end)
            found = await self._day(station_id, day, until)
            if found and self.recorded_from is None:
                self.recorded_from = found[0].at
            for one in found:
                yield one
            day = until
            await asyncio.sleep(0)
        if log["last"] is not None and self._end - log["last"] >= self._silence:
            yield rules.Gap(at=self._end, since=log["last"])

    async def _day(self, station_id: UUID, begin: datetime, end: datetime) -> list[rules.Happening]:
        found: list[rules.Happening] = []
        for row in await store.changes(station_id, begin, end):
            link = row["status"] in ("online", "offline")
            if link or self._logged_from is None or row["at"] < self._logged_from:
                found.append(self._change(row))
        if self._logged_from is not None and self._logged_from < end:
            found += self._frames(await store.frames(station_id, begin, end, FRAMES, self._silence))
        for row in await store.sessions(station_id, begin, end):
            found += _session(row, begin, end)
        found += [_reading(row) for row in await store.readings(station_id, begin, end)]
        found.sort(key=lambda one: one.at)
        return found

    def _change(self, row: Any) -> rules.Happening:
        if row["status"] in ("online", "offline"):
            return rules.Link(at=row["at"], online=row["status"] == "online")
        return rules.Outlet(
            at=row["at"], label=row["label"], status=row["status"], error_code=row["error_code"], info=row["info"]
        )

    def _frames(self, rows: Sequence[store.Row]) -> list[rules.Happening]:
        found: list[rules.Happening] = []
        for row in rows:
            if row["since"] is not None:
                found.append(rules.Gap(at=row["at"], since=row["since"]))
            if row["kind"] == "call" and row["action"] in FRAMES:
                found += self._read(self._station["ocpp_version"], row["action"], row["payload"], row["at"])
        return found


def _session(row: store.Row, begin: datetime, end: datetime) -> list[rules.Happening]:
    found: list[rules.Happening] = []
    label, transaction = row["label"], str(row["id"])

    def here(at: datetime | None) -> bool:
        return at is not None and begin <= at < end

    if row["state"] == "failed":
        return [rules.NotStarted(at=row["created_at"], label=label, failure=row["failure"])]
    if here(row["begun_at"]):
        found.append(
            rules.Began(
                at=row["begun_at"],
                label=label,
                transaction=transaction,
                number=row["number"],
                dc=row["power_type"] == "DC",
                max_power_w=row["max_power_w"] or 0,
            )
        )
    if here(row["ended_at"]) and row["begun_at"] is not None:
        seconds = (row["ended_at"] - row["begun_at"]).total_seconds()
        found.append(
            rules.Over(
                at=row["ended_at"],
                label=label,
                transaction=transaction,
                number=row["number"],
                past=alerts.Past(
                    seconds=seconds,
                    energy_wh=row["energy_wh"],
                    reason=row["stop_reason"],
                    driver=row["driver"] or "",
                ),
                flags=frozenset(row["flags"]),
            )
        )
    return found


def _reading(row: store.Row) -> rules.Happening:
    return rules.Read(
        at=row["at"],
        transaction=str(row["transaction"]),
        moment=alerts.Moment(
            at=row["at"],
            energy_wh=row["energy_wh"],
            power_w=row["power_w"],
            voltage_v=row["voltage_v"],
            voltages=tuple(row["phase_voltages"] or ()),
            currents=tuple(row["phase_currents"] or ()),
            offered_w=row["offered_w"],
        ),
        soc_percent=row["soc_percent"],
        charging=row["charging_state"] == "charging" if row["charging_state"] else None,
    )
