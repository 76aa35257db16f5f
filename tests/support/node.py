"""A whole node in the test's own loop: API, OCPP listener and, where a test wants it, the job worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from backend import main, wiring
from backend.accounts import service as accounts
from backend.bus.local import LocalBus
from backend.context import Context, utc_now
from backend.ocpp.listener import Listener
from backend.settings import Settings
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.tenants import service as tenants
from shared.accounts import Role, Tokens
from tests import world
from tests.support.apps import create_app
from tests.support.scripted_station import ScriptedStation, station
from tests.support.web import WebServer

PASSWORD = "a-password-of-16-chars"


class Node:
    """`client(role)` speaks to it without a server between; `url` is where a served one answers. `ocpp_url` takes the
    identity behind it."""

    def __init__(self, ctx: Context, app: Any, listener: Listener, tenant_id: UUID) -> None:
        self.ctx = ctx
        self.app = app
        self.listener = listener
        self.tenant_id = tenant_id
        self.web = WebServer(app)
        self._stack = AsyncExitStack()

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.listener.port}/ocpp"

    @property
    def url(self) -> str:
        return self.web.url

    async def tokens(self, role: Role, email: str | None = None) -> Tokens:
        """Those of a new account; its password is PASSWORD."""
        email = email or f"{role}-{uuid4().hex[:6]}@example.com"
        await accounts.add(self.ctx, self.tenant_id, email=email, password=PASSWORD, name=str(role), role=role)
        return await accounts.sign_in(self.ctx, email, PASSWORD)

    async def client(self, role: Role = Role.OPERATOR, email: str | None = None) -> httpx.AsyncClient:
        tokens = await self.tokens(role, email)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport,
            base_url="http://test",
            headers={"Authorization": f"Bearer {tokens.access_token}"},
            timeout=30,
        )
        return await self._stack.enter_async_context(client)

    async def add_station(self, identity: str, *, connectors: int = 1, tariff_id: UUID | None = None) -> list[UUID]:
        """An accepted station without a password; its connectors' ids."""
        location_id = await world.add_location(self.tenant_id)
        station_id = await world.add_station(self.tenant_id, identity, location_id=location_id)
        return [await world.add_connector(station_id, evse, tariff_id=tariff_id) for evse in range(1, connectors + 1)]

    async def add_tariff(self, **prices: Any) -> UUID:
        """By default 0.40 for each kWh, no VAT. `components` are its prices, all else parts of the tariff."""
        components = prices.pop("components", None) or [{"type": "ENERGY", "price": "0.40"}]
        said = {"elements": [{"price_components": components}]} | prices
        definition = msgspec.convert(said, Tariff, strict=False)
        return await tariffs.add(self.ctx, self.tenant_id, "Test", definition)

    @asynccontextmanager
    async def booted(self, identity: str, version: str = "1.6") -> AsyncIterator[ScriptedStation]:
        """A connected station that has booted and answered what Wattline asks after a boot."""
        async with station(self.ocpp_url, identity, version=version) as one:
            if version == "1.6":
                boot = {"chargePointVendor": "Test", "chargePointModel": "One"}
                asked = "GetConfiguration"
            else:
                boot = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
                asked = "GetBaseReport"
            answer = await one.call("BootNotification", boot)
            assert answer["status"] == "Accepted", answer
            message_id, _payload = await one.expect_call(asked)
            await one.answer_error(message_id, "NotSupported")
            yield one


@asynccontextmanager
async def running_node(
    database_url: str, *, clock: Any = None, worker: bool = False, served: bool = False, **settings: Any
) -> AsyncIterator[Node]:
    """On a connected, empty test database (fixture `db`). `served`: also on a real port, `node.url`."""
    bus = LocalBus()
    chosen = Settings(secret=world.SECRET, ocpp_port=0, **settings)
    ctx = Context(settings=chosen, bus=bus, now=clock.now if clock else utc_now, handlers=wiring.EVENTS)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(bus)
        tenant = await tenants.ensure(ctx, name="Test", time_zone="Europe/Berlin")
        app = create_app(ctx)
        await stack.enter_async_context(_lifespan(app))
        if worker:
            one = main.make_worker(ctx, database_url)
            task = asyncio.get_running_loop().create_task(one.run())
            stack.push_async_callback(asyncio.gather, task, return_exceptions=True)
            stack.push_async_callback(one.stop)
        listener = await stack.enter_async_context(Listener(ctx, "test").open())
        node = Node(ctx, app, listener, tenant.id)
        stack.push_async_callback(node._stack.aclose)
        if served:
            await node.web.start()
        stack.push_async_callback(node.web.stop)
        yield node


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """In a task of its own: pytest-asyncio leaves a fixture in another task than it entered it, anyio forbids that."""
    ready, done = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            ready.set()
            await done.wait()

    task = asyncio.get_running_loop().create_task(live())
    waiting = asyncio.get_running_loop().create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        done.set()
        await task
