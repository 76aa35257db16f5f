"""The tariff engine: OCPI's worked examples, and laws that hold for every session."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tariffs import explaining, offer, reserving, rules
from backend.tariffs.model import Period, PeriodKind, PriceLimit, Tariff
from backend.tariffs.periods import Reading, from_readings

BERLIN = ZoneInfo("Europe/Berlin")
VECTORS = json.loads((Path(__file__).parent / "tariff_vectors.json").read_text())
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def tariff(**values: object) -> Tariff:
    return msgspec.convert(values, Tariff, strict=False)


def periods_of(vector: dict) -> list[Period]:
    found = []
    for one in vector["periods"]:
        begin = datetime.fromisoformat(one["start"]).replace(tzinfo=BERLIN).astimezone(UTC)
        found.append(
            Period(
                kind=PeriodKind(one["kind"]),
                begins_at=begin,
                ends_at=begin + timedelta(minutes=one["minutes"]),
                energy_wh=Decimal(str(one["kwh"])) * 1000,
                current_a=None if one["current_a"] is None else Decimal(str(one["current_a"])),
                power_w=None if one["power_kw"] is None else Decimal(str(one["power_kw"])) * 1000,
            )
        )
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_worked_examples_of_ocpi(vector: dict) -> None:
    bill = rules.price(tariff(**vector["tariff"]), periods_of(vector), BERLIN)
    assert bill.total_excl_vat == Decimal(str(vector["excl"]))
    if vector["incl"] is not None:
        assert bill.total_incl_vat == Decimal(str(vector["incl"]))


PLAIN = tariff(
    currency="EUR",
    elements=[
        {
            "price_components": [
                {"type": "FLAT", "price": 0.5, "vat": 19},
                {"type": "ENERGY", "price": 0.42, "vat": 19},
                {"type": "TIME", "price": 1.2, "vat": 19},
                {"type": "PARKING_TIME", "price": 6, "vat": 19},
            ]
        }
    ],
)
TANGLED = tariff(
    currency="EUR",
    elements=[
        {
            "price_components": [{"type": "ENERGY", "price": 0.3}],
            "restrictions": {"start_time": "22:00", "end_time": "06:00"},
        },
        {"price_components": [{"type": "ENERGY", "price": 0.5}], "restrictions": {"min_kwh": 12}},
        {"price_components": [{"type": "TIME", "price": 2}], "restrictions": {"min_duration": 5400}},
        {"price_components": [{"type": "PARKING_TIME", "price": 6}], "restrictions": {"day_of_week": ["MONDAY"]}},
        {"price_components": [{"type": "ENERGY", "price": 0.4}]},
    ],
)
lengths = st.integers(1, 600)
session = st.lists(
    st.tuples(
        st.sampled_from([PeriodKind.CHARGING, PeriodKind.PARKING, PeriodKind.WAITING]), lengths, st.integers(0, 60_000)
    ),
    min_size=1,
    max_size=6,
)


def build(parts: list[tuple[PeriodKind, int, int]], begin: datetime = BEGIN) -> list[Period]:
    found = []
    for kind, minutes, wh in parts:
        end = begin + timedelta(minutes=minutes)
        found.append(
            Period(kind=kind, begins_at=begin, ends_at=end, energy_wh=Decimal(0 if kind is PeriodKind.PARKING else wh))
        )
        begin = end
    return found


@given(parts=session, which=st.integers(0, 5), at=st.integers(1, 99), one=st.sampled_from([PLAIN, TANGLED]))
def test_splitting_a_period_changes_nothing(parts: list, which: int, at: int, one: Tariff) -> None:
    whole = build(parts)
    target = whole[which % len(whole)]
    cut = target.begins_at + (target.ends_at - target.begins_at) * at / 100
    share = target.energy_wh * at / 100
    halves = [
        msgspec.structs.replace(target, ends_at=cut, energy_wh=share),
        msgspec.structs.replace(target, begins_at=cut, energy_wh=target.energy_wh - share),
    ]
    split = [piece for period in whole for piece in (halves if period is target else [period])]
    expected, found = rules.price(one, whole, BERLIN), rules.price(one, split, BERLIN)
    assert abs(found.total_excl_vat - expected.total_excl_vat) <= Decimal("0.0001")
    assert [line.kind for line in found.lines] == [line.kind for line in expected.lines]


@given(parts=session, one=st.sampled_from([PLAIN, TANGLED]))
def test_never_negative_and_lines_add_up(parts: list, one: Tariff) -> None:
    bill = rules.price(one, build(parts), BERLIN)
    assert bill.total_excl_vat >= 0
    assert bill.total_incl_vat >= bill.total_excl_vat
    assert abs(sum(line.amount_excl for line in bill.lines) - bill.total_excl_vat) <= Decimal("0.0001") * len(
        bill.lines
    )


@given(parts=session, more=st.integers(0, 50_000))
def test_more_energy_never_costs_less(parts: list, more: int) -> None:
    longer = [(kind, minutes, wh + more) for kind, minutes, wh in parts]
    less, much = rules.price(PLAIN, build(parts), BERLIN), rules.price(PLAIN, build(longer), BERLIN)
    assert much.total_incl_vat >= less.total_incl_vat


@given(parts=session)
def test_limits_hold(parts: list) -> None:
    limited = msgspec.structs.replace(
        PLAIN, min_price=PriceLimit(excl_vat=Decimal(2)), max_price=PriceLimit(excl_vat=Decimal(9))
    )
    assert 2 <= rules.price(limited, build(parts), BERLIN).total_excl_vat <= 9


def test_parking_grace_and_cap() -> None:
    kind = [(PeriodKind.CHARGING, 60, 10_000), (PeriodKind.PARKING, 30, 0)]
    graced = msgspec.structs.replace(PLAIN, parking_grace_minutes=20)
    (parking,) = [line for line in rules.price(graced, build(kind), BERLIN).lines if line.kind == "parking"]
    assert parking.amount_excl == Decimal("1.0000")
    capped = msgspec.structs.replace(PLAIN, parking_cap=Decimal("0.75"))
    (parking,) = [line for line in rules.price(capped, build(kind), BERLIN).lines if line.kind == "parking"]
    assert parking.amount_excl == Decimal("0.75")


def test_clock_change_counts_real_hours() -> None:
    one = tariff(elements=[{"price_components": [{"type": "TIME", "price": 1}]}])
    begin = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # local midnight before the hour that comes twice
    bill = rules.price(one, build([(PeriodKind.CHARGING, 25 * 60, 1000)], begin), BERLIN)
    assert bill.total_excl_vat == Decimal(25)


@pytest.mark.parametrize(("currency", "payable"), [("EUR", "1.24"), ("JPY", "1"), ("BHD", "1.235")])
def test_rounding_by_currency(currency: str, payable: str) -> None:
    one = tariff(currency=currency, elements=[{"price_components": [{"type": "FLAT", "price": "1.235"}]}])
    assert rules.price(one, build([(PeriodKind.CHARGING, 1, 1)]), BERLIN).payable == Decimal(payable)


def test_headline_shows_prices_with_vat() -> None:
    found = offer.headline(PLAIN)
    assert (found.energy, found.flat, found.parking) == (Decimal("0.4998"), Decimal("0.595"), Decimal("7.14"))


def test_what_reserving_costs_is_told_as_the_highest_price() -> None:
    kept = [
        {"price_components": [{"type": "TIME", "price": price, "vat": 19}], "restrictions": rule}
        for price, rule in (
            (2, {"reservation": "RESERVATION", "start_time": "08:00", "end_time": "18:00"}),
            (1, {"reservation": "RESERVATION"}),
        )
    ]
    found = offer.headline(msgspec.structs.replace(PLAIN, elements=[*PLAIN.elements, *tariff(elements=kept).elements]))
    assert (found.reservation, found.reservation_flat) == (Decimal("2.38"), None)
    plain = offer.headline(PLAIN)
    assert (found.energy, found.time, found.varies) == (plain.energy, plain.time, plain.varies)


def part(price: float, kind: str, when: str | None = None, **more: object) -> dict:
    one: dict = {"price_components": [{"type": kind, "price": price, "vat": 19, **more}]}
    return one | {"restrictions": {"reservation": when}} if when else one


ENERGY = part(0.4, "ENERGY")


@pytest.mark.parametrize(
    ("elements", "more", "minutes", "expired", "given_back"),
    [
        ([ENERGY], {}, 30, "0", "0"),
        ([part(3, "FLAT", "RESERVATION_EXPIRES"), ENERGY], {}, 30, "3.57", "0"),
        ([part(6, "TIME", "RESERVATION"), ENERGY], {}, 30, "3.57", "3.57"),
        ([part(3, "FLAT", "RESERVATION_EXPIRES"), part(6, "TIME", "RESERVATION")], {}, 20, "5.95", "2.38"),
        ([part(8, "TIME", "RESERVATION_EXPIRES"), part(6, "TIME", "RESERVATION")], {}, 30, "4.76", "3.57"),
        ([part(1, "TIME", "RESERVATION_EXPIRES"), part(2, "FLAT", "RESERVATION")], {}, 60, "3.57", "2.38"),
        ([part(6, "TIME", "RESERVATION", step_size=600)], {}, 11, "2.38", "2.38"),
        ([part(3, "FLAT", "RESERVATION_EXPIRES")], {"min_price": {"excl_vat": 5}}, 30, "3.57", "0"),
        ([part(9, "FLAT", "RESERVATION")], {"max_price": {"excl_vat": 5, "incl_vat": 5.95}}, 30, "5.95", "5.95"),
    ],
    ids=["free", "fee", "by time", "both", "dearer", "once, and by time", "in steps", "least is of sessions", "most"],
)  # fmt: skip
def test_a_reservation_that_nobody_uses(
    elements: list, more: dict, minutes: int, expired: str, given_back: str
) -> None:
    one = tariff(elements=elements, **more)
    assert offer.problems(one) == []
    found = reserving.unused(one, BEGIN, BEGIN + timedelta(minutes=minutes), BERLIN)
    assert (found.expired.payable, found.given_back.payable) == (Decimal(expired), Decimal(given_back))
    for bill in found:
        assert all(line.kind.startswith("reservation") or line.kind == "maximum" for line in bill.lines)


RESERVABLE = [
    tariff(elements=[part(3, "FLAT", "RESERVATION_EXPIRES"), part(6, "TIME", "RESERVATION", step_size=300), ENERGY]),
    tariff(
        elements=[
            {
                "price_components": [{"type": "TIME", "price": 5}],
                "restrictions": {"reservation": "RESERVATION", "start_time": "09:00", "end_time": "10:30"},
            },
            part(2, "TIME", "RESERVATION"),
            part(9, "TIME", "RESERVATION_EXPIRES"),
            ENERGY,
        ]
    ),
]


@given(parts=session, minutes=st.integers(1, 300), at=st.integers(1, 299), one=st.sampled_from(RESERVABLE))
def test_laws_hold_with_a_reservation_before(parts: list, minutes: int, at: int, one: Tariff) -> None:
    """Cut anywhere it costs the same, it never costs less than the session alone, and its lines add up."""
    kept = Period(kind=PeriodKind.RESERVATION, begins_at=BEGIN - timedelta(minutes=minutes), ends_at=BEGIN)
    whole = [kept, *build(parts)]
    bill = rules.price(one, whole, BERLIN)
    alone = rules.price(one, whole[1:], BERLIN)
    assert bill.total_incl_vat >= alone.total_incl_vat >= 0
    assert abs(sum(line.amount_excl for line in bill.lines) - bill.total_excl_vat) <= Decimal("0.0005")
    moment = kept.begins_at + timedelta(minutes=at)
    if moment < kept.ends_at:
        cut = [msgspec.structs.replace(kept, ends_at=moment), msgspec.structs.replace(kept, begins_at=moment)]
        assert rules.price(one, [*cut, *whole[1:]], BERLIN).total_excl_vat == bill.total_excl_vat


@given(minutes=st.integers(1, 600), more=st.integers(0, 600), one=st.sampled_from([*RESERVABLE, PLAIN, TANGLED]))
def test_laws_of_a_reservation_that_nobody_uses(minutes: int, more: int, one: Tariff) -> None:
    """Never negative, never less for a longer one, and cut anywhere the same."""
    end = BEGIN + timedelta(minutes=minutes)
    found = reserving.unused(one, BEGIN, end, BERLIN)
    longer = reserving.unused(one, BEGIN, end + timedelta(minutes=more), BERLIN)
    for bill, later in zip(found, longer, strict=True):
        assert 0 <= bill.payable <= later.payable
    for kind, bill in zip((PeriodKind.RESERVATION_EXPIRED, PeriodKind.RESERVATION_CANCELLED), found, strict=True):
        middle = BEGIN + timedelta(minutes=minutes // 2)
        cut = [Period(kind=kind, begins_at=a, ends_at=b) for a, b in ((BEGIN, middle), (middle, end)) if a < b]
        assert rules.price(one, cut, BERLIN).total_incl_vat == bill.total_incl_vat


MIXED = [part(1, "FLAT"), {"price_components": [{"type": "ENERGY", "price": 1, "vat": 7}]}]


@pytest.mark.parametrize(
    ("elements", "limits", "kwh", "excl", "incl", "lines"),
    [
        ([ENERGY], {"min_price": {"excl_vat": 2}}, 1, "2", "2.38", {19: "1.6"}),
        ([ENERGY], {"min_price": {"excl_vat": 2}}, 0, "2", "2.38", {19: "2"}),
        ([ENERGY], {"max_price": {"excl_vat": 2}}, 10, "2", "2.38", {19: "-2"}),
        (MIXED, {"min_price": {"excl_vat": 4}}, 1, "4", "4.52", {19: "1", 7: "1"}),
        (MIXED, {"max_price": {"excl_vat": 2}}, 3, "2", "2.2", {19: "-0.5", 7: "-1.5"}),
        ([{"price_components": [{"type": "ENERGY", "price": 1}]}], {"min_price": {"excl_vat": 2}}, 1, "2", "2",
         {None: "1"}),
        ([ENERGY], {"min_price": {"excl_vat": 2, "incl_vat": 2.2}}, 1, "2", "2.2", {None: "1.6"}),
    ],
    ids=["least", "least of nothing", "most", "least of two rates", "most of two rates", "no VAT", "both named"],
)  # fmt: skip
def test_a_limit_without_vat_is_taxed_as_what_was_sold(
    elements: list, limits: dict, kwh: int, excl: str, incl: str, lines: dict
) -> None:
    bill = rules.price(tariff(elements=elements, **limits), build([(PeriodKind.CHARGING, 60, kwh * 1000)]), BERLIN)
    assert (bill.total_excl_vat, bill.total_incl_vat) == (Decimal(excl), Decimal(incl))
    found = {line.vat_rate: line.amount_excl for line in bill.lines if line.kind in ("minimum", "maximum")}
    assert found == {rate: Decimal(amount) for rate, amount in lines.items()}


def test_problems_name_the_place() -> None:
    broken = tariff(
        elements=[{"price_components": [{"type": "ENERGY", "price": 1}], "restrictions": {"min_kwh": 5, "max_kwh": 5}}]
    )
    assert [path for path, _words in offer.problems(broken)] == ["$.elements[0].restrictions.max_kwh"]


def reading(minute: int, wh: int, charging: bool | None = None) -> Reading:
    return Reading(at=BEGIN + timedelta(minutes=minute), energy_wh=wh, charging=charging)


def test_periods_tell_charging_from_parking() -> None:
    found = from_readings([reading(0, 1000), reading(30, 6000), reading(60, 6000)], BEGIN + timedelta(minutes=90))
    assert [(one.kind, int(one.energy_wh)) for one in found] == [
        (PeriodKind.CHARGING, 5000),
        (PeriodKind.PARKING, 0),
        (PeriodKind.PARKING, 0),
    ]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 10_000)), max_size=12))
def test_periods_never_have_negative_energy(points: list[tuple[int, int]]) -> None:
    found = from_readings([reading(minute, wh) for minute, wh in points])
    assert all(one.energy_wh >= 0 and one.ends_at > one.begins_at for one in found)
    if points:
        registers = [wh for _minute, wh in points]
        assert sum(one.energy_wh for one in found) <= max(registers) - min(registers)


@given(parts=session, at=st.integers(1, 3_000), one=st.sampled_from([PLAIN, TANGLED]))
def test_a_session_cut_anywhere_costs_the_same(parts: list, at: int, one: Tariff) -> None:
    """Not only in the middle of a period: at any minute of the whole, in which meter values may come."""
    whole = build([(kind, minutes, wh // minutes * minutes) for kind, minutes, wh in parts])  # exact in each minute
    moment = BEGIN + timedelta(minutes=at)
    pieces: list[Period] = []
    for period in whole:
        if period.begins_at < moment < period.ends_at:
            share = Decimal((moment - period.begins_at) // timedelta(minutes=1))
            energy = period.energy_wh * share / Decimal((period.ends_at - period.begins_at) // timedelta(minutes=1))
            pieces.append(msgspec.structs.replace(period, ends_at=moment, energy_wh=energy))
            pieces.append(msgspec.structs.replace(period, begins_at=moment, energy_wh=period.energy_wh - energy))
        else:
            pieces.append(period)
    expected, found = rules.price(one, whole, BERLIN), rules.price(one, pieces, BERLIN)
    assert abs(found.total_excl_vat - expected.total_excl_vat) <= Decimal("0.0001")


@given(parts=session, more=st.integers(1, 600), one=st.sampled_from([PLAIN, TANGLED]))
def test_a_longer_session_never_costs_less(parts: list, more: int, one: Tariff) -> None:
    """What a target in money relies on."""
    whole = build(parts)
    longer = [*parts, (PeriodKind.PARKING, more, 0)]
    assert rules.price(one, build(longer), BERLIN).payable >= rules.price(one, whole, BERLIN).payable


@given(kwh=st.integers(1, 100), parking=st.integers(0, 300), minutes=st.integers(0, 1439))
def test_an_example_is_what_the_same_readings_are_billed(kwh: int, parking: int, minutes: int) -> None:
    """Quote and bill: an example before the start, and the same session as a station tells it."""
    begin = BEGIN + timedelta(minutes=minutes)
    shown = explaining.example(TANGLED, begin, BERLIN, 11_000, kwh, parking)
    full = begin + timedelta(minutes=shown.charging_minutes)
    readings = [
        Reading(at=begin, energy_wh=7_000, charging=True),
        Reading(at=full, energy_wh=7_000 + kwh * 1000, charging=False),
    ]
    billed = rules.price(TANGLED, from_readings(readings, full + timedelta(minutes=parking)), BERLIN)
    assert abs(billed.total_incl_vat - shown.bill.total_incl_vat) <= Decimal("0.0001")


def test_today_by_the_hour_and_by_the_use() -> None:
    found = explaining.windows(TANGLED, BEGIN, BERLIN, 11_000)
    assert [(one.begins_at.astimezone(BERLIN).hour, one.prices["energy"]) for one in found] == [
        (0, Decimal("0.3000")),
        (6, Decimal("0.4000")),
        (22, Decimal("0.3000")),
    ]
    assert all(one.prices["parking"] == 6 for one in found)  # a Monday
    assert [(one.what, one.low) for one in explaining.conditions(TANGLED)] == [("kwh", 12), ("minutes", 90)]
    (all_day,) = explaining.windows(PLAIN, BEGIN, BERLIN, 11_000)
    assert all_day.prices == {"flat": Decimal("0.595"), "energy": Decimal("0.4998"), "time": Decimal("1.428"), "parking": Decimal("7.14")}  # noqa: E501  # fmt: skip
    assert explaining.rates(PLAIN) == [19]
    assert explaining.power_w(150_000, "DC") == 90_000
    assert [one.charging_minutes for one in explaining.examples(PLAIN, BEGIN, BERLIN, 11_000)] == [55, 109, 218]
