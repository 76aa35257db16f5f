import pytest

from app.operator.route_edit import days_told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([0, 1, 2, 3, 4], "Mon–Fri"),
        ([6, 5], "Sat, Sun"),
        ([0, 2, 3, 4, 6], "Mon, Wed–Fri, Sun"),
        ([0, 1, 2, 3, 4, 5, 6], "Mon–Sun"),
        ([3], "Thu"),
    ],
)
def test_days_of_a_route_are_told_as_spans(days: list[int], told: str) -> None:
    assert days_told(days, str) == told
