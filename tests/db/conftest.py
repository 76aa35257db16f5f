"""Databases that tests of the database itself may break."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from tests import database


@pytest.fixture
async def empty_database(pg_url: str) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    name = f"empty_{uuid4().hex}"
    admin = await asyncpg.connect(pg_url)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield database.address(pg_url, name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
