"""A station holds its connection and says nothing: hung, or behind a link that died without a word."""

from datetime import timedelta

from backend.alerts.rules.base import Finding, PresenceFacts
from shared.operations import Severity


def judge(facts: PresenceFacts, *, times_silence: float = 1) -> Finding | None:
    """`times_silence` as long as the house bears it: a model may be slow by nature."""
    silence_s = facts.silence_s * times_silence
    if not facts.accepted or not facts.online or facts.last_seen_at is None:
        return None
    if facts.now - facts.last_seen_at < timedelta(seconds=silence_s):
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Station is silent",
        detail=f"It is connected, but has said nothing for more than {silence_s:.0f} seconds.",
        advice="Ask it for a heartbeat (Trigger). Without an answer, restart it.",
        cause="A station that hangs, or a link that died without a word",
        down=0.5,
        began_at=facts.last_seen_at,
    )
