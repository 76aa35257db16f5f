"""What needs somebody, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts import rules
from backend.alerts.rules import codes
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
            rules.CertificateFacts(days_left=5, warn_days=30),
            rules.PowerFacts(label="1", exceeded=True, drawn_a=20, given_a=10),
            rules.CampaignFacts(name="Update", halted=True, failed=2, finished=3),
            rules.FloodFacts(floods=True, rate=50),
        )
        for name, _ in rules.verdicts(facts)
    }
    assert asked == {rule.name for rule in rules.RULES}
