"""Every rule, one file each. A new rule is a file and its line in RULES."""

from collections.abc import Iterator

from backend.alerts.rules import (
    campaign_halted,
    certificate_expires,
    connector_faulted,
    meter_backwards,
    power_exceeded,
    security_event,
    starts_failing,
    station_floods,
    station_offline,
    station_silent,
)
from backend.alerts.rules.base import (
    CampaignFacts,
    CertificateFacts,
    ConnectorFacts,
    Facts,
    Finding,
    FloodFacts,
    PowerFacts,
    PresenceFacts,
    Rule,
    SecurityFacts,
    SessionFacts,
    StartFacts,
)
from backend.alerts.rules.connector_faulted import another_fault

RULES: tuple[Rule, ...] = (
    Rule("connector_faulted", ConnectorFacts, connector_faulted.judge),
    Rule("station_offline", PresenceFacts, station_offline.judge),
    Rule("station_silent", PresenceFacts, station_silent.judge),
    Rule("station_floods", FloodFacts, station_floods.judge),
    Rule("starts_failing", StartFacts, starts_failing.judge),
    Rule("security_event", SecurityFacts, security_event.judge),
    Rule("certificate_expires", CertificateFacts, certificate_expires.judge),
    Rule("campaign_halted", CampaignFacts, campaign_halted.judge),
    Rule("power_exceeded", PowerFacts, power_exceeded.judge),
    Rule("meter_backwards", SessionFacts, meter_backwards.judge),
)


def verdicts(facts: Facts) -> Iterator[tuple[str, Finding | None]]:
    """What every rule that looks at these facts says: (rule, finding), None where its condition doesn't hold."""
    for rule in RULES:
        if isinstance(facts, rule.looks_at):
            yield rule.name, rule.judge(facts)


__all__ = [
    "RULES",
    "CampaignFacts",
    "CertificateFacts",
    "ConnectorFacts",
    "Facts",
    "Finding",
    "FloodFacts",
    "PowerFacts",
    "PresenceFacts",
    "SecurityFacts",
    "SessionFacts",
    "StartFacts",
    "another_fault",
    "verdicts",
]
