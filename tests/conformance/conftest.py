"""A node with its job worker for each case."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.node import Node, running_node


@pytest.fixture
def node_settings() -> dict[str, Any]:
    return {}


@pytest.fixture
async def node(db: str, node_settings: dict[str, Any]) -> AsyncIterator[Node]:
    async with running_node(db, worker=True, **node_settings) as one:
        yield one


@pytest.fixture
async def operator(node: Node) -> httpx.AsyncClient:
    return await node.client()
