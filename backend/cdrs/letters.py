"""The letter to a driver about a meter that an operator has looked at. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from backend.papers.words import Voice
from shared.cdrs import Decision

DECIDED = {
    Decision.ACCEPT: "We looked at it: what you paid by the meter's trusted readings stays as it is.",
    Decision.REPORTED: "We looked at it: what the charger reported is billed.",
    Decision.WAIVE: "We looked at it: you pay nothing for this session.",
}


DOUBTED = {
    "": "the meter of the charger at {place} gave numbers for your session that can't be true.",
    "no_readings": "the charger at {place} didn't tell what its meter counted in your session.",
    "late_stop": "the charger at {place} told of the end of your session only after its bill was written.",
}
"""By what alone is in doubt; else the first."""


class Letter(NamedTuple):
    subject: str
    text: str


def decided(decision: Decision, *, flags: Sequence[str], driver: str, place: str, sender: str, language: str) -> Letter:
    """`flags`: what is in doubt."""
    voice = Voice(language)
    doubted = DOUBTED.get(flags[0], DOUBTED[""]) if len(flags) == 1 else DOUBTED[""]
    parts = [
        voice("Hello {name},", name=driver) if driver else voice("Hello,"),
        f"{voice(doubted, place=place)} {voice(DECIDED[decision])}",
        voice("You find the session with its receipt in the app under History."),
        sender,
    ]
    return Letter(voice("About your charging session"), "\n\n".join(parts))
