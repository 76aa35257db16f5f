"""What the backend says of faults and sessions, in German: everything, with its values."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from backend.alerts import rules
from backend.alerts.incidents import STATE_WORDS
from backend.alerts.rules import connector_faulted, correlation
from backend.notify import rules as notify_rules
from backend.tickets.service import TOLD
from shared.notify import Told
from shared.operations import IncidentState, Severity
from shared.remedies import STEP_NAMES
from shared.said import GERMAN, in_language, told
from tests.rules.test_rule_tables import NOW, TABLES

BOOK = Path(__file__).parents[2] / "backend/alerts/vendor_codes.toml"
FINDINGS = [
    finding
    for name, rows in TABLES.items()
    for facts, raised in rows
    if raised and (finding := rules.BY_NAME[name].judge(facts)) is not None
]
FINDINGS += [
    finding
    for code in connector_faulted.ERRORS
    for status in ("faulted", "available")
    if (finding := connector_faulted.judge(rules.ConnectorFacts(label="2", status=status, error_code=code))) is not None
]
FINDINGS += [
    correlation.site_offline(3, 4, NOW),
    correlation.network_offline(30, 5, NOW),
    correlation.many_faults(9, "Mains voltage too low", "at many places"),
    correlation.many_faults(9, "Mains voltage too low", "at this site"),
]


def parts() -> set[str]:
    return {text for one in FINDINGS for text in (one.title, one.detail, one.cause, one.advice) if text}


def test_every_finding_of_every_table_is_said_in_german() -> None:
    english = sorted(text for text in parts() if in_language(text, "de") == text)
    assert english == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "Connector 2: 3.2 kW for 11 minutes, while 11.0 kW are offered.",
            "Anschluss 2: 3,2 kW seit 11 Minuten, während 11,0 kW angeboten sind.",
        ),
        (
            "The station reports OtherError (vendor's code E-7) and is out of service. It says: Fan 2. Stuck.",
            "Die Station meldet OtherError (Herstellercode E-7) und ist außer Betrieb. Sie sagt: Fan 2. Stuck.",
        ),
        (
            "Connector 1: session 7 is still open, and nothing was heard of it for 120 minutes.",
            "Anschluss 1: Ladevorgang 7 ist noch offen, und seit 120 Minuten war nichts von ihm zu hören.",
        ),
        ("Over: Emergency stop pressed", "Vorbei: Not-Aus gedrückt"),
        ("Your digest: 4 incidents at Harbour 1.5", "Ihre Übersicht: 4 Störungen: Harbour 1.5"),
        ("4 incidents at 3 places", "4 Störungen an 3 Orten"),
        ("2 × Station is offline", "2-mal: Station ist offline"),
        (
            "A session is running. It waited for 6 hours.",
            "Ein Ladevorgang läuft. Es wartete 6 Stunden.",
        ),
        ("Mended: Soft restart helped.", "Behoben: Sanfter Neustart half."),
        ("Soft restart: Accepted", "Sanfter Neustart: Accepted"),
        ("Hard restart: refused. It is busy.", "Harter Neustart: abgelehnt. It is busy."),
        (
            "The playbook ends. It turned out to be EmergencyStop, which this playbook leaves alone.",
            "Der Ablaufplan endet. Es stellte sich als EmergencyStop heraus, und das lässt dieser Ablaufplan in Ruhe.",
        ),
        (
            "Out of service and back: refused. It is out of service already.",
            "Außer Betrieb und zurück: abgelehnt. Sie ist schon außer Betrieb.",
        ),
        ("The playbook ends. Somebody took care of it.", "Der Ablaufplan endet. Jemand hat sich darum gekümmert."),
        (
            "The playbook waits. Somebody is repairing at this station.",
            "Der Ablaufplan wartet. An dieser Station wird gerade repariert.",
        ),
        ("The playbook waits. Quiet hours.", "Der Ablaufplan wartet. Ruhezeit."),
        (
            "The playbook couldn't mend it. Every step was tried and none helped.",
            "Der Ablaufplan konnte es nicht beheben. Jeder Schritt wurde versucht, keiner half.",
        ),
        ("Harbour · CP-1 1", "Harbour · CP-1 1"),
        ("The vendor's support of firmware 1.2.3 is over.", None),
    ],
)
def test_values_and_names_survive(english: str, german: str | None) -> None:
    said = in_language(english, "de")
    assert said == german if german is not None else "1.2.3" in said
    assert in_language(english, "en") == in_language(english, "fr") == english
    assert told(english, lambda text: text) == english


def test_a_message_is_said_line_by_line() -> None:
    finding = next(one for one in FINDINGS if one.title == "Station is offline")
    one = notify_rules.Happened(
        id="i", rule="station_offline", severity=Severity.WARNING, state=IncidentState.OPEN, title=finding.title,
        detail=finding.detail, advice=finding.advice, location_id="", location="Hafen", station="CP-1", connector="",
        affected=3,
    )  # fmt: skip
    for kind in notify_rules.HEADS:
        text = notify_rules.incident_text(kind, one, "Next: Hard restart" if kind is Told.REMEDY_ASKS else "")
        assert in_language(text.title, "de") != text.title
        lines = text.body.split("\n")
        german = in_language(text.body, "de").split("\n")
        assert [old for old, new in zip(lines, german, strict=True) if old == new] == ["Hafen · CP-1"]
    noted = [(kind, replace(one, id=f"{kind}-{n}")) for kind in (Told.OPENED, Told.REMEDY_FAILED) for n in range(2)]
    many = notify_rules.summary_text(noted, digest=True)
    assert in_language(many.title, "de") == "Ihre Übersicht: 4 Störungen: Hafen"
    assert sorted(in_language(many.body, "de").splitlines()) == [
        "2-mal: Ließ sich von hier nicht beheben: Station ist offline",
        "2-mal: Station ist offline",
        "4 brauchen jemanden.",
    ]


def test_the_lines_of_a_timeline_are_said_in_german() -> None:
    lines = [f"{step}{end}" for step in STEP_NAMES.values() for end in (" helped.", ": Accepted", ": refused. ")]
    lines += [*STATE_WORDS.values(), *(text.format(partner="Nord", number="T-1") for text in TOLD.values())]
    assert [line for line in lines if in_language(line, "de") == line] == []


def test_makers_codes_are_said_in_german() -> None:
    book = tomllib.loads(BOOK.read_text("utf-8"))
    meanings = [one for part in book["codes"] for one in part["meanings"].values()]
    texts = {one[name] for one in meanings for name in ("title", "cause", "advice") if name in one}
    assert sorted(texts - set(GERMAN)) == []
