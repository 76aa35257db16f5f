"""What may be asked for a reservation that is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.reservations.rules import How, how
from shared.reservations import ReservationState as State

END = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EXPIRED: dict[str, Any] = {"was": "held", "came": False, "own_wish": False, "usable": True, "now": END}


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        (State.EXPIRED, {}, How.EXPIRED),
        (State.EXPIRED, {"now": END + timedelta(seconds=30)}, How.EXPIRED),
        (State.EXPIRED, {"now": END - timedelta(seconds=50)}, How.EXPIRED),
        (State.EXPIRED, {"now": END - timedelta(minutes=5)}, How.VOID),
        (State.EXPIRED, {"usable": False}, How.VOID),
        (State.EXPIRED, {"was": "asked"}, How.VOID),
        (State.EXPIRED, {"came": True}, How.USED),
        (State.EXPIRED, {"came": True, "was": "asked", "usable": False}, How.USED),
        (State.CANCELLED, {"own_wish": True}, How.GIVEN_BACK),
        (State.CANCELLED, {"own_wish": True, "usable": False}, How.GIVEN_BACK),
        (State.CANCELLED, {}, How.VOID),
        (State.CANCELLED, {"own_wish": True, "was": "asked"}, How.VOID),
        (State.CANCELLED, {"own_wish": True, "came": True}, How.USED),
        (State.REMOVED, {"own_wish": True}, How.VOID),
        (State.REFUSED, {"was": "asked"}, How.VOID),
    ],
)
def test_how_a_reservation_ended(state: State, more: dict[str, Any], expected: How) -> None:
    assert how(state, **EXPIRED | {"expires_at": END} | more) is expected
