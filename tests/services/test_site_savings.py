"""What a site's month came to, from the registers of its sessions."""

from datetime import UTC, datetime, timedelta

from backend.db.engine import DB
from backend.sites import past_store
from tests import world


async def test_energy_is_spread_over_the_time_in_which_it_was_drawn(db: str) -> None:
    """A meter that tells every 40 minutes makes no peak: each quarter gets its share, and nothing is lost."""
    began = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    station_id = await world.add_station(await world.add_tenant(), "CP")
    session = await world.add_transaction(station_id, begun_at=began)
    for minutes, register in ((0, 1000), (40, 9000), (60, 9000)):
        await DB.run(
            "INSERT INTO transaction_reading (transaction, at, energy_wh, trusted) VALUES ($1, $2, $3, true)",
            session,
            began + timedelta(minutes=minutes),
            register,
        )
    told = {row["at"]: round(row["wh"]) for row in await past_store.energies([session])}
    eight = began - timedelta(minutes=5)
    assert told == {eight: 2000, eight + timedelta(minutes=15): 3000, eight + timedelta(minutes=30): 3000}
