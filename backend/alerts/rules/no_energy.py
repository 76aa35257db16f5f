"""Sessions at an outlet end one after the other without energy, although it looks well."""

from backend.alerts.rules.base import Finding, PastFacts, of
from shared.operations import Severity


def judge(facts: PastFacts, *, sessions: float = 3, least_wh: float = 100) -> Finding | None:
    """`sessions` in a row below `least_wh`; twice as many where all are one driver's: a broken car is not a broken
    station."""
    latest = facts.sessions[: int(sessions)]
    drivers = {one.driver for one in latest}
    if len(drivers) == 1 and drivers != {""}:
        sessions *= 2
        latest = facts.sessions[: int(sessions)]
    if len(latest) < sessions or any(one.energy_wh >= least_wh for one in latest):
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Sessions without energy",
        detail=f"{of(facts.label)}: the last {len(latest)} sessions gave less than {least_wh:.0f} Wh each.",
        advice="Try a charge yourself, or restart the station. Take it out of service if it goes on.",
        cause="A contactor, a cable check or a communication with cars that fails",
        down=1.0,
        evidence={"sessions": len(latest), "energies_wh": ", ".join(str(one.energy_wh) for one in latest)},
    )
