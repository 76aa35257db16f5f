"""A node with its job worker for each case."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.certificates import Authority
from tests.support.node import Node, running_node
from tests.support.secured import tls_settings


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


@pytest.fixture
def secured(tmp_path: Path) -> tuple[Authority, dict[str, Any]]:
    """An authority that everybody trusts, and the settings of a listener with a certificate of it."""
    return tls_settings(tmp_path)


@pytest.fixture
def root(secured: tuple[Authority, dict[str, Any]]) -> Authority:
    return secured[0]
