"""Three nodes as processes of their own, one PostgreSQL and one NATS server that can really be stopped."""

import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from backend.db.embedded import EmbeddedPostgres
from tests import world
from tests.database import FAST
from tests.support.cable import Cable
from tests.support.nats import NatsServer
from tests.support.program import Program

ADMIN = {"WATTLINE_ADMIN_EMAIL": "ada@example.com", "WATTLINE_ADMIN_PASSWORD": "correct horse battery"}
DRAIN_S = 3


class Cluster:
    """Two nodes that hold sockets, and one that serves people and runs the jobs, too.

    Between the first one and the others are cables that can be cut: `one_nats`, `one_database`, and `front`, which is
    another way for stations to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # What is committed outlives a killed server, as everywhere but in the other tests.
        self.postgres = EmbeddedPostgres(folder / "data", options=FAST | {"synchronous_commit": "on"})
        self.database_url = self.postgres.start()
        self.nats = NatsServer(folder)
        self.nats.start()
        self.one, self.two, self.web = (
            self._node(*roles) for roles in (("ocpp",), ("ocpp",), ("ocpp", "web", "worker"))
        )
        self.one_nats = Cable(self.nats.port)
        port = urlsplit(self.database_url).port
        assert port
        self.one_database = Cable(port)
        self.front = Cable(self.one.ocpp_port)
        self.one.settings |= {
            "NATS_URL": f"nats://127.0.0.1:{self.one_nats.port}",
            "DATABASE_URL": self.database_url.replace(f":{port}/", f":{self.one_database.port}/"),
        }
        with ThreadPoolExecutor() as pool:
            list(pool.map(Program.start, self.nodes))
        body = {"email": ADMIN["WATTLINE_ADMIN_EMAIL"], "password": ADMIN["WATTLINE_ADMIN_PASSWORD"]}
        self.token = httpx.post(f"{self.web.url}/api/v1/auth/sign-in", json=body).json()["access_token"]

    def _node(self, *roles: str) -> Program:
        one = Program(self.folder / f"node-{uuid4().hex[:6]}", "serve", "--roles", ",".join(roles))
        one.forked = True
        one.settings = {
            "DATABASE_URL": self.database_url,
            "NATS_URL": self.nats.url,
            "WATTLINE_SECRET": world.SECRET,
            "WATTLINE_DRAIN": str(DRAIN_S),
            "WATTLINE_POOL_MAX": "5",
            **({} if "web" in roles else {"WATTLINE_HEALTH_PORT": str(one.port)}),
            **ADMIN,
        }
        return one

    @property
    def nodes(self) -> tuple[Program, ...]:
        return (self.one, self.two, self.web)

    def kill_database(self) -> None:
        """Its children are gone a moment later; it is started again by itself."""
        location = self.folder / "data" / "postgres" / "cluster" / "postmaster.pid"
        os.kill(int(location.read_text().split("\n", 1)[0]), signal.SIGKILL)

    def close(self) -> None:
        for node in self.nodes:
            node.kill()
        for cable in (self.one_nats, self.one_database, self.front):
            cable.close()
        self.nats.stop()
        self.postgres.stop()

    def api(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.web.url, headers=headers, timeout=20)

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def ready(self, node: Program) -> dict[str, Any]:
        """What it says; `status_code` 0 where it says nothing."""
        try:
            async with httpx.AsyncClient(timeout=5, verify=False) as client:  # certificates take long to load
                answer = await client.get(f"{node.url}/health/ready")
        except httpx.TransportError:
            return {"status_code": 0}
        return {"status_code": answer.status_code, **answer.json()["checks"]}


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="wattline-cluster-"))
    folder.chmod(0o711)  # root's database server runs as another user
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.close()
