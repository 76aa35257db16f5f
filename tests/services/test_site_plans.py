"""Which plan of a site makes another one needless."""

import asyncio
import contextvars

from backend.db.engine import DB
from backend.sites import plan_store


async def test_a_plan_knows_only_what_was_committed_when_it_looked(db: None) -> None:
    async with DB.transaction():
        number = await plan_store.transaction_number()
        # Younger than the wish, and still blind to it: what it is about isn't committed.
        younger = await asyncio.create_task(plan_store.snapshot(), context=contextvars.Context())
    assert not await plan_store.was_seen(number, younger)
    assert await plan_store.was_seen(number, await plan_store.snapshot())
    assert not await plan_store.was_seen(number, None)
