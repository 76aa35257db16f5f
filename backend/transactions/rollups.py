"""Jobs of the clock that keep readings small: partitions come and go, and rollups follow what stations reported."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from backend.context import Context
from backend.transactions import curves, rollup_store

QUARTER = timedelta(minutes=15)


def spans(quarters: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Quarters in the order of time as (begin, end) of those that follow each other."""
    begin = end = None
    for at in quarters:
        if at != end:
            if begin is not None and end is not None:
                yield begin, end
            begin = at
        end = at + QUARTER
    if begin is not None and end is not None:
        yield begin, end


async def roll_up(ctx: Context) -> None:
    """Cron: bring the rollups up to the newest reading. What came late changes its quarter, too, unless that quarter's
    other readings may be gone."""
    before = ctx.now() - timedelta(days=ctx.settings.reading_days)
    async with ctx.unit():
        if not await rollup_store.lock():
            return
        newest, quarters = await rollup_store.touched()
        for begin, end in spans([quarter for quarter in quarters if quarter >= before]):
            await rollup_store.add_up(begin, end)
        await rollup_store.note(newest)


async def keep_readings(ctx: Context) -> None:
    """Cron: readings are kept for WATTLINE_READING_DAYS, in whole months; bills, curves and rollups stay."""
    before = ctx.now() - timedelta(days=ctx.settings.reading_days)
    await curves.keep_before(before)  # each by itself: after an upgrade they may be many
    async with ctx.unit():
        await rollup_store.keep_partitions(before)
        await rollup_store.forget_updates(before)
