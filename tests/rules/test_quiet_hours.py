"""Quiet hours over midnight and over the days on which clocks change: for messages and for playbooks alike."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.notify import rules as notify
from backend.remedies import rules as remedies
from shared.notify import Wishes
from shared.operations import Severity

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
MINUTES = st.integers(0, 2 * 24 * 60)
CLOCKS = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))


def held(begins: str, ends: str, now: datetime) -> datetime | None:
    found = notify.hold_until(Wishes(quiet_from=begins, quiet_to=ends), Severity.WARNING, now, BERLIN)
    return None if found is None else found[1]


@given(st.sampled_from([SPRING, AUTUMN]), MINUTES, CLOCKS, CLOCKS)
def test_what_is_held_is_let_go_when_it_is_quiet_no_more(day: datetime, after: int, begins: str, ends: str) -> None:
    # Where all that is not quiet lies in the hour that clocks skip, there is no such moment on that day.
    assume(not all("02:00" <= one < "03:00" for one in (begins, ends)))
    now = day + timedelta(minutes=after)
    until = held(begins, ends, now)
    quiet = remedies.quiet(begins, ends, now, BERLIN)
    assert (until is not None) is quiet
    if until is None:
        return
    assert now < until <= now + timedelta(hours=25)
    assert held(begins, ends, until) is None
    assert remedies.quiet_end(ends, now, BERLIN) == until
    assert not remedies.quiet(begins, ends, until, BERLIN)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # over midnight, in winter
        (datetime(2026, 1, 10, 22, 30, tzinfo=UTC), datetime(2026, 1, 11, 6, 0, tzinfo=UTC)),
        (datetime(2026, 1, 10, 3, 0, tzinfo=UTC), datetime(2026, 1, 10, 6, 0, tzinfo=UTC)),
        # the night that is an hour shorter, and the one that is an hour longer
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        (datetime(2026, 1, 10, 12, 0, tzinfo=UTC), None),
    ],
)
def test_nights(now: datetime, until: datetime | None) -> None:
    assert held("22:00", "07:00", now) == until
