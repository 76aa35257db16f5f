"""Bulk actions: one action for many stations, in stages that halt when too much fails."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.maintenance import StartFirmware
from shared.stations import Identity, ResetKind, VariableChange

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class ActionKind(StrEnum):
    VARIABLES = "variables"
    AVAILABILITY = "availability"
    RESET = "reset"
    TRIGGER = "trigger"
    FIRMWARE = "firmware"
    LOCAL_LIST = "local_list"
    TEMPLATE = "template"


class CampaignAction(Request):
    """What every station is asked. Each kind needs its own field: `variables`; `operative`; `reset`; `message`;
    `firmware`. A local list is sent as each station's own choice says, `full` with everything; a template is the one
    that is meant for the station."""

    kind: ActionKind
    variables: Annotated[list[VariableChange], msgspec.Meta(max_length=100)] = []
    operative: bool | None = None
    reset: ResetKind | None = None
    message: Annotated[str, msgspec.Meta(max_length=50)] = ""
    firmware: StartFirmware | None = None
    full: bool = False


class CampaignStations(Request):
    """Which stations: all that fit every field given. Case does not matter; `every` for all without a filter."""

    identities: Annotated[list[Identity], msgspec.Meta(max_length=5000)] = []
    location_id: str | None = None
    vendor: Word = ""
    model: Word = ""
    firmware: Word = ""
    ocpp_version: Word = ""
    every: bool = False


class Stage(Request):
    """So many more stations: a number, or a part of all of them, rounded up. One of the two."""

    count: Annotated[int, msgspec.Meta(ge=1, le=5000)] | None = None
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class CampaignNew(Request):
    """What the stages leave over is one more stage. Halted when of the stations done with more than
    `max_failed_percent` failed or refused, and at least `min_failed` did."""

    name: Name
    stations: CampaignStations
    action: CampaignAction
    stages: Annotated[list[Stage], msgspec.Meta(max_length=20)] = []
    pause_s: Annotated[int, msgspec.Meta(ge=0, le=604_800)] = 0
    max_failed_percent: Percent = 10
    min_failed: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 1


class CampaignState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    CANCELLED = "cancelled"
    DONE = "done"


class ResultState(StrEnum):
    """UNKNOWN: it was sent, perhaps, and nobody heard the answer; it is not sent again. OFFLINE: skipped. CANCELLED:
    never asked."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Campaign(Message):
    """`counts`: stations by state of their result. `stage` of `stages_total`, from 1; `stage_from`: when the pause
    before this stage ends."""

    id: str
    name: str
    action: CampaignAction
    stages: list[Stage]
    pause_s: int
    max_failed_percent: int
    min_failed: int
    state: CampaignState
    detail: str
    stage: int
    stages_total: int
    stage_from: datetime | None
    total: int
    counts: dict[str, int]
    created_by: str | None
    created_at: datetime
    ended_at: datetime | None


class CampaignResult(Message):
    """What became of one station. `sent_at`: when it was asked."""

    identity: str
    name: str
    state: ResultState
    detail: str
    sent_at: datetime | None
    ended_at: datetime | None
