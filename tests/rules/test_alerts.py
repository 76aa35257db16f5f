"""What needs somebody, and when it is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts import rules
from backend.alerts.rules import codes, correlation
from backend.alerts.rules.connector_faulted import ERRORS
from shared.operations import Severity
from shared.stations import ConnectorStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OCPP_16_ERRORS = (
    "ConnectorLockFailure EVCommunicationError GroundFailure HighTemperature InternalError LocalListConflict NoError "
    "OtherError OverCurrentFailure OverVoltage PowerMeterFailure PowerSwitchFailure ReaderFailure ResetFailure "
    "UnderVoltage WeakSignal"
).split()


def found(facts: rules.Facts) -> dict[str, rules.Finding]:
    return {rule: finding for rule, finding in rules.verdicts(facts) if finding is not None}


def connector(status: str, error_code: str = "NoError", **more: str) -> rules.ConnectorFacts:
    return rules.ConnectorFacts(label="2", status=status, error_code=error_code, **more)


@pytest.mark.parametrize("code", OCPP_16_ERRORS)
def test_every_error_code_is_told_in_plain_words(code: str) -> None:
    finding = found(connector("faulted", code))["connector_faulted"]
    assert finding.title
    assert finding.title != code
    assert finding.advice.endswith(".")
    assert code == "NoError" or code in finding.detail
    assert "Connector 2" in finding.detail


def test_the_dictionary_has_the_standard_and_nothing_else() -> None:
    assert set(OCPP_16_ERRORS) - {"NoError"} == codes.OCPP_16
    assert set(ERRORS) == codes.OCPP_16 | set(codes.MREC.values())
    assert set(codes.COMPONENTS.values()) <= set(ERRORS)
    assert len({words.title for words in ERRORS.values()}) == len(ERRORS)


@pytest.mark.parametrize(
    ("status", "code", "severity"),
    [
        ("faulted", "GroundFailure", Severity.CRITICAL),
        ("faulted", "NoError", Severity.CRITICAL),
        ("faulted", "SomethingNew", Severity.CRITICAL),
        ("faulted", "HighTemperature", Severity.WARNING),
        ("charging", "HighTemperature", Severity.INFO),
        ("available", "ReaderFailure", Severity.INFO),
        ("available", "PowerMeterFailure", Severity.WARNING),
        ("available", "WeakSignal", Severity.INFO),
        ("available", "NoError", None),
        ("available", "", None),
        ("unavailable", "NoError", None),
    ],
)
def test_how_bad_a_report_is(status: str, code: str, severity: Severity | None) -> None:
    finding = found(connector(status, code)).get("connector_faulted")
    assert (finding and finding.severity) == severity


def test_a_fault_tells_what_the_vendor_said() -> None:
    finding = found(connector("faulted", "OtherError", vendor_error_code="CX017", info="K1 welded"))[
        "connector_faulted"
    ]
    assert "CX017" in finding.detail
    assert "K1 welded" in finding.detail


@pytest.mark.parametrize(
    ("code", "vendor", "info", "component", "told"),
    [
        ("GroundFailure", "CX017", "K1", "", ("GroundFailure", "K1")),  # the standard's own name is the best
        ("OtherError", "CX017", "K1 welded", "", ("EVSEContactorFault", "K1 welded")),
        ("OtherError", " cx002 ", "", "", ("GroundFailure", "")),
        ("OtherError", "E-107", "GroundFailure: RCD tripped (34 mA)", "", ("GroundFailure", "RCD tripped (34 mA)")),
        ("OtherError", "E-107", "[CX008] Door side", "", ("EmergencyStop", "Door side")),
        ("OtherError", "", "HighTemperature", "", ("HighTemperature", "")),
        ("OtherError", "E-1", "Lock actuator", "ConnectorPlugRetentionLock", ("ConnectorLockFailure", "Lock actuator")),
        ("OtherError", "CX001", "jammed", "RCD", ("ConnectorLockFailure", "jammed")),
        ("OtherError", "E-9", "Fan 2 is slow", "AirCoolingSystem", ("OtherError", "Fan 2 is slow")),
        ("OtherError", "", "OtherError: fan", "", ("OtherError", "OtherError: fan")),
        ("SomethingNew", "E-1", "", "", ("SomethingNew", "")),
        ("", "", "", "", ("", "")),
    ],
)
def test_the_best_name_of_a_fault(code: str, vendor: str, info: str, component: str, told: tuple[str, str]) -> None:
    assert codes.told(code, vendor, info, component) == told


def test_a_shared_code_in_the_vendors_field_is_as_good_as_the_standards() -> None:
    finding = found(connector("faulted", "OtherError", vendor_error_code="CX008"))["connector_faulted"]
    assert (finding.title, finding.severity) == ("Emergency stop pressed", Severity.CRITICAL)
    assert finding.detail == ("Connector 2 reports EmergencyStop (vendor's code CX008) and is out of service.")


@pytest.mark.parametrize(
    ("before", "now", "another"),
    [
        ("", "GroundFailure", False),
        ("GroundFailure", "GroundFailure", False),
        ("GroundFailure", "HighTemperature", True),
        ("NoError", "HighTemperature", False),
    ],
)
def test_a_reason_that_follows_is_the_same_fault(before: str, now: str, another: bool) -> None:
    assert rules.another_fault(before, now) is another


def test_a_station_may_report_about_itself() -> None:
    facts = rules.ConnectorFacts(label="", status="faulted", error_code="GroundFailure")
    assert found(facts)["connector_faulted"].detail.startswith("The station reports")


@given(st.sampled_from(list(ConnectorStatus)), st.text(max_size=50), st.text(max_size=50), st.text(max_size=200))
def test_no_report_is_too_strange(status: str, code: str, vendor: str, info: str) -> None:
    finding = found(connector(status, code, vendor_error_code=vendor, info=info)).get("connector_faulted")
    assert (finding is None) == (status != "faulted" and code in ("", "NoError"))
    assert finding is None or len(finding.title) <= 200


def presence(
    *, online: bool, accepted: bool = True, gone_s: float | None = None, seen_s: float | None = None
) -> rules.PresenceFacts:
    return rules.PresenceFacts(
        accepted=accepted,
        online=online,
        disconnected_at=None if gone_s is None else NOW - timedelta(seconds=gone_s),
        last_seen_at=None if seen_s is None else NOW - timedelta(seconds=seen_s),
        silence_s=180,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("facts", "incidents"),
    [
        (presence(online=False, gone_s=59), set()),
        (presence(online=False, gone_s=60), {"station_offline"}),
        (presence(online=False, gone_s=86400, seen_s=86400), {"station_offline"}),
        (presence(online=False, gone_s=86400, accepted=False), set()),
        (presence(online=False), set()),
        (presence(online=True, gone_s=86400, seen_s=1), set()),
        (presence(online=True, seen_s=179), set()),
        (presence(online=True, seen_s=180), {"station_silent"}),
        (presence(online=True, seen_s=1000, accepted=False), set()),
        (presence(online=True), set()),
    ],
)
def test_absence_and_silence(facts: rules.PresenceFacts, incidents: set[str]) -> None:
    assert set(found(facts)) == incidents


@given(st.booleans(), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_station_is_never_offline_and_silent_at_once(online: bool, gone_s: float, seen_s: float) -> None:
    assert len(found(presence(online=online, gone_s=gone_s, seen_s=seen_s))) <= 1


@pytest.mark.parametrize(("failures", "raised"), [(0, False), (2, False), (3, True), (50, True)])
def test_failing_starts(failures: int, raised: bool) -> None:
    assert ("starts_failing" in found(rules.StartFacts(label="1", failures=failures, last_failure="no car"))) is raised


@pytest.mark.parametrize(
    ("flags", "raised"), [([], False), (["offline", "estimated"], False), (["meter_backwards"], True)]
)
def test_a_meter_that_ran_backwards(flags: list[str], raised: bool) -> None:
    facts = rules.SessionFacts(label="1", number=7, flags=frozenset(flags))
    assert ("meter_backwards" in found(facts)) is raised


# --- what is looked at by the clock ------------------------------------------------------------------


def moments(*values: tuple[float, dict[str, Any]]) -> tuple[rules.Moment, ...]:
    """(minutes ago, what was read), oldest first."""
    return tuple(rules.Moment(at=NOW - timedelta(minutes=ago), **seen) for ago, seen in values)


def every(minutes: int, count: int, read: Callable[[int], dict[str, Any]]) -> tuple[rules.Moment, ...]:
    return moments(*((minutes * (count - 1 - n), read(n)) for n in range(count)))


def running(**values: Any) -> rules.RunningFacts:
    usual: dict[str, Any] = {
        "label": "1", "number": 7, "transaction": "t", "begun_at": NOW - timedelta(hours=1), "heard_at": NOW,
        "now": NOW, "online": True, "dc": False, "max_power_w": 22_000, "status": "charging", "charging": True,
    }  # fmt: skip
    return rules.RunningFacts(**usual | values)


def well(n: int) -> dict[str, Any]:
    return {
        "energy_wh": 1000 + 900 * n, "power_w": 10_800, "voltage_v": 231.0, "voltages": (230.0, 231.0, 232.0),
        "currents": (15.9, 15.8, 15.7), "offered_w": 11_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "incidents"),
    [
        (running(moments=every(5, 8, well)), set()),
        (running(moments=every(5, 4, lambda n: well(n) | {"voltages": (264.0, 231.0, 232.0)})),
            {"voltage_out_of_band", "phase_imbalance"}),
        (running(moments=every(5, 4, lambda n: well(n) | {"voltages": (196.0, 197.0, 198.0)})),
            {"voltage_out_of_band"}),
        (running(dc=True, moments=every(5, 4, lambda n: well(n) | {"voltages": (), "voltage_v": 402.0})), set()),
        (running(moments=every(5, 6, lambda n: well(n) | ({"currents": (16.0, 16.0, 0.1)} if n > 1 else {}))),
            {"phase_imbalance"}),
        (running(moments=every(5, 6, lambda n: well(n) | {"currents": (16.0, 0.0, 0.0)})), set()),  # one-phase car
        (running(moments=every(5, 6, lambda n: well(n) | {"power_w": 2_000})), {"power_below_offer"}),
        (running(allowed_a=9, moments=every(5, 6, lambda n: well(n) | {"power_w": 2_000})), set()),
        (running(soc_percent=92, moments=every(5, 6, lambda n: well(n) | {"power_w": 2_000})), set()),
        (running(moments=every(5, 6, lambda n: well(n) | {"energy_wh": 1000 + 60_000 * (n > 3)})), {"meter_jump"}),
        (running(moments=every(5, 6, lambda n: well(n) | {"energy_wh": 1000})), {"meter_freeze"}),
        (running(moments=every(5, 6, lambda n: well(n) | {"energy_wh": 1000, "power_w": None if n == 0 else 7000})),
            {"meter_freeze"}),  # the first reading came with the start and knows no power
        (running(moments=every(7, 6, lambda n: well(n) | ({"power_w": 2_000} if n > 3 else {}))), set()),  # filling up
        (running(moments=every(5, 2, lambda n: well(n) | {"energy_wh": 1000})), set()),
        (running(moments=every(5, 6, lambda n: {"energy_wh": 1000, "power_w": 0})), {"no_power"}),
        (running(charging=False, moments=every(5, 6, lambda n: {"energy_wh": 1000, "power_w": 0})), set()),
        (running(heard_at=NOW - timedelta(hours=2)), {"zombie_session"}),
        (running(heard_at=NOW - timedelta(hours=2), online=False), set()),
        (running(heard_at=NOW - timedelta(minutes=6), status="available"), {"zombie_session"}),
    ],
)  # fmt: skip
def test_a_session_under_way(facts: rules.RunningFacts, incidents: set[str]) -> None:
    assert set(found(facts)) == incidents


@pytest.mark.parametrize(
    ("status", "minutes", "incidents"),
    [
        ("occupied", 29, set()), ("occupied", 30, {"plugged_not_started"}), ("available", 3000, set()),
        ("finishing", 719, set()), ("finishing", 720, {"stuck_finishing"}),
        ("charging", 15, {"charging_without_session"}), ("suspended", 14, set()),
    ],
)  # fmt: skip
def test_an_outlet_without_a_session(status: str, minutes: int, incidents: set[str]) -> None:
    facts = rules.OutletFacts(label="1", status=status, since=NOW - timedelta(minutes=minutes), now=NOW)
    assert set(found(facts)) == incidents


def past(*sessions: tuple[float, int, str, str]) -> rules.PastFacts:
    return rules.PastFacts(
        label="1",
        sessions=tuple(rules.Past(seconds=a, energy_wh=b, reason=c, driver=d) for a, b, c, d in sessions),
    )


@pytest.mark.parametrize(
    ("facts", "incidents"),
    [
        (past((900, 0, "Local", "a"), (900, 20, "Local", "b"), (900, 0, "Local", "c")), {"no_energy"}),
        (past((900, 0, "Local", "a"), (900, 20, "Local", "a"), (900, 0, "Local", "a")), set()),  # one broken car
        (past(*[(900, 0, "Local", "a")] * 3, *[(900, 9000, "Local", "b")] * 3), set()),
        (past(*[(900, 0, "Local", "a")] * 6), {"no_energy"}),
        (past((900, 0, "Local", "a"), (900, 20, "Local", "b")), set()),
        (past(*[(30, 200, "PowerLoss", d) for d in "abc"]), {"stops_early"}),
        (past(*[(30, 200, "Local", d) for d in "abc"]), set()),
        (past((9000, 9000, "Local", "a"), *[(30, 0, "Other", d) for d in "abc"]), set()),
    ],
)
def test_sessions_that_ended(facts: rules.PastFacts, incidents: set[str]) -> None:
    assert set(found(facts)) == incidents


@pytest.mark.parametrize(
    ("a_day", "hours", "longest_h", "peers", "raised"),
    [
        (6, 11, None, 1, False), (6, 30, None, 1, True), (6, 30, 25, 1, False),
        (6, 30, None, 0.1, False),  # a holiday: the others are quiet too
        (0.1, 24 * 14, None, 1, False),  # a rural station is no alarm
    ],
)  # fmt: skip
def test_how_long_is_long(a_day: float, hours: float, longest_h: float | None, peers: float, raised: bool) -> None:
    facts = rules.BusinessFacts(
        usual_per_day=a_day, quiet_s=hours * 3600, longest_gap_s=longest_h and longest_h * 3600, peers=peers
    )
    assert ("no_sessions" in found(facts)) is raised


@pytest.mark.parametrize(
    ("facts", "raised"),
    [
        (rules.LinkFacts(drops=3), False),
        (rules.LinkFacts(drops=4), True),
        (rules.LinkFacts(drops=5, wireless=True), False),
        (rules.LinkFacts(drops=6, usual_per_day=48, wireless=True), False),
        (rules.ClockFacts(off_s=-119), False),
        (rules.ClockFacts(off_s=-7200), True),
        (rules.FirmwareFacts(firmware="1.0", days_left=61), False),
        (rules.FirmwareFacts(firmware="1.0", days_left=0), True),
        (rules.EventFacts(component="RCD", variable="Problem", value="true", severity=5, over=False), True),
        (rules.EventFacts(component="RCD", variable="Problem", value="true", severity=5, over=True), False),
        (rules.EventFacts(component="Fan", variable="Speed", value="9", severity=8, over=False), False),
    ],
)
def test_links_clocks_firmware_and_components(facts: rules.Facts, raised: bool) -> None:
    assert bool(found(facts)) is raised


def test_thresholds_are_those_of_the_tenant() -> None:
    facts = rules.ClockFacts(off_s=60)
    assert list(rules.verdicts(facts)) == [("clock_drift", None)]
    assert [one for _, one in rules.verdicts(facts, {"clock_drift": {"seconds": 30}}) if one]
    assert list(rules.verdicts(facts, off=frozenset({"clock_drift"}))) == []


def test_a_rule_that_throws_is_alone() -> None:
    threw: list[str] = []
    judged = rules.verdicts(running(), {"meter_jump": {"times": "x"}}, threw=lambda rule, _: threw.append(rule))  # type: ignore[dict-item]
    assert {"meter_freeze", "zombie_session"} <= {rule for rule, _ in judged}
    facts = running(moments=every(5, 3, well))
    told = {
        rule for rule, _ in rules.verdicts(facts, {"meter_jump": {"times": "x"}}, threw=lambda r, _: threw.append(r))
    }  # type: ignore[dict-item]
    assert threw == ["meter_jump"]
    assert "meter_jump" not in told
    assert "meter_freeze" in told


def absent(n: int, site: int | None, *, ago_s: float = 120, incident: bool = False) -> correlation.Absent:
    return correlation.Absent(
        station=UUID(int=n),
        location=None if site is None else UUID(int=1000 + site),
        gone_at=NOW - timedelta(seconds=ago_s),
        settled=ago_s >= 60,
        incident=UUID(int=5000 + n) if incident else None,
    )


SIZES = {UUID(int=1000 + site): 5 if site < 200 else 1000 for site in range(300)}


@pytest.mark.parametrize(
    ("absents", "alone", "sites", "wide"),
    [
        ([absent(1, 1)], 1, 0, 0),
        ([absent(1, None)], 1, 0, 0),
        ([absent(n, 1) for n in range(3)], 0, 1, 0),
        ([absent(n, 1) for n in range(2)], 2, 0, 0),
        ([absent(1, 1), absent(2, 1, ago_s=20), absent(3, 1, ago_s=5)], 0, 1, 0),  # the others follow at once
        ([absent(1, 1), absent(2, 1, ago_s=20)], 0, 0, 0),  # wait for the neighbour
        ([absent(1, 1), absent(2, 1, ago_s=90_000, incident=True), absent(3, 1, ago_s=90_000, incident=True)], 1, 0, 0),
        ([absent(n, n) for n in range(25)], 0, 0, 25),
        ([absent(n, 1) for n in range(25)], 0, 1, 0),  # one great site
        # However great the site, and few places: never an incident each.
        ([absent(n, 201 + n % 3) for n in range(150)], 0, 3, 0),
        ([absent(n, 201) for n in range(9)], 9, 0, 0), ([absent(n, 201) for n in range(10)], 0, 1, 0),
        ([absent(n, 201 + n % 3) for n in range(24)], 0, 0, 24),
        ([absent(n, 201 + n % 3) for n in range(19)], 19, 0, 0),
        # Long ago, and told by nobody any more: still what went together.
        ([absent(n, 1, ago_s=9000) for n in range(5)], 0, 1, 0),
        ([absent(n, 1, ago_s=9000 + 660 * n) for n in range(5)], 5, 0, 0),
    ],
)  # fmt: skip
def test_what_belongs_together(absents: list[correlation.Absent], alone: int, sites: int, wide: int) -> None:
    found = correlation.grouped(absents, SIZES, NOW)
    assert (len(found.alone), len(found.sites), len(found.wide)) == (alone, sites, wide)


def test_every_rule_is_asked() -> None:
    assert len({rule.name for rule in rules.RULES}) == len(rules.RULES)
    asked = {
        name
        for facts in (
            connector("available"),
            presence(online=True),
            rules.StartFacts(label="1", failures=0),
            rules.SessionFacts(label="1", number=1, flags=frozenset()),
            rules.SecurityFacts(kind="TamperDetectionActivated"),
            rules.CertificateFacts(days_left=5),
            rules.PowerFacts(label="1", exceeded=True, drawn_a=20, given_a=10),
            rules.CampaignFacts(name="Update", halted=True, failed=2, finished=3),
            rules.FloodFacts(floods=True, rate=50),
            rules.LinkFacts(drops=0),
            running(),
            rules.OutletFacts(label="1", status="available", since=NOW, now=NOW),
            rules.PastFacts(label="1", sessions=()),
            rules.BusinessFacts(usual_per_day=1, quiet_s=0, longest_gap_s=None, peers=1),
            rules.ClockFacts(off_s=0),
            rules.FirmwareFacts(firmware="1", days_left=None),
            rules.EventFacts(component="RCD", variable="Problem", value="true", severity=9, over=False),
            rules.ReportFacts(label="1", reports=()),
        )
        for name, _ in rules.verdicts(facts)
    }
    assert asked == {rule.name for rule in rules.RULES}
