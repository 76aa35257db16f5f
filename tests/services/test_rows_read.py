"""What a message costs doesn't grow with what else runs: it reads its own rows, whatever was planned before."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db.engine import DB, transaction
from backend.transactions import group_store, remembered_store
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")

OTHERS = 400
FEW = 8
QUIET = 8
"""So often a statement is planned anew before the database may keep one plan for all."""


async def read() -> int:
    """Rows of sessions that were read in this database transaction."""
    rows = await DB.run(
        "SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_xact_user_tables WHERE relname = 'transaction'"
    )
    return rows[0]["n"]


async def past(station: UUID) -> None:
    """A quiet hour, which the database knows: much has ended, and only one session runs."""
    await add(station, "ended", 1)
    await DB.run("ANALYZE transaction")


async def add(station: UUID, state: str, first: int) -> None:
    await DB.run(
        """INSERT INTO transaction (id, tenant, station, state, evse, number)
        SELECT gen_random_uuid(), s.tenant, s.id, $2, 1, $3 + n
        FROM charging_station s, generate_series(1, $4) AS n WHERE s.id = $1""",
        station,
        state,
        first * 10_000,
        OTHERS,
    )


@pytest.mark.parametrize("which", ["look", "write", "pauses"])
async def test_a_message_reads_its_own_rows(clock: Clock, which: str) -> None:
    tenant = await world.add_tenant()
    station, elsewhere = await world.add_station(tenant, "CP-1"), await world.add_station(tenant, "CP-2")
    session = await world.add_transaction(
        station, await world.add_connector(station), evse=1, number=7, begun_at=clock.now(), id_token=uuid4().hex
    )

    async def write() -> Any:
        rows = await DB.run("SELECT *, xmin AS version FROM transaction WHERE id = $1", session)
        return await remembered_store.write(rows, [(station, "", None, clock.now())], [], clock.now())

    work: dict[str, Callable[[], Awaitable[Any]]] = {
        "look": lambda: group_store.running([(0, station, None, 7)]),
        "write": write,
        "pauses": lambda: group_store.charging([(0, station, 1)]),
    }
    once = work[which]
    async with transaction():
        await past(elsewhere)
        for _ in range(QUIET):
            assert await once()
        await add(elsewhere, "active", 2)
        before = await read()
        assert await once()
        assert await read() - before <= FEW
