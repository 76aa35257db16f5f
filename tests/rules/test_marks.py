"""Repetitions are known by what they say; what says something else is none."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from backend.transactions.marks import fingerprint
from backend.transactions.model import Ended, Sample, Started, Updated

AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
BERLIN = AT.astimezone(timezone(timedelta(hours=2)))
START: dict[str, Any] = {"at": AT, "evse": 1, "id_token": "Card", "meter_wh": 1000}
EVENT: dict[str, Any] = {"at": AT, "ref": "tx-1", "seq_no": 0}
READ = [Sample(at=AT, energy_wh=1000)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Started(**START), Started(**START | {"at": BERLIN}), True),
        (Started(**START), Started(**START | {"at": AT.replace(tzinfo=None)}), True),
        (Started(**START), Started(**START | {"id_token": "CARD"}), True),
        (Started(**START), Started(**START | {"at": AT + timedelta(hours=1)}), False),
        (Started(**START), Started(**START | {"meter_wh": 1001}), False),
        (Ended(at=AT, number=7, meter_wh=5), Ended(at=BERLIN, number=7, meter_wh=5, reason="Local"), True),
        (Ended(at=AT, number=7, meter_wh=5), Ended(at=AT, number=7, meter_wh=6), False),
        (Updated(**EVENT), Updated(**EVENT, offline=True), True),
        (Updated(**EVENT), Updated(**EVENT | {"at": BERLIN}), True),
        (Updated(**EVENT), Updated(**EVENT, charging_state="charging"), False),
        (Updated(**EVENT), Updated(**EVENT, id_token="CARD"), False),
        (Updated(**EVENT), Updated(**EVENT, readings=READ), False),
        (Updated(**EVENT, readings=READ), Updated(**EVENT, readings=[Sample(at=BERLIN, energy_wh=1000)]), True),
        (Updated(**EVENT), Ended(**EVENT), False),
    ],
)
def test_the_same(one: Any, other: Any, same: bool) -> None:
    assert (fingerprint(one) == fingerprint(other)) is same


@pytest.mark.parametrize("hours", [-14, 14])
@pytest.mark.parametrize("day", [datetime(1, 1, 1, 12), datetime(9999, 12, 31, 12)])  # noqa: DTZ001  # the zone comes
def test_no_time_is_too_odd(day: datetime, hours: int) -> None:
    assert fingerprint(Started(**START | {"at": day.replace(tzinfo=timezone(timedelta(hours=hours)))}))
