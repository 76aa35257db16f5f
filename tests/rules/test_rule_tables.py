"""A table for every rule: facts on either side of each of its edges. A rule without one fails the house."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts import rules
from backend.alerts.rules.connector_faulted import believed
from shared.driver_reports import ProblemKind
from shared.operations import Severity

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Row = tuple[rules.Facts, bool]
ALWAYS = frozenset({"security_event"})
"""There is nothing that ends what they see: a person closes it."""


def presence(**values: Any) -> rules.PresenceFacts:
    usual: dict[str, Any] = {
        "accepted": True, "online": True, "disconnected_at": None, "last_seen_at": NOW, "silence_s": 180, "now": NOW,
    }  # fmt: skip
    return rules.PresenceFacts(**usual | values)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def outlet(status: str, minutes: float) -> rules.OutletFacts:
    return rules.OutletFacts(label="1", status=status, since=NOW - timedelta(minutes=minutes), now=NOW)


def running(readings: Sequence[dict[str, Any]] = (), *, each_min: float = 5, **values: Any) -> rules.RunningFacts:
    usual: dict[str, Any] = {
        "label": "1", "number": 7, "transaction": "t", "begun_at": NOW - timedelta(hours=1), "heard_at": NOW,
        "now": NOW, "online": True, "dc": False, "max_power_w": 22_000, "status": "charging", "charging": True,
    }  # fmt: skip
    moments = tuple(
        rules.Moment(at=NOW - timedelta(minutes=each_min * (len(readings) - 1 - n)), **one)
        for n, one in enumerate(readings)
    )
    return rules.RunningFacts(**usual | values, moments=moments)


def volts(*values: float) -> dict[str, Any]:
    return {"voltages": values}


def event(severity: int, *, over: bool = False) -> rules.EventFacts:
    return rules.EventFacts(component="RCD", variable="Problem", value="true", severity=severity, over=over)


def link(**values: Any) -> rules.LinkFacts:
    return rules.LinkFacts(**values)


def past(*sessions: tuple[float, int, str, str]) -> rules.PastFacts:
    return rules.PastFacts(
        label="1", sessions=tuple(rules.Past(seconds=s, energy_wh=e, reason=r, driver=d) for s, e, r, d in sessions)
    )


def quiet(hours: float, *, usual: float = 6, peers: float | None = 1) -> rules.BusinessFacts:
    return rules.BusinessFacts(usual_per_day=usual, quiet_s=hours * 3600, longest_gap_s=None, peers=peers)


def meter(flags: Sequence[str]) -> rules.SessionFacts:
    return rules.SessionFacts(label="1", number=7, flags=frozenset(flags))


def said(*there: str, elsewhere: Sequence[str] = ()) -> rules.ReportFacts:
    found = [rules.Report(kind=ProblemKind(kind), there=True, at=NOW) for kind in there]
    found += [rules.Report(kind=ProblemKind(kind), there=False, at=NOW) for kind in elsewhere]
    return rules.ReportFacts(label="1", reports=tuple(found))


def starts(failures: int) -> rules.StartFacts:
    return rules.StartFacts(label="1", failures=failures)


def certificate(days: int) -> rules.CertificateFacts:
    return rules.CertificateFacts(days_left=days)


def firmware(days: int | None) -> rules.FirmwareFacts:
    return rules.FirmwareFacts(firmware="1.0", days_left=days)


FULL = {"power_w": 10_000, "offered_w": 11_000}
LOW = {"power_w": 3_299, "offered_w": 11_000}
TABLES: dict[str, list[Row]] = {
    "connector_faulted": [
        (rules.ConnectorFacts(label="1", status="faulted"), True),
        (rules.ConnectorFacts(label="1", status="available", error_code="WeakSignal"), True),
        (rules.ConnectorFacts(label="1", status="available", error_code="NoError"), False),
        (rules.ConnectorFacts(label="1", status="unavailable"), False),
    ],
    "device_event": [
        (event(0), True), (event(5), True), (event(6), False), (event(9), False), (event(0, over=True), False),
    ],
    "driver_reports": [
        (said("wont_start"), True), (said(), False),
        # whoever wasn't there: two for one, and however many never more than one
        (said(elsewhere=["wont_start"]), False), (said(elsewhere=["wont_start"] * 2), True),
        (said(elsewhere=["damage"]), False),
    ],
    "security_event": [(rules.SecurityFacts(kind="TamperDetectionActivated"), True)],
    "campaign_halted": [
        (rules.CampaignFacts(name="Update", halted=True, failed=2, finished=3), True),
        (rules.CampaignFacts(name="Update", halted=False), False),
    ],
    "station_offline": [
        (presence(online=False, disconnected_at=ago(60)), True),
        (presence(online=False, disconnected_at=ago(59)), False),
        (presence(online=False, disconnected_at=ago(900), accepted=False), False),
    ],
    "station_silent": [
        (presence(last_seen_at=ago(180)), True), (presence(last_seen_at=ago(179)), False),
        (presence(online=False, last_seen_at=ago(900)), False),
    ],
    "station_flapping": [
        (link(drops=4), True), (link(drops=3), False),
        (link(drops=6, wireless=True), True), (link(drops=5, wireless=True), False),
        # 48 a day are usual: six times two an hour is twelve
        (link(drops=12, usual_per_day=48), True), (link(drops=11, usual_per_day=48), False),
        (link(drops=4, usual_per_day=0), True), (link(drops=0, usual_per_day=0), False),
    ],
    "weak_link": [
        (link(round_trip_ms=800.0), True), (link(round_trip_ms=799.0), False),
        (link(round_trip_ms=2000.0, wireless=True), True), (link(round_trip_ms=1999.0, wireless=True), False),
        (link(lost_percent=10.0), True), (link(lost_percent=9.9), False),
        (link(lost_percent=15.0, wireless=True), True), (link(lost_percent=14.9, wireless=True), False),
        # a satellite: always slow, so that is no alarm; slower still is
        (link(round_trip_ms=2400.0, usual_ms=900.0), False), (link(round_trip_ms=2700.0, usual_ms=900.0), True),
        (link(lost_percent=20.0, usual_lost_percent=8.0), False),
        (link(lost_percent=50.0, usual_lost_percent=40.0), True),  # usual or not: half of everything is lost
        (link(), False), (link(drops=50), False),
    ],
    "station_floods": [
        (rules.FloodFacts(floods=True, rate=50), True), (rules.FloodFacts(floods=False, rate=50), False),
    ],
    "power_exceeded": [
        (rules.PowerFacts(label="1", exceeded=True, drawn_a=20, given_a=10), True),
        (rules.PowerFacts(label="1", exceeded=False, drawn_a=9, given_a=10), False),
    ],
    "voltage_out_of_band": [
        (running([volts(258, 230, 230)] * 2), True), (running([volts(257, 230, 230)] * 2), False),
        (running([volts(202, 230, 230)] * 2), True), (running([volts(203, 230, 230)] * 2), False),
        (running([volts(258, 230, 230)]), False), (running([volts(258, 230, 230)] * 2, dc=True), False),
        (running([volts(0, 230, 230)] * 2), False),  # one phase is not measured
    ],
    "phase_imbalance": [
        (running([volts(212, 230, 232)] * 3), True), (running([volts(214, 230, 232)] * 3), False),
        (running([{"currents": (16, 16, 16)}] + [{"currents": (16, 16, 7)}] * 3), True),
        (running([{"currents": (16, 16, 16)}] + [{"currents": (16, 16, 9)}] * 3), False),
        (running([{"currents": (16.0, 0.0, 0.0)}] * 4), False),  # a car of one phase
        # A blown fuse from the first moment on; a car of two phases, an outlet of one, a meter that is off.
        (running([{**volts(230, 230, 0), "currents": (16, 16, 0)}] * 3), True),
        (running([volts(230, 230, 51)] * 3), True), (running([volts(230, 230, 0)] * 2), False),
        (running([{**volts(230, 230, 229), "currents": (16, 16, 0)}] * 3), False),
        (running([volts(230, 0, 0)] * 3), False), (running([volts(0, 0, 0)] * 3), False),
        (running([volts(230, 230, 0)] * 3, max_power_w=7_360), False),
        (running([volts(230, 230, 0)] * 3, dc=True), False),
        # Phases and energy are told apart, or voltages and currents: each counts by what it tells.
        (running([volts(230, 230, 0), {"energy_wh": 100}, {"energy_wh": 200}] * 3), True),
        (running([volts(230, 230, 0), {"energy_wh": 100}, volts(230, 230, 0), {"energy_wh": 100}]), False),
        (running([volts(230, 231, 229), {"currents": (16, 16, 16)}] + [{"currents": (16, 16, 7)}] * 3), True),
        (running([volts(230, 230, 0)] * 3 + [volts(230, 230, 229), {"energy_wh": 100}]), False),
    ],
    "power_below_offer": [
        (running([LOW] * 3), True), (running([LOW, LOW, {"power_w": 3_300, "offered_w": 11_000}]), False),
        (running([LOW] * 3, allowed_a=16), True), (running([LOW] * 3, allowed_a=15), False),
        (running([FULL] * 3), False),
        (running([LOW] * 3, soc_percent=70), False), (running([LOW] * 3, charging=False), False),
    ],
    "meter_jump": [
        # 22 kW for five minutes are 1.8 kWh: twice that and 2 kWh besides are borne
        (running([{"energy_wh": 0}, {"energy_wh": 5_700}]), True),
        (running([{"energy_wh": 0}, {"energy_wh": 5_600}]), False),
    ],
    "meter_freeze": [
        (running([{"energy_wh": 5, "power_w": 1000}] * 3), True),
        (running([{"energy_wh": 5, "power_w": 999}] * 3), False),
        (running([{"energy_wh": 5, "power_w": 1000}] * 3, each_min=4.9), False),
        (running([{"energy_wh": n, "power_w": 9000} for n in range(3)]), False),
    ],
    "meter_backwards": [
        (meter(["meter_backwards"]), True), (meter(["offline", "meter_backwards"]), True),
        (meter([]), False), (meter(["offline", "estimated"]), False),
    ],
    "starts_failing": [(starts(3), True), (starts(50), True), (starts(2), False), (starts(0), False)],
    "plugged_not_started": [
        (outlet("occupied", 30), True), (outlet("occupied", 29.9), False), (outlet("available", 999), False),
    ],
    "stuck_finishing": [
        (outlet("finishing", 720), True), (outlet("finishing", 719), False), (outlet("occupied", 999), False),
    ],
    "charging_without_session": [
        (outlet("charging", 15), True), (outlet("suspended", 15), True), (outlet("charging", 14.9), False),
        (outlet("", 999), False),
    ],
    "no_power": [
        (running([{"energy_wh": 9, "power_w": 0}] * 3), True),
        (running([{"energy_wh": 20 * n, "power_w": 0} for n in range(3)]), True),
        (running([{"energy_wh": 25 * n, "power_w": 0} for n in range(3)]), False),
        (running([{"energy_wh": 9, "power_w": 501}] * 3), False),
        (running([{"energy_wh": 9, "power_w": 0}] * 3, allowed_a=6), True),
        (running([{"energy_wh": 9, "power_w": 0}] * 3, allowed_a=5.9), False),
        (running([{"energy_wh": 9, "power_w": 0}] * 3, soc_percent=95), False),
    ],
    "zombie_session": [
        (running(heard_at=NOW - timedelta(minutes=120)), True), (running(heard_at=NOW - timedelta(minutes=119)), False),
        (running(heard_at=NOW - timedelta(minutes=5), status="available"), True),
        (running(heard_at=NOW - timedelta(minutes=4), status="available"), False),
        (running(heard_at=NOW - timedelta(hours=9), online=False), False),
    ],
    "no_energy": [
        (past(*[(900, 99, "Local", d) for d in "abc"]), True), (past(*[(900, 100, "Local", d) for d in "abc"]), False),
        (past(*[(900, 0, "Local", "a")] * 5), False), (past(*[(900, 0, "Local", "a")] * 6), True),
    ],
    "stops_early": [
        (past(*[(119, 0, "Other", d) for d in "abc"]), True), (past(*[(120, 0, "Other", d) for d in "abc"]), False),
        (past(*[(60, 0, "EVDisconnected", d) for d in "abc"]), False), (past(*[(9, 0, "Other", "a")] * 2), False),
    ],
    "no_sessions": [
        (quiet(28), True), (quiet(27), False), (quiet(28, peers=0.5), False), (quiet(28, usual=1), False),
        (quiet(11.9, usual=100), False), (quiet(12, usual=100), True),
        (quiet(28, peers=None), True), (quiet(28, peers=0), False),  # nobody else is there; nobody else has anybody
    ],
    "clock_drift": [
        (rules.ClockFacts(off_s=120), True), (rules.ClockFacts(off_s=-120), True),
        (rules.ClockFacts(off_s=119), False), (rules.ClockFacts(off_s=-119), False),
        (rules.ClockFacts(off_s=-1.7e9), True),  # 1970
    ],
    "certificate_expires": [
        (certificate(30), True), (certificate(31), False), (certificate(0), True), (certificate(-9), True),
    ],
    "firmware_expires": [
        (firmware(60), True), (firmware(61), False), (firmware(0), True), (firmware(-400), True),
        (firmware(None), False),
    ],
}  # fmt: skip


def test_every_rule_has_a_table_with_both_sides() -> None:
    assert set(TABLES) == {rule.name for rule in rules.RULES}
    for name, rows in TABLES.items():
        sides = {raised for _, raised in rows}
        assert sides == ({True} if name in ALWAYS else {True, False}), name
        assert all(isinstance(facts, rules.BY_NAME[name].looks_at) for facts, _ in rows), name


@pytest.mark.parametrize(
    ("name", "facts", "raised"), [(name, *row) for name, rows in TABLES.items() for row in rows]
)  # fmt: skip
def test_the_tables(name: str, facts: rules.Facts, raised: bool) -> None:
    finding = rules.BY_NAME[name].judge(facts)
    assert (finding is not None) is raised
    if finding is not None:
        assert finding.title
        assert finding.detail.endswith((".", "!", "?"))
        assert finding.advice.endswith(".")
        assert 0 <= finding.down <= 1


@pytest.mark.parametrize(
    ("name", "facts", "severity", "words"),
    [
        ("certificate_expires", certificate(1), Severity.WARNING, "in 1 day."),
        ("certificate_expires", certificate(-1), Severity.CRITICAL, "has expired"),
        ("firmware_expires", firmware(60), Severity.INFO, "in 60 days"),
        ("firmware_expires", firmware(0), Severity.WARNING, "is over"),
        ("clock_drift", rules.ClockFacts(off_s=-180), Severity.WARNING, "180 seconds behind"),
        ("clock_drift", rules.ClockFacts(off_s=1800), Severity.WARNING, "30 minutes ahead"),
        ("device_event", event(2), Severity.CRITICAL, "RCD/Problem is true"),
        ("device_event", event(3), Severity.WARNING, "RCD/Problem is true"),
        ("weak_link", link(lost_percent=40.0, wireless=True), Severity.WARNING, "40 % of its pings are lost"),
        ("weak_link", link(round_trip_ms=3000.0), Severity.WARNING, "3.0 seconds"),
    ],
)
def test_how_it_is_told(name: str, facts: rules.Facts, severity: Severity, words: str) -> None:
    finding = rules.BY_NAME[name].judge(facts)
    assert finding is not None
    assert finding.severity is severity
    assert words in finding.detail


@given(st.floats(0, 1e5), st.floats(0, 100), st.booleans(), st.floats(0, 1e4), st.floats(0, 100))
def test_a_link_that_gets_worse_never_ends_an_alarm(
    ms: float, lost: float, wireless: bool, usual_ms: float, usual_lost: float
) -> None:
    def weak(ms: float, lost: float) -> bool:
        facts = link(
            round_trip_ms=ms, lost_percent=lost, wireless=wireless, usual_ms=usual_ms, usual_lost_percent=usual_lost
        )
        return rules.BY_NAME["weak_link"].judge(facts) is not None

    if weak(ms, lost):
        assert weak(ms + 1, lost)
        assert weak(ms, min(100, lost + 1))


def test_the_documents_table_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/rules_table.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("facts", "severity", "title"),
    [
        (said("wont_start"), "info", "Drivers report: charging doesn't start"),
        (said("wont_start", "screen_dark", "screen_dark"), "warning", "Drivers report: the screen is dark"),
        (said("blocked", "blocked"), "warning", "Drivers report: the place is blocked"),
        (said("damage"), "warning", "Drivers report: something is damaged"),
        (said("damage", "damage", "other"), "critical", "Drivers report: something is damaged"),
        (said("other", elsewhere=["other", "other"]), "warning", "Drivers report a problem"),
        (said(elsewhere=["damage"] * 50), "info", "Drivers report: something is damaged"),
        (said(elsewhere=["wont_start"] * 50), "info", "Drivers report: charging doesn't start"),
    ],
)
def test_reports_of_drivers_weigh_by_who_was_there(facts: rules.ReportFacts, severity: str, title: str) -> None:
    """However many accounts somebody makes: without a try to charge there no driver's map shows a doubt."""
    [(_, finding)] = list(rules.verdicts(facts))
    assert finding is not None
    assert (finding.severity, finding.title) == (severity, title)
    assert (finding.down > 0) == (severity != "info")
    assert finding.evidence["reports"] == len(facts.reports)


@pytest.mark.parametrize(
    ("off_s", "believes"), [(None, True), (0.0, True), (-120.0, True), (121.0, False), (-7200.0, False)]
)
def test_a_wrong_clock_says_nothing_of_when_a_fault_began(off_s: float | None, believes: bool) -> None:
    at = NOW - timedelta(hours=1)
    assert believed(at, off_s) == (at if believes else None)
    facts = rules.ConnectorFacts(label="1", status="faulted", error_code="GroundFailure", began_at=at)
    finding = rules.BY_NAME["connector_faulted"].judge(facts)
    assert finding is not None
    assert finding.began_at == at
