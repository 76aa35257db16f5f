"""Key figures: what counts as used, out, a success, and on which day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.analytics import rules
from shared.operations import DailyRow

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=BERLIN)
PLACE, STATION = uuid4(), uuid4()


def at(hours: float) -> datetime:
    return (MIDNIGHT + timedelta(hours=hours)).astimezone(UTC)


def session(begin: float | None, end: float | None, wh: int = 10_000, tried: float | None = None) -> rules.SessionFact:
    return rules.SessionFact(
        location_id=PLACE,
        begun_at=None if begin is None else at(begin),
        ended_at=None if end is None else at(end),
        tried_at=at(tried if tried is not None else begin or 0),
        energy_wh=wh,
    )


def connector(evse: int = 1, since: float = -100, connector_id: UUID | None = None) -> rules.ConnectorFact:
    return rules.ConnectorFact(
        connector_id=connector_id or uuid4(), station_id=STATION, evse=evse, location_id=PLACE, since=at(since)
    )


def says(hours: float, status: str, one: rules.ConnectorFact | None = None) -> rules.StatusFact:
    return rules.StatusFact(
        station_id=STATION, connector_id=one.connector_id if one else None, at=at(hours), status=status
    )


def row(
    sessions: Any = (),
    connectors: Any = (),
    statuses: Any = (),
    *,
    earned: Any = (),
    now: float = 48,
    first: date = DAY,
    last: date = DAY,
) -> DailyRow:
    found = rules.figures(first, last, BERLIN, at(now), sessions, connectors, statuses, earned)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return found.row(first, PLACE, "Harbour", [(day, PLACE) for day in days], "EUR")


def test_nothing_at_all_has_no_shares() -> None:
    one = row()
    assert (one.sessions, one.energy_wh, one.revenue) == (0, 0, 0)
    assert one.utilisation is one.uptime is one.success is None


def test_sums_and_success_count_tries_on_the_day_they_ended() -> None:
    one = row(
        [
            session(8, 10),
            session(12, 12.2, wh=rules.SUCCESS_WH - 1),
            session(None, None, wh=0, tried=15),  # a start from the app that never began
            session(23, 25),  # ends on the next day
            session(-2, 1),  # began on the day before
            session(20, None),  # still running
        ]
    )
    assert (one.sessions, one.successful_sessions, one.success) == (4, 2, 0.5)
    assert one.energy_wh == 20_000 + rules.SUCCESS_WH - 1
    assert one.revenue == one.revenue_excl == 0


def test_revenue_counts_bills_and_corrections_on_the_day_they_were_written() -> None:
    def paper(hours: float, gross: str, net: str, place: UUID = PLACE) -> rules.EarnedFact:
        return rules.EarnedFact(location_id=place, written_at=at(hours), gross=Decimal(gross), net=Decimal(net))

    papers = [
        paper(0, "11.90", "10.00"),
        paper(23.99, "7.14", "6.00"),  # a reservation that nobody used
        paper(12, "-5.95", "-5.00"),  # a credit note
        paper(24, "100.00", "100.00"),  # the next day
        paper(-0.01, "100.00", "100.00"),  # the day before
        paper(12, "100.00", "100.00", uuid4()),  # elsewhere
    ]
    one = row(earned=papers)
    assert (one.revenue, one.revenue_excl, one.sessions) == (Decimal("13.09"), Decimal("11.00"), 0)


@pytest.mark.parametrize(
    ("plugs", "used"),
    [
        ([connector(1)], 6 / 24),
        ([connector(1), connector(2)], 6 / 48),
        ([connector(1, connector_id=uuid4()), connector(1, connector_id=uuid4())], 6 / 24),  # two plugs, one port
        ([connector(1, since=12)], 6 / 12),  # it came at noon
    ],
)
def test_utilisation_is_time_in_use_by_time_of_ports(plugs: list[rules.ConnectorFact], used: float) -> None:
    assert row([session(12, 16), session(22, 30)], plugs).utilisation == pytest.approx(used)


def test_a_day_that_goes_on_counts_until_now() -> None:
    assert row([session(6, None)], [connector()], now=12).utilisation == pytest.approx(0.5)


def test_uptime_counts_faults_and_lost_connections_once() -> None:
    one = connector()
    down = row(
        (), [one], [says(6, "faulted", one), says(12, "available", one), says(10, "offline"), says(16, "online")]
    )
    assert down.uptime == pytest.approx(14 / 24)


def test_an_outage_of_the_day_before_goes_on_until_something_else_is_told() -> None:
    one = connector()
    assert row((), [one], [says(-30, "unavailable", one), says(3, "available", one)]).uptime == pytest.approx(21 / 24)
    assert row((), [one], [says(-30, "faulted", one)]).uptime == 0


def test_not_knowing_and_being_in_use_are_no_outage() -> None:
    one = connector()
    states = ("unknown", "charging", "occupied", "suspended", "finishing", "reserved")
    assert row((), [one], [says(hour, state, one) for hour, state in enumerate(states)]).uptime == 1


def test_a_port_works_as_long_as_one_of_its_plugs_does() -> None:
    ccs, chademo = connector(), connector()
    half = [says(4, "faulted", ccs)]
    assert row((), [ccs, chademo], half).uptime == 1
    both = [*half, says(6, "faulted", chademo), says(9, "available", chademo)]
    assert row((), [ccs, chademo], both).uptime == pytest.approx(21 / 24)


def test_a_day_of_23_hours() -> None:
    spring = date(2026, 3, 29)
    begin, end = rules.day_edges(spring, BERLIN)
    assert end.timestamp() - begin.timestamp() == 23 * 3600
    noon = datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    parts = dict(rules.split_days(begin - timedelta(hours=1), noon, spring, spring, BERLIN))
    assert parts == {spring: timedelta(hours=11)}


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-1", "@me", "\tx"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert rules.spread(cell) == f"'{cell}"
    assert rules.spread("Harbour") == "Harbour"


# --- formulas with an authority: docs/figures.md ---------------------------------------------------------------

YEAR = date(2025, 1, 1)


def year_of(statuses: list[tuple[float, str]], power_w: int = 150_000) -> DailyRow:
    """A port in the whole of 2025 (UTC); `statuses`: (minute of the year, state)."""
    utc, begin = ZoneInfo("UTC"), datetime(2025, 1, 1, tzinfo=UTC)
    one = rules.ConnectorFact(
        connector_id=uuid4(), station_id=STATION, evse=1, location_id=PLACE, since=begin, power_w=power_w
    )
    told = [
        rules.StatusFact(
            station_id=STATION, connector_id=None if state in ("offline", "online") else one.connector_id,
            at=begin + timedelta(minutes=minute), status=state,
        )
        for minute, state in statuses
    ]  # fmt: skip
    end = date(2025, 12, 31)
    found = rules.figures(YEAR, end, utc, datetime(2026, 1, 1, tzinfo=UTC), [], [one], told)
    return found.row(YEAR, PLACE, "P", [(YEAR + timedelta(days=n), PLACE) for n in range(365)], "EUR")


@pytest.mark.parametrize("outage", [0, 1, 15_768, 100_000, 525_600])
def test_uptime_is_that_of_nevi(outage: int) -> None:
    """23 CFR 680.116(b), in percent of the 525,600 minutes of a year, without exclusions."""
    one = year_of([(0, "faulted"), (outage, "available")] if outage else [])
    assert one.uptime == pytest.approx((525_600 - outage) / 525_600)


@pytest.mark.parametrize(
    ("statuses", "reliable_minutes"),
    [
        ([], 525_600),
        ([(0, "faulted"), (5_256, "available")], 525_600 - 5_256),  # 99 %
        ([(0, "unavailable"), (5_256, "available")], 525_600 - 5_256),
        ([(0, "offline"), (9_000, "online")], 525_600),  # UNKNOWN counts as reliable
        ([(0, "reserved"), (9_000, "charging"), (19_000, "unknown")], 525_600),
    ],
)
def test_reliability_is_that_of_the_uk(statuses: list[tuple[float, str]], reliable_minutes: int) -> None:
    """Regulation 7: rapid ones alone, by the status that OCPI would show."""
    assert year_of(statuses).reliability == pytest.approx(reliable_minutes / 525_600)
    assert year_of(statuses, power_w=49_999).reliability is None


@pytest.mark.parametrize(("wh", "power_w", "load"), [(0, 11_000, 0), (132_000, 11_000, 0.5), (264_000, 11_000, 1)])
def test_load_is_energy_by_rated_power(wh: int, power_w: int, load: float) -> None:
    one = rules.ConnectorFact(
        connector_id=uuid4(), station_id=STATION, evse=1, location_id=PLACE, since=at(-100), power_w=power_w
    )
    assert row([session(1, 2, wh=wh)], [one]).load == pytest.approx(load)


@pytest.mark.parametrize(
    ("energies", "success"),
    [([], None), ([0], 0), ([100], 1), ([99, 100, 5000, 0], 0.5), ([9000] * 71 + [0] * 29, 0.71)],
)
def test_success_is_good_tries_by_all(energies: list[int], success: float | None) -> None:
    assert row([session(1, 2, wh=wh) for wh in energies]).success == (
        None if success is None else pytest.approx(success)
    )
