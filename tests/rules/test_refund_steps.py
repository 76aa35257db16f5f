"""Our refunds against the provider's own list of them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backend.payments.providers.base import Returned
from backend.payments.refund_rules import Do, Known, room, steps

OURS = UUID(int=1)


def known(state: str, reference: str = "", amount: str = "4") -> Known:
    return Known(id=OURS, key="k1", reference=reference, amount=Decimal(amount), state=state)


def told(reference: str, alive: bool = True, key: str = "", amount: str = "4") -> Returned:
    return Returned(reference=reference, key=key, amount=Decimal(amount), alive=alive)


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted", "left"),
    [
        ([], [], [], 0),
        ([known("pending")], [], [], 0),
        ([known("pending")], [told("r1", key="k1")], [(Do.DONE, OURS)], 0),
        ([known("pending")], [told("r1", False, "k1")], [(Do.FAILED, OURS)], 0),
        ([known("done", "r1")], [told("r1", key="k1")], [], 0),
        ([known("done", "r1")], [told("r1", False, "k1")], [(Do.CAME_BACK, OURS)], 0),
        ([known("failed", "r1")], [told("r1", False, "k1")], [], 0),
        ([known("failed", "r1")], [told("r1", key="k1")], [], 0),
        ([], [told("r2")], [(Do.BOOK, None)], 4),
        ([], [told("r2", False)], [(Do.NOTE, None)], 0),
        ([known("pending")], [told("r2")], [(Do.BOOK, None)], 4),
        ([known("done", "r1")], [told("r1", key="k1"), told("r2", amount="3")], [(Do.BOOK, None)], 3),
        # From before refunds made at the provider were kept with their names.
        ([known("done")], [told("r2")], [(Do.NAME, OURS)], 0),
        ([known("done", amount="7")], [told("r2"), told("r3", amount="3")], [(Do.BOOK, None)] * 2, 0),
    ],
)  # fmt: skip
def test_what_the_list_means(
    ours: list[Known], theirs: list[Returned], wanted: list[tuple[Any, Any]], left: int
) -> None:
    assert [(one.do, one.refund) for one in steps(ours, theirs)] == wanted
    assert room(ours, theirs) == left
