"""Every rule, one file each. A new rule is a file and its line in RULES."""

from collections.abc import Callable, Iterator, Mapping

from backend.alerts.rules import (
    campaign_halted,
    certificate_expires,
    charging_without_session,
    clock_drift,
    connector_faulted,
    device_event,
    driver_reports,
    firmware_expires,
    meter_backwards,
    meter_freeze,
    meter_jump,
    no_energy,
    no_power,
    no_sessions,
    phase_imbalance,
    plugged_not_started,
    power_below_offer,
    power_exceeded,
    security_event,
    starts_failing,
    station_flapping,
    station_floods,
    station_offline,
    station_silent,
    stops_early,
    stuck_finishing,
    voltage_out_of_band,
    weak_link,
    zombie_session,
)
from backend.alerts.rules.base import (
    LATEST,
    READINGS,
    BusinessFacts,
    CampaignFacts,
    CertificateFacts,
    ClockFacts,
    ConnectorFacts,
    EventFacts,
    Facts,
    Finding,
    FirmwareFacts,
    FloodFacts,
    LinkFacts,
    Meaning,
    Moment,
    OutletFacts,
    Past,
    PastFacts,
    PowerFacts,
    PresenceFacts,
    Report,
    ReportFacts,
    Rule,
    RunningFacts,
    SecurityFacts,
    SessionFacts,
    StartFacts,
)
from backend.alerts.rules.bounds import BOUNDS, MOST_SESSIONS
from backend.alerts.rules.connector_faulted import another_fault

RULES: tuple[Rule, ...] = (
    Rule("connector_faulted", ConnectorFacts, connector_faulted.judge, "reports", "Reported faults"),
    Rule("device_event", EventFacts, device_event.judge, "reports", "Reported problems of components"),
    Rule("driver_reports", ReportFacts, driver_reports.judge, "reports", "Reports of drivers"),
    Rule("security_event", SecurityFacts, security_event.judge, "reports", "Security events"),
    Rule("campaign_halted", CampaignFacts, campaign_halted.judge, "reports", "Halted bulk actions"),
    Rule("station_offline", PresenceFacts, station_offline.judge, "connection", "Station offline"),
    Rule("station_silent", PresenceFacts, station_silent.judge, "connection", "Station silent"),
    Rule("station_flapping", LinkFacts, station_flapping.judge, "connection", "Connection comes and goes"),
    Rule("weak_link", LinkFacts, weak_link.judge, "connection", "Weak link"),
    Rule("station_floods", FloodFacts, station_floods.judge, "connection", "Station sends too much"),
    Rule("power_exceeded", PowerFacts, power_exceeded.judge, "power", "Draws more than it was given"),
    Rule("voltage_out_of_band", RunningFacts, voltage_out_of_band.judge, "power", "Mains voltage"),
    Rule("phase_imbalance", RunningFacts, phase_imbalance.judge, "power", "Balance of phases"),
    Rule("power_below_offer", RunningFacts, power_below_offer.judge, "power", "Less power than offered"),
    Rule("meter_jump", RunningFacts, meter_jump.judge, "power", "Meter jumps"),
    Rule("meter_freeze", RunningFacts, meter_freeze.judge, "power", "Meter stands still"),
    Rule("meter_backwards", SessionFacts, meter_backwards.judge, "power", "Meter runs backwards"),
    Rule("starts_failing", StartFacts, starts_failing.judge, "sessions", "Starts fail"),
    Rule("plugged_not_started", OutletFacts, plugged_not_started.judge, "sessions", "Plugged in and not charging"),
    Rule("stuck_finishing", OutletFacts, stuck_finishing.judge, "sessions", "Outlet doesn't become free"),
    Rule(
        "charging_without_session",
        OutletFacts,
        charging_without_session.judge,
        "sessions",
        "Charging, no session",
    ),
    Rule("no_power", RunningFacts, no_power.judge, "sessions", "Charging without energy"),
    Rule("zombie_session", RunningFacts, zombie_session.judge, "sessions", "Session that doesn't end"),
    Rule("no_energy", PastFacts, no_energy.judge, "sessions", "Sessions without energy"),
    Rule("stops_early", PastFacts, stops_early.judge, "sessions", "Sessions stop after seconds"),
    Rule("no_sessions", BusinessFacts, no_sessions.judge, "business", "No sessions for long"),
    Rule("clock_drift", ClockFacts, clock_drift.judge, "upkeep", "Clock is wrong"),
    Rule("certificate_expires", CertificateFacts, certificate_expires.judge, "upkeep", "Certificate expires"),
    Rule("firmware_expires", FirmwareFacts, firmware_expires.judge, "upkeep", "Firmware runs out"),
)
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
PAST_SESSIONS = 2 * MOST_SESSIONS
"""How many ended sessions of an outlet are looked at: twice as many where all are one driver's."""
Thresholds = Mapping[str, Mapping[str, float]]
"""Rule → its thresholds, where they are not the house's."""
Threw = Callable[[str, Exception], None]


def verdicts(
    facts: Facts, thresholds: Thresholds | None = None, *, off: frozenset[str] = frozenset(), threw: Threw | None = None
) -> Iterator[tuple[str, Finding | None]]:
    """What every rule that looks at these facts says: (rule, finding), None where its condition doesn't hold.

    A rule in `off` isn't asked. With `threw`, one that throws is reported there and says nothing; the others go on.
    """
    for rule in RULES:
        if not isinstance(facts, rule.looks_at) or rule.name in off:
            continue
        try:
            finding = rule.judge(facts, **(thresholds or {}).get(rule.name, {}))
        except Exception as error:
            if threw is None:
                raise
            threw(rule.name, error)
            continue
        yield rule.name, finding


__all__ = [
    "BOUNDS",
    "BY_NAME",
    "LATEST",
    "PAST_SESSIONS",
    "READINGS",
    "RULES",
    "BusinessFacts",
    "CampaignFacts",
    "CertificateFacts",
    "ClockFacts",
    "ConnectorFacts",
    "EventFacts",
    "Facts",
    "Finding",
    "FirmwareFacts",
    "FloodFacts",
    "LinkFacts",
    "Meaning",
    "Moment",
    "OutletFacts",
    "Past",
    "PastFacts",
    "PowerFacts",
    "PresenceFacts",
    "Report",
    "ReportFacts",
    "Rule",
    "RunningFacts",
    "SecurityFacts",
    "SessionFacts",
    "StartFacts",
    "Thresholds",
    "another_fault",
    "verdicts",
]
