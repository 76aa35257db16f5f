"""Sessions that nobody tells of for a while: where time has a price, their cost goes on all the same."""

from datetime import timedelta

from backend.context import Context
from backend.events import TransactionUpdated
from backend.tariffs import service as tariffs
from backend.tariffs.model import Dimension, Tariff
from backend.transactions import group_store, pricing, requests

SILENT = timedelta(seconds=60)
TOGETHER = 100


def grows_alone(tariff: Tariff) -> bool:
    """Whether a session costs more as time goes by, without a Wh."""
    timed = (Dimension.TIME, Dimension.PARKING_TIME)
    return any(one.type in timed and one.price for element in tariff.elements for one in element.price_components)


async def follow(ctx: Context) -> None:
    """Cron: what an app shows as the cost so far counts idle time also of a car that is full and of a station that is
    offline. A message that comes meanwhile knows better: its row stays."""
    kinds = {one: (await tariffs.get(ctx, one)).definition for one in await group_store.tariffs_running()}
    timed = [one for one, tariff in kinds.items() if grows_alone(tariff)]
    rows = await group_store.silent(timed, ctx.now() - SILENT) if timed else []
    for begin in range(0, len(rows), TOGETHER):
        some = rows[begin : begin + TOGETHER]
        before = {row["id"]: row["cost"] for row in some}
        await pricing.with_costs(ctx, some, due=True)
        async with ctx.unit() as unit:
            for row in some:
                if row["version"] is not None and row["cost"] != before[row["id"]]:
                    requests.tell(ctx, unit, TransactionUpdated, row, row["identity"])
