"""A whole node as `wattline serve` runs it, on an embedded PostgreSQL of its own that is removed afterwards."""

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from backend.bench import process
from backend.bench.protocol import UNREACHED
from backend.context import Context
from backend.db.embedded_host import free_port
from backend.db.engine import DB
from backend.main import database, node
from backend.process import event_loop, spare_the_collector
from backend.settings import Settings
from backend.tenants import service as tenants
from backend.transactions import flow_rules, grouping

PRICE = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.49"}, {"type": "TIME", "price": "1.20"}]}]}
"""Sessions have a running cost, as they do everywhere."""


SECRET = "of all nodes of a measurement, which only it can reach"


class Others(NamedTuple):
    """What a node shares with others: addresses, empty where it is alone."""

    database: str
    nats: str


PERSON = {"email": "bench@example.com", "password": "for-this-run-only"}


async def add_stations(ctx: Context, stations: int) -> None:
    """Accepted stations `B00000`… with one fast connector each, and a card for each."""
    tenant = await tenants.default(ctx)
    numbers = list(range(stations))
    await DB.run(
        "INSERT INTO tariff (tenant, name, currency, definition) VALUES ($1, 'Bench', 'EUR', $2)", tenant.id, PRICE
    )
    await DB.run(
        """INSERT INTO charging_station (id, tenant, identity, registration, created_at)
        SELECT gen_random_uuid(), $1, 'B' || lpad(n::text, 5, '0'), 'accepted', now() FROM unnest($2::int[]) AS n""",
        tenant.id,
        numbers,
    )
    await DB.run(
        """INSERT INTO connector (id, station, evse, number, power_type, max_power_w)
        SELECT gen_random_uuid(), id, 1, 1, 'DC', 350000 FROM charging_station WHERE tenant = $1""",
        tenant.id,
    )
    await DB.run(
        """INSERT INTO id_token (id, tenant, value, created_at)
        SELECT gen_random_uuid(), $1, 'BENCH' || lpad(n::text, 5, '0'), now() FROM unnest($2::int[]) AS n""",
        tenant.id,
        numbers,
    )


def _reading(at: datetime, wh: int) -> flow_rules.Point:
    return at, wh, 7000, 50, None, None, "charging", "Sample.Periodic", True, None, None, None


async def ingest(seconds: float, together: int) -> Any:
    """Readings a second into the table, so many in a statement and a commit, one connection."""
    rows, begun, at = 0, time.perf_counter(), datetime.now(UTC)
    transaction = uuid4()
    while time.perf_counter() - begun < seconds:
        points = [(transaction, *_reading(at + timedelta(microseconds=rows + n), 1000 + n)) for n in range(together)]
        await grouping.write(points)
        rows += together
    return {"rows": rows / (time.perf_counter() - begun)}


async def drained() -> Any:
    """Wait until no job is due or under way; how many seconds that took."""
    begun = time.perf_counter()
    due = "SELECT 1 FROM pgqueuer WHERE status = 'picked' OR (status = 'queued' AND execute_after <= now()) LIMIT 1"
    while await DB.run(due):  # noqa: ASYNC110 - in the database
        await asyncio.sleep(0.1)
    return {"seconds": time.perf_counter() - begun}


async def run_node(settings: Settings, url: str, core: str, stations: int, one_by_one: int) -> None:
    process.pin(core)
    async with node(settings, url) as ctx:
        if one_by_one:
            # Where several are under way at once, PostgreSQL may still flush their commits together.
            alone = partial(grouping.record_anew, ctx)
            ctx.groups.of(grouping.GROUP, alone, most_together=1, at_once=one_by_one)
        if not settings.database_url:
            await add_stations(ctx, stations)
        rows = await DB.run("SELECT pg_backend_pid() AS pid")
        postmaster = process.parent_of(rows[0]["pid"])
        spare_the_collector()

        async def usage() -> Any:
            return {**(await process.usage()), "database_cpu_s": process.family_cpu_s(postmaster)}

        async def settle() -> Any:
            return {**(await process.settle()), "database_rss": process.family_bytes(postmaster)}

        hello = {
            "port": settings.ocpp_port,
            "app": settings.app_url,
            "web": settings.port,
            "person": PERSON,
            "database": url,
        }
        await process.obey(hello, {"usage": usage, "settle": settle, "ingest": ingest, "drained": drained})


def run(core: str, stations: int, roles: tuple[str, ...], others: Others, *, one_by_one: int = 0) -> None:
    """Until the input ends. The database is kept off the server's core. `one_by_one`: a commit for each transaction
    message, so many at once."""
    process.keep_off(core)
    folder = Path(tempfile.mkdtemp(prefix="wattline-bench-"))
    folder.chmod(0o711)  # root's database server runs as another user
    try:
        settings = Settings(
            data_dir=folder / "data",
            port=free_port(),
            ocpp_port=free_port(),
            roles=roles,
            database_url=others.database,
            nats_url=others.nats,
            secret=SECRET,
            log_level="warning",
            station_rate=UNREACHED,
            admin_email=PERSON["email"],
            admin_password=PERSON["password"],
        )
        with database(settings) as url, asyncio.Runner(loop_factory=event_loop()) as runner:
            runner.run(run_node(settings, url, core, stations, one_by_one))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
