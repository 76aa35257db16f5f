"""Playbooks: what is tried at a station when an incident opens, within which guards, and how often it mended."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ClockOrNone = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]

NEEDS_HANDS = (
    "GroundFailure HighTemperature OverCurrentFailure OverVoltage UnderVoltage PowerSwitchFailure EmergencyStop "
    "PowerLoss EVSEContactorFault EVContactorFault ResistanceFault ConnectorVoltageHigh BrokenLatch CutCable "
    "CableOverTempStop CableOverTempDerate CableCheckFailure WeakSignal PartialInsertion InvalidVehicleMode "
    "AuthorizationTimeout CapacitanceFault"
).split()
"""Codes behind which a danger, the car or the grid stands: no restart helps, or none must be tried from afar."""


class StepKind(StrEnum):
    WAIT = "wait"
    TRIGGER = "trigger"
    UNLOCK = "unlock"
    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    AVAILABILITY = "availability"
    """Out of service and back; what an operator took out stays so."""
    CLEAR_PROFILES = "clear_profiles"
    RESTART_SESSION = "restart_session"
    """Ends the session there and begins it again for the same card and driver; a guest's is left alone."""
    FIRMWARE = "firmware"


STEP_NAMES = {
    StepKind.WAIT: "Wait",
    StepKind.TRIGGER: "Ask for a message",
    StepKind.UNLOCK: "Unlock the cable",
    StepKind.SOFT_RESET: "Soft restart",
    StepKind.HARD_RESET: "Hard restart",
    StepKind.AVAILABILITY: "Out of service and back",
    StepKind.CLEAR_PROFILES: "Clear charging profiles",
    StepKind.RESTART_SESSION: "Restart the session",
    StepKind.FIRMWARE: "Update the firmware",
}


class PlaybookStep(Request):
    """`verify_s`: how long the incident may take to end before the next step; of WAIT how long is waited.

    `message`: of TRIGGER. `url`: of FIRMWARE.
    """

    kind: StepKind
    verify_s: Annotated[int, msgspec.Meta(ge=1, le=24 * 3600)] = 120
    message: Annotated[str, msgspec.Meta(max_length=50)] = "StatusNotification"
    url: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Guards(Request):
    """What must not happen. `during_session`: steps may disturb a session. `quiet_from`–`quiet_to`: nothing is done,
    in the site's time. `max_at_once`: stations of the operator under treatment at the same time."""

    during_session: bool = False
    max_per_day: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    max_at_once: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    quiet_from: ClockOrNone = ""
    quiet_to: ClockOrNone = ""
    approval: bool = False


class PlaybookSet(Request):
    """For which incidents: rules, fault codes (none: all but `not_codes`), models (none: all)."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    rules: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=50)]
    steps: Annotated[list[PlaybookStep], msgspec.Meta(min_length=1, max_length=20)]
    guards: Guards = msgspec.field(default_factory=Guards)
    enabled: bool = True
    codes: Annotated[list[Word], msgspec.Meta(max_length=100)] = []
    not_codes: Annotated[list[Word], msgspec.Meta(max_length=100)] = []
    models: Annotated[list[Word], msgspec.Meta(max_length=100)] = []


class Figures(Message):
    """How runs ended in the last 90 days. `rate`: mended of those that were tried; None: none was."""

    runs: int = 0
    mended: int = 0
    failed: int = 0
    rate: float | None = None


class Playbook(Message):
    id: str
    key: str
    version: int
    plan: PlaybookSet
    updated_at: datetime
    figures: Figures


class PlaybookVersion(Message):
    version: int
    plan: PlaybookSet
    at: datetime
    by: str
    figures: Figures


class ModelFigures(Message):
    model: str
    firmware: str
    figures: Figures


class PlaybookDetail(Message):
    playbook: Playbook
    versions: list[PlaybookVersion]
    models: list[ModelFigures]


class RemedyState(StrEnum):
    """WAITING: a guard holds it back for now. OVER: it ended before anything was tried, or so
    that nobody knows whether that helped."""

    RUNNING = "running"
    WAITING = "waiting"
    ASKS = "asks"
    MENDED = "mended"
    OVER = "over"
    FAILED = "failed"
    STOPPED = "stopped"


class RemedyStep(Message):
    number: int
    kind: StepKind
    sent_at: datetime
    ended_at: datetime | None
    outcome: str
    detail: str


class Remedy(Message):
    id: str
    incident_id: str
    title: str
    playbook_id: str
    playbook: str
    version: int
    station_identity: str
    station_name: str
    state: RemedyState
    step: int
    steps_total: int
    detail: str
    due_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    steps: list[RemedyStep]


class DryRun(Request):
    """Try a plan on the incidents of the past."""

    plan: PlaybookSet
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30


class DryRunResult(Message):
    """`fired`: incidents that it would have treated. Of these: `ended_first` were over before its first step, in
    `tried` somebody or something sent a command of its kinds, `mended` ended after it, the rest nobody tried.

    `held`: those that a guard would have held back until they were over, or for too long, by reason. `latest`: how many
    were looked at, the latest of them, where there were more. `said`: the result in one sentence.
    """

    days: int
    matched: int
    fired: int
    ended_first: int
    tried: int
    mended: int
    held: dict[str, int]
    said: str
    latest: int | None = None
