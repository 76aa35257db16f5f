"""What sampled values say, as stations really send them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ocpp import metering
from backend.ocpp.metering import EXPORT, IMPORT, Kind, sample
from backend.ocpp.quirks import NONE, Quirks
from backend.transactions.model import Sample

AT = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
NOTHING = {"energy_other_wh": None}


def kind(measurand: str = "", unit: str = "", phase: str = "", **more: str) -> Kind:
    return measurand, unit, phase, more.get("location"), more.get("context"), more.get("format")


def said(*values: tuple[Any, ...], quirks: Quirks = NONE) -> Sample | None:
    """(number, measurand, unit, phase) of each."""
    return sample(AT, [kind(*rest) for _, *rest in values], [number for number, *_ in values], quirks)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([("1500",)], {"energy_wh": 1500, "energy_other_wh": 1_500_000}),
        ([("1.5", IMPORT, "kWh")], {"energy_wh": 1500, "energy_other_wh": 2}),
        ([("1,5", IMPORT, "kWh")], {"energy_wh": 1500, "energy_other_wh": 2}),
        ([("7", EXPORT), ("9", IMPORT)], {"energy_wh": 9, "energy_other_wh": 9000}),
        ([("7", EXPORT), ("none", IMPORT)], {"energy_wh": 7, "energy_other_wh": 7000}),
        ([("7.2", "Power.Active.Import", "kW")], {"power_w": 7200}),
        ([("2", "Power.Active.Import", "W", f"L{n}") for n in (1, 2, 3)], {"power_w": 6}),
        ([("2", "Power.Active.Import", "W", "L1"), ("9", "Power.Active.Import", "W", "")], {"power_w": 9}),
        ([("101", "SoC"), ("1", "Frequency")], {"soc_percent": 100}),
        (
            [("16.004", "Current.Import", "A", "L1"), ("15", "Current.Import", "A", "L2")],
            {"current_a": Decimal("16.00")},
        ),
        (
            [(n, "Voltage", "V", f"L{n}-N") for n in ("1", "2", "3")],
            {"voltage_v": Decimal("2.00"), "phase_voltages": (1.0, 2.0, 3.0)},
        ),
        (
            [("1", "SoC"), ("16", "Current.Offered", "A"), *(("9", "Current.Import", "A", f"L{n}") for n in (1, 2))],
            {"soc_percent": 1, "offered_w": 16 * 230 * 2, "current_a": Decimal(9)},
        ),
        ([("1", "SoC"), ("11", "Power.Offered", "kW")], {"soc_percent": 1, "offered_w": 11_000}),
        ([("0." + "1" * 40, IMPORT, "kWh")], {"energy_wh": 111, "energy_other_wh": 0}),
    ],
)
def test_what_values_say(values: list[tuple[Any, ...]], wanted: dict[str, Any]) -> None:
    assert said(*values) == Sample(at=AT, **wanted)
    assert said(*values) == Sample(at=AT, **wanted)  # the second time it is remembered


@pytest.mark.parametrize("number", ["", "abc", "NaN", "inf", "1e400", "1e16", "9" * 30])
def test_what_is_no_number_of_a_meter_is_left_out(number: str) -> None:
    assert said((number, IMPORT)) is None
    assert said((number, IMPORT), ("1", "SoC")) == Sample(at=AT, soc_percent=1)


def test_a_power_of_ten() -> None:
    both = [kind(IMPORT), kind("SoC")]
    assert sample(AT, both, [1.5, 5.0], NONE, [3, None]) == Sample(
        at=AT, energy_wh=1500, energy_other_wh=1_500_000, soc_percent=5
    )
    assert sample(AT, both, [1.5, 5.0], NONE, [10**9, None]) == Sample(at=AT, soc_percent=5)


def test_what_the_model_means() -> None:
    assert said(("5", IMPORT, "Wh"), quirks=Quirks(energy_unit="kWh")) == Sample(at=AT, energy_wh=5000)
    assert said(("5", "Power.Active.Import"), quirks=Quirks(power_unit="kW")) == Sample(at=AT, power_w=5000)
    assert said(("5",), quirks=Quirks(default_measurand="Power.Active.Import")) == Sample(at=AT, power_w=5)


def test_signed_data_and_the_cars_side_are_no_readings() -> None:
    kinds = [
        kind(IMPORT, format="SignedData"),
        kind(IMPORT, location="EV"),
        kind("SoC", location="EV", context="Trigger"),
    ]
    assert sample(AT, kinds, ["aGVsbG8=", "5", "40"]) == Sample(at=AT, soc_percent=40, context="Trigger")
    assert sample(AT, kinds[:1], ["12"]) is None


KINDS = st.tuples(
    st.sampled_from(["", IMPORT, "Power.Active.Import", "Voltage", "Current.Import", "SoC"]),
    st.sampled_from(["", "kWh", "kW"]),
    st.sampled_from(["", "L1", "L2", "L3-N"]),
    st.none(),
    st.none(),
    st.none(),
)


@given(st.lists(st.tuples(KINDS, st.sampled_from(["1", "22.5", "x"])), max_size=8))
def test_values_that_can_not_be_read_change_nothing_else(values: list[tuple[Any, str]]) -> None:
    """As if they were not there; and what was remembered before says the same as what is found anew."""
    clean = [(kind, number) for kind, number in values if number != "x"]
    found = sample(AT, [kind for kind, _ in values], [number for _, number in values])
    assert found == sample(AT, [kind for kind, _ in clean], [number for _, number in clean])
    metering._layout.cache_clear()
    metering._usual.cache_clear()
    assert found == sample(AT, [kind for kind, _ in values], [number for _, number in values])


def test_what_is_remembered_is_bounded() -> None:
    """A station could think of ever new units, and of numbers of any length."""
    for n in range(3 * metering.MOST_REMEMBERED):
        sample(AT, [kind(IMPORT, f"unit {n}")], ["1"])
    assert metering._layout.cache_info().currsize == metering.MOST_REMEMBERED
    before, held = metering._layout.cache_info(), metering._usual.cache_info().currsize
    many = metering.LONGEST_REMEMBERED + 1
    sample(AT, [kind("SoC", f"unit {n}") for n in range(many)], ["1"] * many)
    assert metering._layout.cache_info() == before
    assert said(("0" * 100 + "7", "SoC")) == Sample(at=AT, soc_percent=7)
    assert metering._usual.cache_info().currsize <= held + 1
