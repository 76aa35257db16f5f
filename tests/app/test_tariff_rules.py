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
    assert form == {"flat": "0.42", "energy": "0.42", "parking": "0.42", "vat": "19", "grace": "10"}


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
