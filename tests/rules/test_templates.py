"""Which configuration template is for a station, and where the station differs from it."""

from uuid import uuid4

import pytest

from backend.commands import VariableValue
from backend.stations.model import StationFacts
from backend.templates import rules
from backend.templates.rules import Pattern
from shared.templates import DifferenceKind

STATION = StationFacts(id=uuid4(), identity="CP-1", vendor="Volt Works", model="VW-22 Duo", firmware="1.4.2")


def pattern(name: str, **more: object) -> Pattern:
    return Pattern(id=uuid4(), name=name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], None),
        ([pattern("any")], "any"),
        ([pattern("other", vendor="Amps*")], None),
        ([pattern("any"), pattern("vendor", vendor="volt*")], "vendor"),
        ([pattern("vendor", vendor="Volt Works"), pattern("both", vendor="Volt*", model="VW-*")], "both"),
        ([pattern("near", model="VW-22*"), pattern("far", model="VW-*")], "near"),
        ([pattern("old", firmware="1.3.*"), pattern("new", firmware="1.4.?")], "new"),
        ([pattern("exact", vendor="Volt Works", model="VW-22 Duo"), pattern("one", stations=[STATION.id])], "one"),
        ([pattern("another", stations=[uuid4()])], None),
        ([pattern("b"), pattern("a")], "a"),
    ],
)
def test_the_template_that_is_meant_most_closely(patterns: list[Pattern], chosen: str | None) -> None:
    found = rules.template_of(STATION, patterns)
    assert (found.name if found else None) == chosen


@pytest.mark.parametrize(
    ("wanted", "value", "same"),
    [
        ("300", "300", True),
        ("300", "300.0", True),
        ("300", "301", False),
        ("true", "True", True),
        ("true", "1", False),
        ("A,B", "A, B", True),
        ("A,B", "B,A", False),
        ("A,B", "A", False),
        ("Text", "text", False),
        ("", "", True),
        ("NaN", "NaN", True),
    ],
)
def test_when_two_texts_are_one_value(wanted: str, value: str, same: bool) -> None:
    assert rules.same(wanted, value) is same


def told(
    component: str, name: str, value: str | None, *, read_only: bool = False, **attributes: str
) -> tuple[object, object]:
    place = (component, 0, 0, name)
    row = {
        "value": value,
        "read_only": read_only,
        "attributes": {k.replace("_", "."): v for k, v in attributes.items()},
    }
    return place, row


def test_only_what_differs_and_only_of_its_version() -> None:
    wanted = [
        VariableValue(name="HeartbeatInterval", value="300"),
        VariableValue(component="TxCtrlr", name="EVConnectionTimeOut", value="60"),
        VariableValue(component="TxCtrlr", name="StopTxOnInvalidId", value="true"),
        VariableValue(component="TxCtrlr", name="TxStartPoint", value="Authorized"),
        VariableValue(component="TxCtrlr", name="Limit", attribute="MaxSet", value="9"),
        VariableValue(component="TxCtrlr", name="Nonsense", value="1"),
        VariableValue(component="TxCtrlr", name="Fixed", attribute="MaxSet", value="9"),
    ]
    known = dict(
        [
            told("TxCtrlr", "EVConnectionTimeOut", "90"),
            told("TxCtrlr", "StopTxOnInvalidId", "True"),
            told("TxCtrlr", "TxStartPoint", "EVConnected", read_only=True),
            told("TxCtrlr", "Limit", "9"),
            told("TxCtrlr", "Fixed", "9", MaxSet_value="8", MaxSet_mutability="ReadOnly"),
        ]
    )
    found = rules.differences("2.0.1", wanted, known)  # type: ignore[arg-type]
    assert [(one.name, one.kind, one.value) for one in found] == [
        ("EVConnectionTimeOut", DifferenceKind.DIFFERS, "90"),
        ("TxStartPoint", DifferenceKind.FIXED, "EVConnected"),
        ("Limit", DifferenceKind.DIFFERS, None),
        ("Nonsense", DifferenceKind.MISSING, None),
        ("Fixed", DifferenceKind.FIXED, "8"),
    ]
    old = rules.differences("1.6", wanted, {})
    assert [(one.name, one.kind) for one in old] == [("HeartbeatInterval", DifferenceKind.MISSING)]


def test_what_can_not_be_in_a_template() -> None:
    wanted = [
        VariableValue(name="AuthorizationKey", value="0123456789abcdef"),
        VariableValue(component="SecurityCtrlr", name="BasicAuthPassword", value="0123456789abcdef"),
        VariableValue(name="HeartbeatInterval", value="1"),
        VariableValue(name="HeartbeatInterval", value="2"),
        VariableValue(name="Key", evse=1, value="2"),
    ]
    assert [path for path, _ in rules.problems(wanted)] == [
        "$.wanted[0].name",
        "$.wanted[1].name",
        "$.wanted[3]",
        "$.wanted[4]",
    ]
    assert rules.problems(wanted[2:3]) == []
