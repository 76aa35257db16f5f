"""How links answer pings: counted on real sockets, noted by the node, judged by the clock."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts import service as alerts
from backend.alerts import watching
from backend.context import Context
from backend.db.engine import DB
from backend.ocpp.ping_tally import LEAST, PingTally
from backend.stations import service as stations
from backend.stations.model import LinkFacts, has_sim
from tests import world
from tests.conftest import Clock
from tests.support.node import Node
from tests.support.scripted_station import station


@pytest.mark.parametrize(
    ("numbers", "sim"),
    [
        (("89490200001234567890", None), True), ((None, "262011234567890"), True), ((None, None), False),
        (("", ""), False), (("null", "NULL"), False), (("0000000000", " "), False), (("unknown", None), False),
    ],
)  # fmt: skip
def test_a_sim_card_is_a_number(numbers: tuple[str | None, str | None], sim: bool) -> None:
    assert has_sim(*numbers) is sim


@given(st.lists(st.booleans(), max_size=60))
def test_a_tally_counts_every_ping_once(answers: list[bool]) -> None:
    tally = PingTally()
    for answered in answers:
        tally.sent()
        if answered:
            tally.answered()
            tally.answered()  # a second pong counts for nothing
    tally.sent()  # the one that is out
    found = tally.read()
    if len(answers) < LEAST or not any(answers):
        assert found is None
    else:
        assert found is not None
        assert (found.asked, found.heard) == (len(answers), sum(answers))
        assert tally.read() is None


def context(clock: Clock) -> Context:
    return world.make_context(clock, world.handlers_of(alerts))


@pytest.mark.usefixtures("db")
async def test_a_weak_link_is_an_incident_until_it_is_well(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    wired, radio = [await world.add_station(tenant_id, name, online=True) for name in ("WIRED", "RADIO")]
    await DB.run("UPDATE charging_station SET wireless = true WHERE id = $1", radio)

    async def note(ms: float | None, lost: float) -> list[str]:
        facts = LinkFacts(round_trip_ms=ms, lost_percent=lost)
        await stations.links(ctx, {wired: facts, radio: facts})
        await watching.look_at_links(ctx)
        clock.advance(minutes=10)
        return [one.station_identity for one in await alerts.open_incidents(ctx, tenant_id) if one.rule == "weak_link"]

    for _ in range(40):
        assert await note(90, 0.5) == []
    for _ in range(4):
        found = await note(1500, 0.5)
    assert found == ["WIRED"]  # over radio that is borne
    for _ in range(5):
        found = await note(90, 0.5)
    assert found == []
    for _ in range(5):
        found = await note(None, 100)  # nothing is answered any more
    assert sorted(found) == ["RADIO", "WIRED"]


@pytest.mark.usefixtures("db")
async def test_what_was_always_so_is_no_alarm(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id, online=True)
    for span in range(60):
        await stations.links(ctx, {station_id: LinkFacts(round_trip_ms=1200, lost_percent=6)})
        await watching.look_at_links(ctx)
        clock.advance(minutes=10)
        known = span + 1 >= 36
        found = await alerts.open_incidents(ctx, tenant_id)
        assert bool(found) is not known


@pytest.mark.usefixtures("db")
async def test_a_gone_station_is_noted_without_harm(clock: Clock) -> None:
    await stations.links(context(clock), {uuid4(): LinkFacts(round_trip_ms=1, lost_percent=0)})
    assert await DB.run("SELECT 1 FROM station_link") == []


@pytest.mark.parametrize("node_settings", [{"ping_s": 1}])
async def test_a_real_station_answers_pings_and_tells_of_its_sim(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ocpp.ping_tally.LEAST", 2)
    station_id = await world.add_station(node.tenant_id, "CP-1")
    async with station(node.ocpp_url, "CP-1") as one:
        await one.call(
            "BootNotification",
            {"chargePointVendor": "Northwind", "chargePointModel": "Pillar", "iccid": "89490200001234567890"},
        )
        async with asyncio.timeout(20):
            while not (rows := await DB.run("SELECT * FROM station_link")):
                await asyncio.sleep(0.2)
                await node.listener.connections.note_links()
    assert rows[0]["station"] == station_id
    assert rows[0]["lost_percent"] == 0
    assert 0 < rows[0]["round_trip_ms"] < 1000
    [known] = await DB.run("SELECT wireless FROM charging_station")
    assert known["wireless"] is True
