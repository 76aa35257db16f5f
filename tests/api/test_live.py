"""The live socket over a real connection: sign-in, roles, topics, and readers that are slow or gone."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.db.engine import DB
from backend.events import FramesLogged, TransactionEnded, TransactionEvent, TransactionUpdated
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.service import StatusReport
from backend.tenants import service as tenants
from shared.accounts import BrandChange, Role
from shared.stations import ConnectorStatus, StationChange
from tests import world
from tests.api.live_house import House, Screen
from tests.support.frames import FrameLine, rows_of

# --- signing in --------------------------------------------------------------------------------------


async def test_nothing_is_shown_before_the_sign_in(house: House) -> None:
    async with house.open() as screen:
        await screen.send(type="subscribe", topic="locations")
        topic, kind, data = await screen.next()
        assert (topic, kind, data["code"]) == ("locations", "error", "not_signed_in")
        for wrong, code in (("nonsense", "token_invalid"), (house.token(Role.DRIVER, lifetime_s=0), "token_expired")):
            await screen.send(type="authenticate", token=wrong)
            topic, kind, data = await screen.next()
            assert (topic, kind, data["code"]) == ("", "error", code)
        await screen.send(type="authenticate", token=house.token(Role.DRIVER))
        assert await screen.next() == ("", "ready", None)
        assert await screen.subscribe("locations") == []


async def test_who_never_signs_in_is_sent_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.live.api.SIGN_IN_WITHIN_S", 0.1)
    async with house.open() as screen:
        assert await screen.closed_with() == 4401


@pytest.mark.parametrize("live_settings", [{"access_token_s": 1}])
async def test_a_socket_does_not_outlive_its_token(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.live.api.GRACE_S", -0.7)
    account_id = uuid4()
    async with house.open() as screen:
        for _ in range(4):
            await screen.send(type="authenticate", token=house.token(Role.DRIVER, account_id=account_id))
            assert await screen.next() == ("", "ready", None)
            await asyncio.sleep(0.15)
        await screen.send(type="authenticate", token=house.token(Role.DRIVER))
        assert (await screen.next())[2]["code"] == "other_account"
        assert await screen.closed_with() == 4401


async def test_nonsense_is_answered_and_too_much_of_it_ends_the_socket(house: House) -> None:
    async with house.screen(Role.DRIVER) as screen:
        for message in ("{", '{"type": "shout"}', '{"type": "subscribe"}', '{"type":"subscribe","topic":"a","x":1}'):
            await screen.connection.send(message)
            assert (await screen.next())[:2] == ("", "error")
        await screen.connection.send(b"\x00\x01")
        assert (await screen.next())[:2] == ("", "error")
        assert await screen.subscribe("locations") == []
        for _ in range(20):
            await screen.connection.send("{")
        assert await screen.closed_with() == 4400


async def test_roles_and_tenants_hold_for_topics_too(house: House) -> None:
    station_id = await world.add_station(house.tenant_id, online=True)
    location_id = await world.add_location(house.tenant_id)
    await world.add_connector(station_id)
    operators = ["overview", "stations", "station:CP-1", "frames:CP-1", "incidents"]
    async with house.screen(Role.DRIVER) as driver:
        for topic in operators:
            await driver.send(type="subscribe", topic=topic)
            got, kind, data = await driver.next()
            assert (got, kind, data["code"]) == (topic, "error", "not_allowed")
    async with house.screen(Role.ADMIN, await world.add_tenant("Sued")) as stranger:
        for topic in ("station:CP-1", "frames:CP-1", f"location:{location_id}", "location:x", "nothing"):
            await stranger.send(type="subscribe", topic=topic)
            got, kind, data = await stranger.next()
            assert (got, kind) == (topic, "error")
            assert data["code"] in ("not_found", "unknown_topic")
        assert await stranger.subscribe("stations") == []
        await stations.connected(house.ctx, station_id, uuid4(), "n1", "1.6")
        assert await stranger.silent()


async def test_so_many_topics_and_no_more(house: House) -> None:
    for number in range(50):
        await world.add_station(house.tenant_id, f"S{number}")
    async with house.screen(Role.OPERATOR) as screen:
        for number in range(50):
            await screen.subscribe(f"frames:S{number}")
        await screen.send(type="subscribe", topic="stations")
        assert (await screen.next())[2]["code"] == "too_many_topics"
        await screen.send(type="unsubscribe", topic="frames:S7")
        assert len(await screen.subscribe("stations")) == 50


# --- what screens show -------------------------------------------------------------------------------


async def test_a_status_on_the_wire_reaches_every_screen(house: House) -> None:
    location_id = await world.add_location(house.tenant_id)
    station_id = await world.add_station(house.tenant_id, location_id=location_id, online=True)
    await world.add_connector(station_id, status="available")
    elsewhere = await world.add_location(house.tenant_id, "Elsewhere")
    await world.add_connector(await world.add_station(house.tenant_id, "CP-2", location_id=elsewhere))
    here = f"location:{location_id}"
    async with house.screen(Role.OPERATOR) as operator, house.screen(Role.DRIVER) as driver:
        assert [row["status"] for row in await operator.subscribe("stations")] == ["available", "offline"]
        assert (await operator.subscribe("station:CP-1"))["row"]["identity"] == "CP-1"
        assert await operator.subscribe("incidents") == []
        assert {one["name"] for one in await driver.subscribe("locations")} == {"Harbour", "Elsewhere"}
        assert (await driver.subscribe(here))["availability"]["available"] == 1

        report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=house.clock.now(), error_code="GroundFailure")
        await stations.connector_status(house.ctx, station_id, report)
        shown = {topic: data for topic, kind, data in [await operator.next() for _ in range(3)] if kind == "upsert"}
        assert (shown["stations"]["identity"], shown["stations"]["status"]) == ("CP-1", "faulted")
        assert shown["stations"]["open_incidents"] == 1
        assert shown["station:CP-1"]["row"]["connectors"][0]["error_code"] == "GroundFailure"
        assert (shown["incidents"]["state"], shown["incidents"]["rule"]) == ("open", "connector_faulted")
        shown = {topic: data for topic, kind, data in [await driver.next() for _ in range(2)] if kind == "upsert"}
        assert (shown["locations"]["name"], shown["locations"]["availability"]["out_of_order"]) == ("Harbour", 1)
        assert shown[here]["stations"][0]["connectors"][0]["status"] == "faulted"


async def test_a_station_that_moves_appears_at_its_new_place(house: House) -> None:
    location_id = await world.add_location(house.tenant_id)
    await world.add_connector(await world.add_station(house.tenant_id, location_id=location_id))
    await world.add_connector(await world.add_station(house.tenant_id, "CP-2"))
    topic = f"location:{location_id}"
    async with house.screen(Role.DRIVER) as driver:
        assert len((await driver.subscribe(topic))["stations"]) == 1
        await catalog.change(house.ctx, house.tenant_id, "CP-2", StationChange(location_id=str(location_id)))
        assert len((await driver.upsert(topic))["stations"]) == 2


async def test_the_power_of_a_session_reaches_the_station_list(house: House) -> None:
    station_id = await world.add_station(house.tenant_id, online=True)
    connector_id = await world.add_connector(station_id, status="charging")
    async with house.screen(Role.OPERATOR) as operator:
        assert (await operator.subscribe("stations"))[0]["power_w"] == 0
        async with house.ctx.unit() as unit:
            transaction_id = await world.add_transaction(station_id, connector_id, power_w=11_000)
            unit.emit(
                TransactionUpdated(
                    tenant_id=house.tenant_id,
                    at=house.clock.now(),
                    transaction_id=transaction_id,
                    station_id=station_id,
                    identity="CP-1",
                )
            )
        assert (await operator.upsert("stations"))["power_w"] == 11_000


async def test_a_driver_sees_their_own_sessions_and_an_operator_all(house: House) -> None:
    station_id = await world.add_station(house.tenant_id, online=True)
    connector_id = await world.add_connector(station_id)
    dana, olli = [await world.add_account(house.tenant_id, name) for name in ("Dana", "Olli")]
    begun = {"begun_at": house.clock.now(), "meter_start_wh": 0, "meter_last_wh": 0, "currency": "EUR"}
    hers = await world.add_transaction(station_id, connector_id, account=dana, **begun)
    his = await world.add_transaction(station_id, connector_id, account=olli, **begun)

    async def tell(transaction_id: UUID, account_id: UUID, kind: type[TransactionEvent], **values: Any) -> None:
        async with house.ctx.unit() as unit:
            for column, value in values.items():
                await DB.run(f"UPDATE transaction SET {column} = $2 WHERE id = $1", transaction_id, value)
            unit.emit(
                kind(
                    tenant_id=house.tenant_id,
                    at=house.clock.now(),
                    transaction_id=transaction_id,
                    station_id=station_id,
                    identity="CP-1",
                    connector_id=connector_id,
                    account_id=account_id,
                )
            )

    async with house.open() as driver, house.screen(Role.OPERATOR) as operator:
        await driver.send(type="authenticate", token=house.token(Role.DRIVER, account_id=dana))
        await driver.next()
        assert [one["id"] for one in await driver.subscribe("transactions")] == [str(hers)]
        assert {one["id"] for one in await operator.subscribe("transactions")} == {str(hers), str(his)}
        assert (await driver.subscribe(f"transaction:{hers}"))["transaction"]["power_w"] is None
        for topic in (f"transaction:{his}", "transaction:nonsense"):
            await driver.send(type="subscribe", topic=topic)
            assert (await driver.next())[2]["code"] == "not_found"
        assert (await operator.subscribe(f"transaction:{his}"))["transaction"]["id"] == str(his)

        await tell(his, olli, TransactionUpdated, power_w=7000)
        shown = dict([(await operator.next())[::2] for _ in range(2)])
        assert shown["transactions"]["power_w"] == 7000
        assert shown[f"transaction:{his}"]["transaction"]["power_w"] == 7000
        assert await driver.silent()
        await tell(hers, dana, TransactionEnded, state="ended", ended_at=house.clock.now(), energy_wh=4200)
        shown = dict([(await driver.next())[::2] for _ in range(2)])
        assert (shown["transactions"]["state"], shown["transactions"]["energy_wh"]) == ("ended", 4200)
        assert shown[f"transaction:{hers}"]["transaction"]["state"] == "ended"


async def test_the_overview_follows_the_house(house: House) -> None:
    station_id = await world.add_station(house.tenant_id)
    await world.add_connector(station_id)
    async with house.screen(Role.OPERATOR) as operator:
        assert (await operator.subscribe("overview"))["stations"] == {"offline": 1}
        await stations.connected(house.ctx, station_id, uuid4(), "n1", "1.6")
        assert (await operator.upsert("overview"))["stations"] == {"available": 1}


async def test_new_frames_come_once_and_in_groups(house: House) -> None:
    station_id = await world.add_station(house.tenant_id)

    async def log(first: int, last: int) -> None:
        lines = [
            FrameLine(
                station_id=station_id,
                at=house.clock.now(),
                direction="in",
                kind="call",
                payload=f"[{number}]",
                size=3,
            )
            for number in range(first, last + 1)
        ]
        await stations.log_frames(house.ctx, rows_of(lines))
        event = FramesLogged(
            tenant_id=house.tenant_id, at=house.clock.now(), station_id=station_id, identity="CP-1", count=len(lines)
        )
        await house.ctx.bus.publish(f"event.{house.tenant_id}.FramesLogged", msgspec.json.encode(event))

    await log(1, 60)
    async with house.screen(Role.OPERATOR) as one, house.screen(Role.OPERATOR) as two:
        assert [frame["payload"] for frame in await one.subscribe("frames:CP-1")] == [
            f"[{n}]" for n in range(60, 10, -1)
        ]
        await log(61, 62)
        assert [frame["payload"] for frame in await one.upsert("frames:CP-1")] == ["[62]", "[61]"]
        assert (await two.subscribe("frames:CP-1"))[0]["payload"] == "[62]"
        await log(63, 63)
        for screen in (one, two):
            assert [frame["payload"] for frame in await screen.upsert("frames:CP-1")] == ["[63]"]


async def test_the_brand_changes_on_every_screen(house: House) -> None:
    async with house.screen(Role.DRIVER) as driver:
        assert (await driver.subscribe("brand"))["name"] == "Nord"
        await tenants.change_brand(house.ctx, house.tenant_id, BrandChange(name="Neu", seed_color="#123456"))
        assert await driver.upsert("brand") | {"logo": ""} == {
            "name": "Neu",
            "seed_color": "#123456",
            "logo": "",
            "support_email": "",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "country": "DE",
        }


async def test_who_unsubscribes_hears_no_more(house: House) -> None:
    station_id = await world.add_station(house.tenant_id)
    async with house.screen(Role.OPERATOR) as screen:
        await screen.subscribe("stations")
        await screen.subscribe("incidents")
        await screen.send(type="unsubscribe", topic="stations")
        assert await screen.subscribe("brand")
        await stations.connected(house.ctx, station_id, uuid4(), "n1", "1.6")
        assert await screen.silent()


# --- slow and gone readers ---------------------------------------------------------------------------


async def test_a_slow_reader_ends_up_right_and_costs_little(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    station_id = await world.add_station(house.tenant_id, online=True)
    payload = "x" * 50_000
    monkeypatch.setattr(house.hub, "topics", tuple(replace(topic, interval_s=0.0) for topic in house.hub.topics))

    async def log(number: int) -> None:
        line = FrameLine(
            station_id=station_id,
            at=house.clock.now(),
            direction="in",
            kind="call",
            payload=f"{number} {payload}",
            size=1,
        )
        await stations.log_frames(house.ctx, rows_of([line]))
        event = FramesLogged(
            tenant_id=house.tenant_id, at=house.clock.now(), station_id=station_id, identity="CP-1", count=1
        )
        await house.ctx.bus.publish(f"event.{house.tenant_id}.FramesLogged", msgspec.json.encode(event))

    async with house.screen(Role.OPERATOR) as quick, house.screen(Role.OPERATOR) as slow:
        await quick.subscribe("frames:CP-1")
        await slow.send(type="subscribe", topic="frames:CP-1")
        for number in range(400):
            await log(number)
            await quick.upsert("frames:CP-1")
        # 20 MB were sent to the quick one. The slow one reads only now.
        kinds, newest = [], ""
        while not newest.startswith("399 "):
            _, kind, data = await slow.next()
            kinds.append(kind)
            newest = data[0]["payload"] if data else ""
        assert kinds.count("snapshot") >= 2
        assert len(kinds) < 400


async def test_a_screen_that_was_opened_in_an_outage_heals(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.add_station(house.tenant_id)
    monkeypatch.setattr("backend.live.api.AGAIN_S", 0.05)
    tries = 0

    async def away(*_: Any) -> Any:
        nonlocal tries
        tries += 1
        raise ConnectionResetError("the database is away")

    loads = {topic.pattern: topic.load for topic in house.hub.topics}
    monkeypatch.setattr(house.hub, "topics", tuple(replace(topic, load=away) for topic in house.hub.topics))
    async with house.screen(Role.OPERATOR) as screen:
        await screen.send(type="subscribe", topic="stations")
        topic, kind, said = await screen.next()
        assert (topic, kind, said["code"]) == ("stations", "error", "internal_error")
        await eventually(lambda: tries >= 3)
        back = tuple(replace(topic, load=loads[topic.pattern]) for topic in house.hub.topics)
        monkeypatch.setattr(house.hub, "topics", back)
        topic, kind, data = await screen.next()
        assert (topic, kind, len(data)) == ("stations", "snapshot", 1), "told once that it fails, then healed"


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - there is nothing to wait for but the state itself
            await asyncio.sleep(0.01)


async def test_who_goes_leaves_nothing_behind(house: House) -> None:
    await world.add_station(house.tenant_id)
    for politely in (True, False):
        async with house.screen(Role.OPERATOR) as screen:
            for topic in ("stations", "incidents", "station:CP-1"):
                await screen.subscribe(topic)
            assert len(house.hub._channels) == 3
            if not politely:
                screen.connection.transport.abort()
        await eventually(lambda: not house.hub._channels and not house.hub._follows)


async def test_a_hundred_screens_cost_one_query_a_change(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.add_station(house.tenant_id, online=True)
    async with asyncio.TaskGroup() as group:
        opened: list[Screen] = []
        done = asyncio.Event()

        async def watch() -> None:
            async with house.screen(Role.OPERATOR) as screen:
                await screen.subscribe("stations")
                opened.append(screen)
                await screen.upsert("stations")
                await done.wait()

        for _ in range(100):
            group.create_task(watch())
        await eventually(lambda: len(opened) == 100)
        queries = []
        run = DB.run

        async def counted(sql: str, *arguments: Any) -> list[dict[str, Any]]:
            queries.append(sql)
            return await run(sql, *arguments)

        monkeypatch.setattr(type(DB), "run", staticmethod(counted))
        await catalog.change(house.ctx, house.tenant_id, "CP-1", StationChange(name="New"))
        await asyncio.sleep(0.3)
        done.set()
    assert len([sql for sql in queries if "open_incidents" in sql]) <= 2
