"""Which tariff applies: the most specific rule wins, on its days."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tariffs.where_rules import Outlet, Rule, When, chosen, problem, tariff_of, when

LOCATION, STATION, GROUP, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))
TODAY = date(2026, 6, 15)
OUTLET = Outlet(location=LOCATION, station=STATION)


def rule(name: str, **values: object) -> Rule:
    tariff, made_at = UUID(bytes=name.ljust(16).encode()), datetime(2026, 1, 1, tzinfo=UTC)
    made = {"id": uuid4(), "tariff": tariff, "created_at": made_at}
    return Rule(**(made | values))  # type: ignore[arg-type]


def name_of(tariff: UUID | None) -> str:
    return tariff.bytes.decode().strip() if tariff else "free"


everywhere = rule("everywhere")
location = rule("location", location=LOCATION)
station = rule("station", station=STATION)
fleet = rule("fleet", group=GROUP)
fleet_here = rule("fleet here", group=GROUP, location=LOCATION)
elsewhere = rule("elsewhere", location=OTHER, group=GROUP)
sale = rule("sale", valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 15))
new_year = rule("new year", location=LOCATION, valid_from=date(2027, 1, 1))
newer = rule("newer", location=LOCATION, valid_from=date(2026, 6, 1))
GENERAL, OWN = rule("general").tariff, rule("own").tariff


@pytest.mark.parametrize(
    ("rules", "own", "group", "today", "expected"),
    [
        ([], None, None, TODAY, "general"),
        ([], OWN, None, TODAY, "own"),
        ([everywhere], None, None, TODAY, "everywhere"),
        ([everywhere, location], None, None, TODAY, "location"),
        ([station, everywhere, location], None, None, TODAY, "station"),
        ([station, everywhere, location], OWN, None, TODAY, "own"),
        ([station, fleet], None, None, TODAY, "station"),
        ([station, fleet], None, GROUP, TODAY, "fleet"),
        ([station, fleet], OWN, GROUP, TODAY, "fleet"),
        ([station, fleet], OWN, OTHER, TODAY, "own"),
        ([fleet_here, fleet, station], None, GROUP, TODAY, "fleet here"),
        ([elsewhere, location], None, GROUP, TODAY, "location"),
        ([everywhere, sale], None, None, TODAY, "sale"),
        ([everywhere, sale], None, None, date(2026, 6, 16), "everywhere"),
        ([everywhere, sale], None, None, date(2026, 5, 31), "everywhere"),
        ([location, sale], None, None, TODAY, "location"),
        ([location, new_year], None, None, date(2026, 12, 31), "location"),
        ([location, new_year], None, None, date(2027, 1, 1), "new year"),
        ([newer, location], None, None, TODAY, "newer"),
    ],
)  # fmt: skip
def test_the_most_specific_rule_wins(
    rules: list[Rule], own: UUID | None, group: UUID | None, today: date, expected: str
) -> None:
    outlet = Outlet(location=LOCATION, station=STATION, own=own)
    assert name_of(tariff_of(rules, outlet, group, today, GENERAL)) == expected
    assert name_of(tariff_of(reversed(rules), outlet, group, today, GENERAL)) == expected, "in whatever order"


def test_without_rules_and_tariffs_charging_is_free() -> None:
    assert tariff_of([], OUTLET, None, TODAY, None) is None
    assert tariff_of([location], Outlet(), None, TODAY, None) is None, "a station that stands nowhere"


@pytest.mark.parametrize(("today", "expected"), [(31, When.LATER), (1, When.NOW), (15, When.NOW), (16, When.OVER)])
def test_days_include_both_ends(today: int, expected: When) -> None:
    assert when(sale, date(2026, 5 if today == 31 else 6, today)) is expected


def test_what_cant_be_meant() -> None:
    assert problem(date(2026, 2, 1), date(2026, 1, 1), None, None)
    assert problem(None, None, "a", "b")
    assert not problem(date(2026, 1, 1), date(2026, 1, 1), "a", None)


ANY = st.lists(st.sampled_from([everywhere, location, station, fleet, fleet_here, elsewhere, sale, new_year, newer]))


@given(ANY, ANY, st.sampled_from([None, GROUP, OTHER]))
def test_more_rules_never_make_it_less_specific(some: list[Rule], more: list[Rule], group: UUID | None) -> None:
    before, after = chosen(some, OUTLET, group, TODAY), chosen(some + more, OUTLET, group, TODAY)
    if before is not None:
        assert after is not None
        assert (after.group is not None) >= (before.group is not None)
