"""A station loses its connection again and again. Over radio more is borne than over a cable."""

from backend.alerts.rules.base import Finding, LinkFacts
from shared.operations import Severity


def judge(facts: LinkFacts, *, wired: float = 4, wireless: float = 6, times_usual: float = 6) -> Finding | None:
    """`wired`, `wireless`: lost connections in an hour; and so many times what is usual at this station."""
    enough = max(wireless if facts.wireless else wired, (facts.usual_per_day or 0) / 24 * times_usual)
    if facts.drops < enough:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Connection comes and goes",
        detail=f"The connection was lost {facts.drops} times within an hour.",
        advice="Look at its signal, antenna, cable and router. Sessions go on and are reported later.",
        cause="A weak radio signal" if facts.wireless else "A loose cable, or a router that restarts",
        down=0.2,
        evidence={"lost connections in an hour": facts.drops},
    )
