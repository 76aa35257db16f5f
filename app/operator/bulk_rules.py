"""Bulk actions in words and shares. Pure."""

from collections.abc import Callable

from shared.campaigns import (
    ActionKind,
    Campaign,
    CampaignAction,
    CampaignNew,
    CampaignStations,
    ResultState,
    Stage,
)
from shared.maintenance import StartFirmware
from shared.stations import ResetKind, VariableChange

KINDS = {
    ActionKind.VARIABLES: "Change a setting",
    ActionKind.RESET: "Restart",
    ActionKind.AVAILABILITY: "Out of service, or back",
    ActionKind.TRIGGER: "Ask for a message",
    ActionKind.FIRMWARE: "Update firmware",
    ActionKind.LOCAL_LIST: "Send the kept cards",
    ActionKind.TEMPLATE: "Apply the template",
}
RESULTS = {
    ResultState.WAITING: "still to come",
    ResultState.RUNNING: "under way",
    ResultState.DONE: "done",
    ResultState.REFUSED: "refused",
    ResultState.FAILED: "failed",
    ResultState.OFFLINE: "was offline",
    ResultState.UNKNOWN: "not known",
    ResultState.CANCELLED: "not asked",
}
OPEN = frozenset({ResultState.WAITING, ResultState.RUNNING})
STAGES = [Stage(count=1), Stage(percent=10)]
"""One, a tenth, the rest."""


def share(one: Campaign) -> float:
    """How much of it is over."""
    over = sum(count for state, count in one.counts.items() if state not in OPEN)
    return over / one.total if one.total else 1.0


def counted(one: Campaign, words: Callable[[str], str]) -> str:
    """`12 done · 1 refused · 7 still to come`, what there is none of left out."""
    parts = [f"{one.counts[state]} {words(word)}" for state, word in RESULTS.items() if one.counts.get(state)]
    return " · ".join(parts)


def wanted(
    name: str,
    kind: ActionKind,
    first: str,
    second: str,
    *,
    operative: bool,
    stations: CampaignStations,
    pause_minutes: int,
    halt_percent: int,
) -> CampaignNew | str:
    """What is asked of the API, or why not, in plain words. `first`, `second`: what this kind of action needs."""
    if not name.strip():
        return "Give it a name."
    action = CampaignAction(kind=kind)
    if kind is ActionKind.VARIABLES:
        component, _, variable = first.strip().rpartition(".")
        if not variable:
            return "Name the setting, such as HeartbeatInterval."
        action = CampaignAction(kind=kind, variables=[VariableChange(name=variable, value=second, component=component)])
    elif kind is ActionKind.RESET:
        action = CampaignAction(kind=kind, reset=ResetKind.SOFT)
    elif kind is ActionKind.AVAILABILITY:
        action = CampaignAction(kind=kind, operative=operative)
    elif kind is ActionKind.TRIGGER:
        if not first.strip():
            return "Name the message, such as Heartbeat."
        action = CampaignAction(kind=kind, message=first.strip())
    elif kind is ActionKind.FIRMWARE:
        if not first.strip():
            return "Give the address of the file."
        action = CampaignAction(kind=kind, firmware=StartFirmware(url=first.strip()))
    return CampaignNew(
        name=name.strip(),
        stations=stations,
        action=action,
        stages=STAGES,
        pause_s=pause_minutes * 60,
        max_failed_percent=halt_percent,
    )
