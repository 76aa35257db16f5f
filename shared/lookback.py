"""Looking back: a rule, a threshold or a playbook tried on what was recorded, before it runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.operations import Severity
from shared.remedies import PlaybookSet

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Word = Annotated[str, msgspec.Meta(max_length=200)]


class LookBackState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class LookBackNew(Request):
    """`rules` with `thresholds` (rule → its thresholds, others as they are today), or the rules of a `plan`, which is
    then tried too. `vendor`, `model`, `location_id`: only such stations."""

    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    rules: Annotated[list[Name], msgspec.Meta(max_length=50)] = []
    thresholds: Annotated[dict[Name, dict[str, float]], msgspec.Meta(max_length=50)] = {}
    plan: PlaybookSet | None = None
    vendor: Word = ""
    model: Word = ""
    location_id: Annotated[str, msgspec.Meta(max_length=36)] = ""


class RuleResult(Message):
    """`now`: with the thresholds of today, None where these were tried. `happened`: firings that were an incident in
    truth. `missed`: incidents that this would not have found."""

    rule: str
    title: str
    fired: int
    now: int | None
    happened: int
    missed: int


class ModelResult(Message):
    vendor: str
    model: str
    stations: int
    """Those at which it fired."""
    fired: int


class LookBack(Message):
    """`done` of `stations` are through. `recorded_from`: since when something of them is recorded. `outcomes`, of a
    playbook: held, ended_first, mended, not_mended, untried. `left_out`: rules that records can't tell of. `threw`:
    rules that failed on what was recorded."""

    id: str
    state: LookBackState
    asked: LookBackNew
    by: str
    created_at: datetime
    ended_at: datetime | None
    stations: int
    done: int
    recorded_from: datetime | None
    fired: int
    now: int | None
    happened: int
    missed: int
    outcomes: dict[str, int]
    rules: list[RuleResult]
    models: list[ModelResult]
    left_out: list[str]
    threw: dict[str, str]
    said: str
    error: str = ""


class LookBackFiring(Message):
    """`incident_id`: what it was in truth. `outcome` of a playbook, and `held`: the guard that would have waited."""

    id: str
    rule: str
    title: str
    detail: str
    severity: Severity
    station_identity: str
    station_name: str
    model: str
    connector: str
    code: str
    fired_at: datetime
    ended_at: datetime | None
    occurrences: int
    incident_id: str | None
    outcome: str = ""
    held: str = ""
