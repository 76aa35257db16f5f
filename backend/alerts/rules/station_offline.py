"""A station lost its connection and hasn't come back."""

from datetime import timedelta

from backend.alerts.rules.base import Finding, PresenceFacts
from shared.operations import Severity

GRACE = timedelta(seconds=60)
"""A restart or a change of the radio cell takes less; nobody needs to hear of it."""


def judge(facts: PresenceFacts, *, grace_s: float = GRACE.total_seconds()) -> Finding | None:
    """A station that was never connected isn't offline: it is not installed yet."""
    if not facts.accepted or facts.online or facts.disconnected_at is None:
        return None
    if facts.now - facts.disconnected_at < timedelta(seconds=grace_s):
        return None
    return Finding(
        severity=Severity.CRITICAL,
        title="Station is offline",
        detail="The connection was lost and hasn't come back.",
        advice="Check the station's power and network. Sessions that were running go on and are reported later.",
        cause="No power, or a router, SIM card or provider that fails",
        down=0.5,
        began_at=facts.disconnected_at,
    )
