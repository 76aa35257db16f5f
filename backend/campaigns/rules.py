"""Which stations come next, when a stage is over, and when it is better to stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from shared.campaigns import ActionKind, CampaignAction, CampaignNew, ResultState, Stage

AT_ONCE = 10
"""Stations of one campaign that are asked at the same time."""
FAILURES = (ResultState.REFUSED, ResultState.FAILED, ResultState.UNKNOWN)
FINISHED = (ResultState.DONE, *FAILURES)
"""Stations that were asked and are done with; one that was away tells nothing about the action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many stations are in which state. `asked`: running and finished ones."""

    waiting: int = 0
    running: int = 0
    finished: int = 0
    failed: int = 0

    @property
    def asked(self) -> int:
        return self.running + self.finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """When to halt. `forgiven_*`: what an operator has seen and resumed after."""

    max_percent: int
    at_least: int
    forgiven_finished: int = 0
    forgiven_failed: int = 0


class Step(Enum):
    TAKE = "ask more stations"
    WAIT = "until one answers"
    NEXT = "the stage is over, another comes"
    HALT = "too much failed"
    END = "every station is done with"


def tally(counts: dict[str, int]) -> Tally:
    return Tally(
        waiting=counts.get(ResultState.WAITING, 0),
        running=counts.get(ResultState.RUNNING, 0),
        finished=sum(counts.get(state, 0) for state in FINISHED),
        failed=sum(counts.get(state, 0) for state in FAILURES),
    )


def ends(stages: Sequence[Stage], total: int) -> list[int]:
    """How many stations may have been asked by the end of each stage; the last one has them all."""
    found: list[int] = []
    for stage in stages:
        size = stage.count if stage.count is not None else -(-total * (stage.percent or 0) // 100)
        so_far = min(total, (found[-1] if found else 0) + size)
        if not found or so_far > found[-1]:
            found.append(so_far)
    return found if found and found[-1] == total else [*found, total]


def over(tally: Tally, limit: Limit) -> bool:
    """Whether too much failed since it was last allowed to go on."""
    failed = tally.failed - limit.forgiven_failed
    finished = tally.finished - limit.forgiven_finished
    return failed >= limit.at_least and failed * 100 > limit.max_percent * finished


def decide(tally: Tally, stage_ends: Sequence[int], stage: int, limit: Limit) -> tuple[Step, int]:
    """What to do now, and for how many stations. A station that was away is replaced by another in the same stage."""
    if over(tally, limit):
        return Step.HALT, 0
    if not tally.waiting:
        return (Step.WAIT, 0) if tally.running else (Step.END, 0)
    room = stage_ends[stage] - tally.asked
    if room > 0:
        free = min(room, AT_ONCE - tally.running, tally.waiting)
        return (Step.TAKE, free) if free > 0 else (Step.WAIT, 0)
    if tally.running or stage + 1 >= len(stage_ends):
        return Step.WAIT, 0
    return Step.NEXT, 0


def problems(new: CampaignNew) -> list[tuple[str, str]]:
    """What is missing or doesn't fit, by field."""
    found = []
    for number, stage in enumerate(new.stages):
        if (stage.count is None) == (stage.percent is None):
            found.append((f"$.stages[{number}]", "Give a stage either a count or a percentage."))
    if missing := _missing(new.action):
        found.append((f"$.action.{missing}", f"This is needed for the action {new.action.kind}."))
    wanted = new.stations
    filters = (wanted.location_id, wanted.vendor, wanted.model, wanted.firmware, wanted.ocpp_version)
    if not wanted.every and not wanted.identities and not any(filters):
        found.append(("$.stations", "Choose stations, or say that it is for every one."))
    return found


def _missing(action: CampaignAction) -> str:
    """The field that this kind of action can't do without."""
    given = {
        ActionKind.VARIABLES: ("variables", bool(action.variables)),
        ActionKind.AVAILABILITY: ("operative", action.operative is not None),
        ActionKind.RESET: ("reset", action.reset is not None),
        ActionKind.TRIGGER: ("message", bool(action.message)),
        ActionKind.FIRMWARE: ("firmware", action.firmware is not None),
    }
    field, there = given.get(action.kind, ("", True))
    return "" if there else field
