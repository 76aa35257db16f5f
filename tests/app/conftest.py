"""A node that the app can reach."""

from collections.abc import AsyncIterator

import pytest

from tests.support.node import Node, running_node


@pytest.fixture
async def node(db: str) -> AsyncIterator[Node]:
    """With demo accounts offered, as after `make demo`; nothing in it but a tenant."""
    async with running_node(db, served=True, demo=True) as one:
        yield one
