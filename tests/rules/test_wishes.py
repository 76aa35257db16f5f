"""What a car can still have until it leaves."""

import math
from datetime import timedelta
from typing import Any

import pytest

from backend.energy.core.grid import Series
from backend.sites import rules
from backend.sites.wish_rules import Able, possible_wh
from shared.said import in_language
from tests.rules.test_sites import EVSES, NOW, node, tree

BEGIN = NOW.timestamp()
LOAD = node("lift", "load", "grid", limit_a=20)


@pytest.mark.parametrize(
    ("station", "car", "fuse", "ahead", "heard", "wh"),
    [
        ({}, Able(3, 32), 40, (), {}, 13_800),  # the lift isn't heard: 20 A of 40
        ({}, Able(3, 32), 63, (), {}, 22_080),
        ({}, Able(3, 32), 40, (), {"lift": (4.0, 4.0, 15.0)}, 17_250),
        ({}, Able(1, 32), 63, (), {}, 7_360),  # a car of 7.4 kW
        ({}, Able(1, 32), 40, (), {"lift": (4.0, 4.0, 15.0)}, 7_360),
        ({}, Able(3, 16), 63, (), {}, 11_040),
        ({"efficiency": 0.9}, Able(3, 32), 63, (), {}, 19_872),
        ({}, Able(3, 32), 63, ((BEGIN, math.inf), (BEGIN + 1800, 6.9)), {"lift": (0.0,) * 3}, 11_040 + 3_450),
        ({}, Able(3, 32), 63, ((BEGIN, 2.0),), {"lift": (0.0,) * 3}, 0),  # below 6 A nothing flows
    ],
)
def test_what_is_known_of_the_car_and_the_site_counts(
    station: dict[str, Any], car: Able, fuse: float, ahead: Series, heard: dict[str, Any], wh: int
) -> None:
    nodes = [*tree(fuse, **station), LOAD]
    lane = rules.lanes(nodes, EVSES)[0]
    found = possible_wh(nodes, lane, car, heard, ahead, NOW, NOW + timedelta(hours=1))
    assert found == pytest.approx(wh, abs=5)
    assert possible_wh(nodes, lane, car, heard, ahead, NOW, NOW - timedelta(hours=1)) == 0


def test_the_answer_is_said_in_german() -> None:
    said = in_language("Until then at most 12.3 kWh are possible here.", "de")
    assert said == "Bis dahin sind hier höchstens 12,3 kWh möglich."
