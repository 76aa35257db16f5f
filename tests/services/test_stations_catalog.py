"""Lists and pages of stations and locations, as operators and drivers see them."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import StationChanged
from backend.stations import catalog, rules, service
from shared.stations import ConnectorStatus, PowerType, Registration, StationChange, StationNew
from tests import world
from tests.conftest import Clock
from tests.support.frames import FrameLine, rows_of

pytestmark = pytest.mark.usefixtures("db")

TARIFF = '{"currency": "EUR", "elements": [{"price_components": [{"type": "ENERGY", "price": "%s", "vat": "19"}]}]}'


async def add_tariff(tenant_id: UUID, price: str) -> UUID:
    tariff_id = uuid4()
    await DB.run(
        "INSERT INTO tariff (id, tenant, name, currency, definition) VALUES ($1, $2, 'T', 'EUR', $3)",
        tariff_id,
        tenant_id,
        TARIFF % price,
    )
    return tariff_id


async def identities(ctx: object, tenant_id: UUID, **choice: object) -> list[str]:
    rows, _ = await catalog.stations(ctx, tenant_id, **choice)  # type: ignore[arg-type]
    return [row.identity for row in rows]


# --- stations ----------------------------------------------------------------------------------------


async def test_a_row_tells_what_is_going_on(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, online=True, name="Left")
    busy = await world.add_connector(station_id, 1, status="charging")
    await world.add_connector(station_id, 2, status="available")
    ended = await world.add_transaction(station_id, busy, state="ended", power_w=5000)
    active = await world.add_transaction(station_id, busy, power_w=7400, begun_at=clock.now())
    await DB.run(
        """INSERT INTO incident (id, tenant, station, rule, severity, state, title)
        SELECT gen_random_uuid(), $1, $2, state, 'warning', state, 't' FROM unnest(ARRAY['open', 'closed']) state""",
        tenant_id,
        station_id,
    )
    [row], following = await catalog.stations(ctx, tenant_id)
    assert following is None
    assert (row.identity, row.name, row.location, row.status) == ("CP-1", "Left", "Harbour", "charging")
    assert (row.power_w, row.open_incidents, row.online) == (7400, 1, True)
    assert [(one.label, one.status, one.transaction_id) for one in row.connectors] == [
        ("1", "charging", str(active)),
        ("2", "available", None),
    ]
    assert str(ended) not in str(row)
    assert await catalog.station_rows(ctx, tenant_id, [station_id, uuid4()]) == [row]


async def test_nothing_is_known_of_an_offline_station(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id, online=False)
    connector_id = await world.add_connector(station_id, status="charging")
    await world.add_transaction(station_id, connector_id, power_w=7400)
    [row], _ = await catalog.stations(ctx, tenant_id)
    assert (row.status, row.connectors[0].status, row.power_w) == ("offline", "offline", 0)


async def test_the_status_in_the_list_is_what_the_rule_says(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    reported = list(rules.WORST_FIRST)
    for number, (one, other) in enumerate((one, other) for one in reported for other in reported):
        station_id = await world.add_station(tenant_id, f"CP-{number}", online=number % 10 != 0)
        await world.add_connector(station_id, 1, status=one)
        await world.add_connector(station_id, 2, status=other)
    await world.add_station(tenant_id, "NONE", online=True)
    rows, _ = await catalog.stations(ctx, tenant_id, sort="status")
    stored = await DB.run(
        "SELECT s.identity, s.online, c.status FROM charging_station s LEFT JOIN connector c ON c.station = s.id"
    )
    for row in rows:
        statuses = [one["status"] for one in stored if one["identity"] == row.identity and one["status"]]
        assert row.status == rules.worst_status(row.online, statuses)
    ranks = [rules.STATION_ORDER.index(row.status) for row in rows]
    assert ranks == sorted(ranks)
    for status in ConnectorStatus:
        chosen = await identities(ctx, tenant_id, status=status)
        assert sorted(chosen) == sorted(row.identity for row in rows if row.status is status)


async def test_search_and_filters(clock: Clock) -> None:
    ctx, tenant_id, stranger = world.make_context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    north = await world.add_location(tenant_id, "North Pier")
    await world.add_station(tenant_id, "CP-1", location_id=north, online=True)
    await world.add_station(tenant_id, "CP_2", name="100% green", registration="pending")
    await world.add_station(tenant_id, "AB-3")
    await world.add_station(stranger, "FOREIGN-1")
    assert await identities(ctx, tenant_id) == ["AB-3", "CP-1", "CP_2"]
    assert await identities(ctx, tenant_id, search="cp") == ["CP-1", "CP_2"]
    assert await identities(ctx, tenant_id, search="cp_") == ["CP_2"]
    assert await identities(ctx, tenant_id, search="100%") == ["CP_2"]
    assert await identities(ctx, tenant_id, search=" pier ") == ["CP-1"]
    assert await identities(ctx, tenant_id, location_id=north) == ["CP-1"]
    assert await identities(ctx, tenant_id, registration=Registration.PENDING) == ["CP_2"]
    assert await identities(ctx, tenant_id, status=ConnectorStatus.UNKNOWN) == ["CP-1"]
    assert await identities(ctx, tenant_id, search="FOREIGN") == []
    with pytest.raises(InvalidInput):
        await identities(ctx, tenant_id, sort="colour")


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in catalog.view_store.SORTS for sign in ("", "-")])
async def test_pages_of_every_sort_hold_everything_once(clock: Clock, sort: str) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    places = [await world.add_location(tenant_id, name) for name in ("B", "a")]
    for number in range(11):
        station_id = await world.add_station(
            tenant_id, f"CP-{number}", name=f"Same {number % 3}", location_id=places[number % 2], online=number % 4 != 0
        )
        connector_id = await world.add_connector(station_id, status=rules.WORST_FIRST[number % 5])
        await world.add_transaction(station_id, connector_id, power_w=number % 3 * 1000)
        if number % 2:
            await service.seen(ctx, {station_id: clock.advance(seconds=1)})
    whole = await identities(ctx, tenant_id, sort=sort)
    assert len(set(whole)) == 11
    paged: list[str] = []
    after = None
    while True:
        rows, after = await catalog.stations(ctx, tenant_id, sort=sort, after=after, limit=3)
        assert len(rows) <= 3
        paged += [row.identity for row in rows]
        if after is None:
            break
    assert paged == whole
    if sort.startswith("-"):
        assert whole == list(reversed(await identities(ctx, tenant_id, sort=sort[1:])))


async def test_an_operator_enters_changes_and_decides(clock: Clock) -> None:
    tenant_id, stranger = await world.add_tenant(), await world.add_tenant("Sued")
    handlers, heard = world.listening(StationChanged)
    ctx = world.make_context(clock, handlers)
    location_id, foreign = await world.add_location(tenant_id), await world.add_location(stranger, "Far")
    made = await catalog.add(
        ctx, tenant_id, StationNew(identity="NEW 1", name=" Left ", location_id=str(location_id), password="x" * 16)
    )
    assert (made.row.registration, made.row.name, made.row.location) == ("accepted", "Left", "Harbour")
    assert (made.security, made.address) == ("Password", "Quay 1, 20457 Hamburg")
    assert not (await service.admit(ctx, "NEW 1", "y" * 16)).allowed
    with pytest.raises(Conflict):
        await catalog.add(ctx, stranger, StationNew(identity="NEW 1"))
    for location in (str(foreign), "nonsense"):
        with pytest.raises(InvalidInput):
            await catalog.add(ctx, tenant_id, StationNew(identity="NEW 2", location_id=location))
    with pytest.raises(InvalidInput):
        await catalog.add(ctx, tenant_id, StationNew(identity=" padded "))

    changed = await catalog.change(ctx, tenant_id, "NEW 1", StationChange(name="Right", password="z" * 16))
    assert (changed.row.name, changed.row.location) == ("Right", "Harbour")
    assert (await service.admit(ctx, "NEW 1", "z" * 16)).allowed
    gone = await catalog.change(ctx, tenant_id, "NEW 1", StationChange(location_id=""))
    assert (gone.row.location_id, gone.row.name) == (None, "Right")

    rejected = await catalog.decide(ctx, tenant_id, "NEW 1", Registration.REJECTED)
    assert rejected.row.registration is Registration.REJECTED
    assert (await service.admit(ctx, "NEW 1", "z" * 16)).reason == "rejected"
    before = len(heard.events)
    await catalog.decide(ctx, tenant_id, "NEW 1", Registration.REJECTED)
    await catalog.change(ctx, tenant_id, "NEW 1", StationChange())
    assert len(heard.events) == before == 4
    for nobody in (catalog.station_detail, catalog.find):
        with pytest.raises(NotFound):
            await nobody(ctx, stranger, "NEW 1")
    with pytest.raises(NotFound):
        await catalog.change(ctx, stranger, "NEW 1", StationChange(name="Mine"))


async def test_the_log_goes_back_page_by_page_and_on_from_a_frame(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    station_id, other = await world.add_station(tenant_id), await world.add_station(tenant_id, "CP-2")
    lines = [
        FrameLine(
            station_id=station_id if number % 4 else other,
            at=clock.now(),
            direction="in" if number % 2 else "out",
            kind="call",
            action="Heartbeat" if number % 3 else "Reset",
            payload=f"[{number}]",
            size=3,
        )
        for number in range(20)
    ]
    await service.log_frames(ctx, rows_of(lines))
    first, key = await catalog.frames(ctx, station_id, limit=10)
    rest, end = await catalog.frames(ctx, station_id, before=key, limit=10)
    assert [frame.payload for frame in (*first, *rest)] == [f"[{n}]" for n in range(19, 0, -1) if n % 4]
    assert end is None
    newer, _ = await catalog.frames(ctx, station_id, since=int(first[2].id))
    assert newer == first[:2]
    chosen, _ = await catalog.frames(ctx, station_id, direction="in", action="Reset")
    assert [frame.payload for frame in chosen] == ["[15]", "[9]", "[3]"]


async def test_configuration_in_pages(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    reports = [
        service.VariableReport(component=component, name=f"N{number}", evse=evse, value="v")
        for component in ("", "EVSE")
        for number in range(3)
        for evse in (0, 1)
    ]
    await service.store_variables(ctx, station_id, reports)
    seen, after = [], None
    while True:
        page, after = await catalog.variables(ctx, station_id, after, 5)
        seen += [(one.component, one.name, one.evse) for one in page]
        if after is None:
            break
    expected = sorted((one.component, one.name, one.evse) for one in reports)
    assert seen == [(component, name, evse or None) for component, name, evse in expected]


# --- locations ---------------------------------------------------------------------------------------


async def test_nearest_first_with_what_is_free_and_what_it_costs(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    dear, cheap = await add_tariff(tenant_id, "0.50"), await add_tariff(tenant_id, "0.40")
    far = await world.add_location(tenant_id, "Far", latitude=52.52, longitude=13.405, city="Berlin")
    near = await world.add_location(tenant_id, "Near")
    empty = await world.add_location(tenant_id, "Empty")
    station_id = await world.add_station(tenant_id, "A", location_id=near, online=True)
    await world.add_connector(station_id, 1, tariff_id=dear)
    await world.add_connector(station_id, 2, status="charging", power_type="DC", max_power_w=150_000, tariff_id=cheap)
    await world.add_connector(station_id, 3, status="faulted")
    offline = await world.add_station(tenant_id, "B", location_id=near)
    await world.add_connector(offline, 1)
    await world.add_connector(await world.add_station(tenant_id, "C", location_id=far, online=True))
    pending = await world.add_station(tenant_id, "D", location_id=empty, registration="pending")
    await world.add_connector(pending)

    found, _ = await catalog.locations(ctx, tenant_id, latitude=53.55, longitude=9.99)
    assert [one.name for one in found] == ["Near", "Far"]
    assert found[0].distance_m == 0
    assert found[1].distance_m == pytest.approx(255_000, rel=0.01)  # Hamburg to Berlin as the crow flies
    here = found[0]
    assert (here.availability.total, here.availability.available) == (4, 1)
    assert (here.availability.in_use, here.availability.out_of_order) == (1, 2)
    assert (here.max_power_w, here.power_types) == (150_000, [PowerType.AC, PowerType.DC])
    assert here.price_from is not None
    assert (here.price_from.tariff_id, here.price_from.energy) == (str(cheap), Decimal("0.476"))
    assert found[1].price_from is not None
    assert found[1].price_from.tariff_id == str(dear)  # without a tariff of its own: the operator's first

    by_name, _ = await catalog.locations(ctx, tenant_id)
    assert [(one.name, one.distance_m) for one in by_name] == [("Far", None), ("Near", None)]
    assert [one.name for one in (await catalog.locations(ctx, tenant_id, power_type=PowerType.DC))[0]] == ["Near"]
    assert [one.name for one in (await catalog.locations(ctx, tenant_id, search="berl"))[0]] == ["Far"]
    await DB.run("UPDATE connector SET status = 'charging' WHERE status = 'available' AND evse = 1")
    assert (await catalog.locations(ctx, tenant_id, available=True))[0] == []
    assert await catalog.location_summaries(ctx, tenant_id, [empty, uuid4()]) == []


async def test_pages_of_locations_near_and_by_name(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    for number in range(7):
        location_id = await world.add_location(tenant_id, f"L{number % 3}", latitude=53 + number // 2)
        await world.add_connector(await world.add_station(tenant_id, f"CP-{number}", location_id=location_id))
    for place in ({}, {"latitude": 53.0, "longitude": 9.99}):
        whole, _ = await catalog.locations(ctx, tenant_id, **place)
        paged, after = [], None
        while True:
            page, after = await catalog.locations(ctx, tenant_id, **place, after=after, limit=2)
            paged += page
            if after is None:
                break
        assert paged == whole
        assert len({one.id for one in whole}) == 7


async def test_a_location_page_for_drivers(clock: Clock) -> None:
    ctx, tenant_id, stranger = world.make_context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, online=True)
    tariff_id = await add_tariff(tenant_id, "0.40")
    first = await world.add_connector(station_id, 1, status="charging", tariff_id=tariff_id)
    second = await world.add_connector(station_id, 2)
    await world.add_transaction(station_id, first, begun_at=clock.now() - timedelta(hours=1))
    await world.add_station(tenant_id, "PENDING", location_id=location_id, registration="pending")
    page = await catalog.location_detail(ctx, tenant_id, location_id)
    assert [station.identity for station in page.stations] == ["CP-1"]
    assert [one.transaction_id for one in page.stations[0].connectors] == [None, None]  # nobody else's business
    assert [one.price and one.price.energy for one in page.stations[0].connectors] == [Decimal("0.476")] * 2
    only = await catalog.connector_page(ctx, tenant_id, second)
    assert [one.id for one in only.connectors] == [str(second)]
    for call in (catalog.location_detail(ctx, stranger, location_id), catalog.connector_page(ctx, stranger, second)):
        with pytest.raises(NotFound):
            await call
    assert await catalog.locations_of(ctx, tenant_id, [station_id]) == {station_id: location_id}
    assert await catalog.locations_of(ctx, stranger, [station_id]) == {}


async def test_no_tariff_at_all_means_no_price(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    await world.add_connector(await world.add_station(tenant_id, location_id=location_id))
    [found], _ = await catalog.locations(ctx, tenant_id)
    assert found.price_from is None
    assert (await catalog.location_detail(ctx, tenant_id, location_id)).stations[0].connectors[0].price is None


async def test_a_driver_finds_a_station_by_what_is_written_on_it(clock: Clock) -> None:
    ctx, tenant_id, other = world.make_context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    location_id, theirs = await world.add_location(tenant_id), await world.add_location(other)
    for identity, where, owner in (
        ("HAF-01", location_id, tenant_id),
        ("X-HAF", location_id, tenant_id),
        ("HAF-09", theirs, other),
        ("HAF-10", None, tenant_id),
    ):
        await world.add_connector(await world.add_station(owner, identity, location_id=where, online=True), 1)
    found = await catalog.chargers(ctx, tenant_id, " haf")
    assert [one.station.identity for one in found] == ["HAF-01", "X-HAF"]
    assert (found[0].location, found[0].location_id, len(found[0].station.connectors)) == (
        "Harbour",
        str(location_id),
        1,
    )
    assert await catalog.chargers(ctx, tenant_id, "%") == []
