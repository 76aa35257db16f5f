"""What the modules of this room share."""

from dataclasses import dataclass

from shared.remedies import StepKind

NAMES = {
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


@dataclass(frozen=True, slots=True)
class Answer:
    accepted: bool
    detail: str
