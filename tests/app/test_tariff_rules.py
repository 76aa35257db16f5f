"""The tariff editor's fields and the tariff they mean, both ways."""

from typing import Any

import msgspec
import pytest

from app.operator import tariff_rules as rules
from backend.tariffs.model import Tariff
from backend.tariffs.offer import problems

FULL = {
    "energy": "0,40",
    "time": "1",
    "parking": "6",
    "flat": "0.5",
    "vat": "19",
    "grace": "10",
    "cap": "12",
    "least": "1",
    "most": "80",
    "night": "0.30",
    "night_from": "22:00",
    "night_to": "06:00",
    "reserved": "2",
    "unused": "3.5",
}


@pytest.mark.parametrize(
    "form", [FULL, {"energy": "0.40"}, {"flat": "2", "vat": "7"}, {"energy": "0.40", "unused": "4"}]
)
def test_what_is_typed_is_a_tariff_and_comes_back(form: dict[str, str]) -> None:
    written = rules.definition(form, "EUR")
    tariff = msgspec.convert(written, Tariff, strict=False)
    assert problems(tariff) == []
    again = rules.form_of(msgspec.to_builtins(tariff))
    assert again == {name: value.replace(",", ".") for name, value in form.items()}


def test_the_order_in_which_prices_are_written_says_nothing() -> None:
    parts = [{"type": kind, "price": "0.42", "vat": "19"} for kind in ("FLAT", "ENERGY", "PARKING_TIME")]
    form = rules.form_of({"elements": [{"price_components": parts}], "parking_grace_minutes": 10})
    prices = {"flat": "0.42", "energy": "0.42", "parking": "0.42", "vat": "19", "grace": "10"}
    assert form == prices | {"step_parking": "1"}, "where no step is said, each second counts"


@pytest.mark.parametrize(
    ("kind", "step", "sayable"),
    [
        ("ENERGY", 1, True),
        ("ENERGY", None, True),
        ("ENERGY", 1000, False),
        ("FLAT", 60, True),
        ("TIME", 60, True),
        ("TIME", 1, True),
        ("TIME", None, True),
        ("TIME", 0, True),
        ("TIME", 900, False),
        ("PARKING_TIME", 30, False),
    ],
)
@pytest.mark.parametrize("rule", [None, {"reservation": "RESERVATION"}])
def test_saving_a_tariff_changes_neither_step_nor_currency(
    kind: str, step: int | None, sayable: bool, rule: dict[str, str] | None
) -> None:
    part = {"type": kind, "price": "6"} | ({} if step is None else {"step_size": step})
    written: dict[str, Any] = {"currency": "JPY", "elements": [{"price_components": [part]}]}
    if rule:
        energy = {"price_components": [{"type": "ENERGY", "price": "1"}]}
        written["elements"] = [energy, {"price_components": [part], "restrictions": rule}]
        sayable = sayable and kind == "TIME"
    form = rules.form_of(written)
    assert (form is not None) is sayable
    if form is not None and kind != "FLAT":
        again = rules.definition(form, rules.currency_of(written))
        assert again["currency"] == "JPY"
        assert again["elements"][-1]["price_components"][0]["step_size"] == (step or 1)


@pytest.mark.parametrize(("typed", "fine"), [("10", True), ("10.0", True), ("10.9", False), ("-1", False)])
def test_free_minutes_are_never_cut_silently(typed: str, fine: bool) -> None:
    form = {"energy": "0.4", "grace": typed}
    assert rules.wrong_fields(form) == ([] if fine else ["grace"])
    tariff = rules.definition(form, "EUR")
    if fine:
        assert msgspec.convert(tariff, Tariff, strict=False).parking_grace_minutes == 10
    else:
        with pytest.raises(msgspec.ValidationError, match="parking_grace_minutes"):
            msgspec.convert(tariff, Tariff, strict=False)


def test_what_is_no_number_is_named() -> None:
    assert rules.wrong_fields({"energy": "cheap", "vat": "NaN", "flat": ""}) == ["energy", "vat"]


@pytest.mark.parametrize(
    "restrictions", [{"min_kwh": "5"}, {"start_time": "22:00", "end_time": "06:00", "day_of_week": ["MONDAY"]}]
)
def test_a_tariff_that_the_form_cannot_say_stays_as_it_is_written(restrictions: dict[str, Any]) -> None:
    part = {"type": "ENERGY", "price": "0.4"}
    elements = [{"price_components": [part], "restrictions": restrictions}, {"price_components": [part]}]
    written = {"currency": "EUR", "elements": elements}
    assert rules.form_of(written) is None
    assert rules.read(rules.written(written)) == written
    assert rules.read("[1]") is None
    assert rules.read("{") is None
