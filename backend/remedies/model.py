"""What the modules of this room share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    accepted: bool
    detail: str
