"""A small world to test services in: a context on the test database, a tenant, people, a location, stations."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

from backend import wiring
from backend.bus.local import LocalBus
from backend.context import Context, ForAll, Handler
from backend.db.engine import DB
from backend.events import Event
from backend.settings import Settings
from tests.conftest import Clock

SECRET = "a secret of the tests, long enough for HS256"


def make_context(
    clock: Clock, handlers: Mapping[type[Event], tuple[Handler, ...]] | None = None, **settings: Any
) -> Context:
    """Its bus is not started: do so where a test needs it. Events that were emitted: see `emitted`."""
    return Context(settings=Settings(secret=SECRET, **settings), bus=LocalBus(), now=clock.now, handlers=handlers or {})


def handlers_of(room: ModuleType) -> dict[type[Event], tuple[Handler, ...]]:
    """What the program binds to events, as far as it belongs to one room (its service module)."""
    bound = {
        kind: tuple(
            one for one in handlers if (one.act if isinstance(one, ForAll) else one).__module__ == room.__name__
        )
        for kind, handlers in wiring.EVENTS.items()
    }
    return {kind: handlers for kind, handlers in bound.items() if handlers}


async def add_tenant(name: str = "Nord", currency: str = "EUR") -> UUID:
    tenant_id = uuid4()
    await DB.run(
        "INSERT INTO tenant (id, slug, name, currency) VALUES ($1, $2, $3, $4)",
        tenant_id,
        f"{name.lower()}-{tenant_id.hex[:6]}",
        name,
        currency,
    )
    return tenant_id


async def add_account(tenant_id: UUID, name: str = "Dana", role: str = "driver") -> UUID:
    account_id = uuid4()
    await DB.run(
        "INSERT INTO account (id, tenant, email, name, password_hash, role) VALUES ($1, $2, $3, $4, 'x', $5)",
        account_id,
        tenant_id,
        f"{name.lower()}-{account_id.hex[:6]}@example.com",
        name,
        role,
    )
    return account_id


async def add_location(
    tenant_id: UUID, name: str = "Harbour", *, latitude: float = 53.55, longitude: float = 9.99, city: str = "Hamburg"
) -> UUID:
    location_id = uuid4()
    await DB.run(
        """INSERT INTO location (id, tenant, name, address, postal_code, city, country, latitude, longitude, time_zone)
        VALUES ($1, $2, $3, 'Quay 1', '20457', $4, 'DE', $5, $6, 'Europe/Berlin')""",
        location_id,
        tenant_id,
        name,
        city,
        latitude,
        longitude,
    )
    return location_id


async def add_station(
    tenant_id: UUID,
    identity: str = "CP-1",
    *,
    location_id: UUID | None = None,
    registration: str = "accepted",
    online: bool = False,
    name: str = "",
) -> UUID:
    station_id = uuid4()
    await DB.run(
        """INSERT INTO charging_station (id, tenant, identity, name, location, registration, online, ocpp_version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, '1.6')""",
        station_id,
        tenant_id,
        identity,
        name,
        location_id,
        registration,
        online,
    )
    return station_id


async def add_connector(
    station_id: UUID,
    evse: int = 1,
    number: int = 1,
    *,
    status: str = "available",
    power_type: str = "AC",
    max_power_w: int = 22_000,
    tariff_id: UUID | None = None,
) -> UUID:
    connector_id = uuid4()
    await DB.run(
        """INSERT INTO connector (id, station, evse, number, status, power_type, max_power_w, tariff)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        connector_id,
        station_id,
        evse,
        number,
        status,
        power_type,
        max_power_w,
        tariff_id,
    )
    return connector_id


async def add_transaction(station_id: UUID, connector_id: UUID | None = None, **values: Any) -> UUID:
    """An active one unless `state` says otherwise; `values` are columns."""
    transaction_id = uuid4()
    row = {"id": transaction_id, "station": station_id, "connector": connector_id, "state": "active", **values}
    columns = ", ".join(row)
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await DB.run(
        f"""INSERT INTO transaction ({columns}, tenant)
        SELECT {marks}, tenant FROM charging_station WHERE id = ${len(row) + 1}""",
        *row.values(),
        station_id,
    )
    return transaction_id


@dataclass(frozen=True)
class Heard:
    """Events of a type in the order in which they were emitted, by `handlers`."""

    events: list[Event]

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if type(event) is kind]


def listening(*kinds: type[Event]) -> tuple[dict[type[Event], tuple[Handler, ...]], Heard]:
    """Handlers for `make_context` that keep every event of these kinds."""
    heard = Heard([])

    async def keep(_ctx: Context, _unit: object, event: Event) -> None:
        heard.events.append(event)

    return dict.fromkeys(kinds, (keep,)), heard
