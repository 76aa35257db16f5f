"""Which plan of a site makes another one needless."""

import asyncio
import contextvars

from backend.db.engine import DB
from backend.sites import store


async def test_a_plan_knows_only_what_was_committed_when_it_looked(db: None) -> None:
    async with DB.transaction():
        number = await store.transaction_number()
        # Younger than the wish, and still blind to it: what it is about isn't committed.
        younger = await asyncio.create_task(store.snapshot(), context=contextvars.Context())
    assert not await store.was_seen(number, younger)
    assert await store.was_seen(number, await store.snapshot())
    assert not await store.was_seen(number, None)
