"""A site behind one fuse, over real sockets: less is acknowledged before more is sent, and never too much at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from backend.authorization import tokens
from backend.db.engine import DB
from backend.sites import checks
from shared.accounts import Role
from shared.tokens import TokenNew
from tests import world
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, eventually, stamp, until

FUSE_A = 40.0


class Obedient:
    """A scripted station that keeps to what it acknowledges; every acknowledgement is noted with the sum of all."""

    def __init__(
        self, station: ScriptedStation, name: str, log: list[tuple[str, float, float]], all_: list[Any]
    ) -> None:
        self.station, self.name, self.log, self.all = station, name, log, all_
        self.fallback_a: float | None = None
        self.given_a: float | None = None
        self.maximum_a: float | None = None
        self.holds_s: int | None = None
        self.number = 0
        self.task = asyncio.get_running_loop().create_task(self._serve())

    @property
    def may_draw_a(self) -> float:
        return self.given_a if self.number and self.given_a is not None else self.fallback_a or 0.0

    async def _serve(self) -> None:
        while True:
            message_id, payload = await self.station.expect_call("SetChargingProfile")
            profile = payload["csChargingProfiles"]
            limit = profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
            if profile["chargingProfilePurpose"] == "ChargePointMaxProfile":
                self.maximum_a = limit
            elif profile["chargingProfilePurpose"] == "TxProfile":
                assert profile["transactionId"] == self.number
                self.given_a, self.holds_s = limit, profile["chargingSchedule"].get("duration")
            else:
                self.fallback_a = limit
            if profile["chargingProfilePurpose"] == "ChargePointMaxProfile":
                await self.station.answer(message_id, {"status": "Accepted"})
                continue
            self.log.append((self.name, limit, sum(one.may_draw_a for one in self.all)))
            await self.station.answer(message_id, {"status": "Accepted"})

    async def start(self) -> None:
        told = {"connectorId": 1, "idTag": f"CARD-{self.name}", "meterStart": 0, "timestamp": stamp()}
        self.number = int((await self.station.call("StartTransaction", told))["transactionId"])

    async def stop(self) -> None:
        told = {"transactionId": self.number, "meterStop": 1000, "timestamp": stamp(), "reason": "Local"}
        await self.station.call("StopTransaction", told)

    async def meter(self, power_w: int) -> None:
        sample = {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"}
        values = [{"timestamp": stamp(), "sampledValue": [sample]}]
        session = {"transactionId": self.number} if self.number else {}
        await self.station.call("MeterValues", {"connectorId": 1, **session, "meterValue": values})


@pytest.fixture
async def site(node: Node, operator: httpx.AsyncClient) -> AsyncIterator[Any]:  # noqa: F811  # fixtures
    """Three stations behind FUSE_A, each with a fallback of 6 A."""
    location_id = await world.add_location(node.tenant_id)
    path = f"/api/v1/locations/{location_id}/power"
    async with AsyncExitStack() as stack:
        log: list[tuple[str, float, float]] = []
        found: list[Obedient] = []
        nodes = [{"key": "grid", "kind": "grid", "name": "Main fuse", "limit_a": str(FUSE_A)}]
        for name in ("CP-A", "CP-B", "CP-C"):
            station_id = await world.add_station(node.tenant_id, name, location_id=location_id)
            await world.add_connector(station_id, 1)
            await tokens.add(node.ctx, node.tenant_id, TokenNew(value=f"CARD-{name}"))
            found.append(Obedient(await stack.enter_async_context(node.booted(name)), name, log, found))
            nodes.append({"key": name.lower(), "kind": "station", "parent": "grid", "station": name})
        answer = await operator.put(path, json={"nodes": nodes})
        assert answer.status_code == 200, answer.text
        yield path, found, log
        for one in found:
            one.task.cancel()


def granted(shown: Json) -> dict[str, float]:
    return {car["station"]: car["granted_a"] for car in shown["cars"]}


def counted(shown: Json) -> dict[str, float]:
    return {flow["node"]: flow["granted_a"] for flow in shown["flows"] if flow["node"] == "lift"}


def counted_of(shown: Json, key: str) -> float:
    return float(next(flow["granted_a"] for flow in shown["flows"] if flow["node"] == key))


def near(shown: Json, wanted: dict[str, float]) -> bool:
    found = granted(shown)
    return set(found) == set(wanted) and all(abs(found[name] - wanted[name]) <= 0.6 for name in wanted)


async def test_less_is_acknowledged_before_more_is_sent(site: Any, operator: httpx.AsyncClient) -> None:  # noqa: F811
    path, (first, second, third), log = site
    await eventually(operator, f"{path}/live", lambda _: {one[0] for one in log} == {"CP-A", "CP-B", "CP-C"})
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 28})
    await second.start()
    await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 17, "CP-B": 17}))
    assert [one[0] for one in log[3:6]] == ["CP-A", "CP-A", "CP-B"]
    assert [one[1] for one in log[3:6]] == pytest.approx([28, 17, 17], abs=0.6)
    await eventually(operator, f"{path}/live", lambda one: all("Main fuse" in car["reason"] for car in one["cars"]))
    # One goes dark: it counts with what it had, and the newcomer gets only what is left beside it.
    await second.station.socket.close()
    await eventually(operator, f"{path}/live", lambda one: any(not car["reachable"] for car in one["cars"]))
    await third.start()
    shown = await eventually(operator, f"{path}/live", lambda one: granted(one).get("CP-C", 0) > 10)
    assert {car["station"]: car["counted_a"] for car in shown["cars"]}["CP-B"] == pytest.approx(17, abs=0.6)
    assert "silent" in next(car["reason"] for car in shown["cars"] if car["station"] == "CP-B")
    assert max(one[2] for one in log) <= FUSE_A, log


async def test_who_draws_more_than_given_is_noticed_and_its_neighbour_reduced(
    site: Any,
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    path, (first, second, _third), log = site
    await eventually(operator, f"{path}/live", lambda _: len(log) >= 3)
    await first.start()
    await second.start()
    await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 17, "CP-B": 17}))
    await DB.run("UPDATE power_grant SET acked_at = acked_at - interval '1 minute'")
    await first.meter(17_250)  # 25 A on three phases
    await operator.put(path, json=await _as_it_is(operator, path))  # what the minute would do
    shown = await eventually(operator, f"{path}/live", lambda one: 8 < granted(one).get("CP-B", 0) <= 9)
    assert "It draws 25.0 A and was given 1" in shown["cars"][0]["reason"]
    incidents = (await operator.get("/api/v1/incidents")).json()["items"]
    assert [one["title"] for one in incidents] == ["Draws more than it was given"]
    await first.stop()  # what is over with the session isn't left as an incident
    await eventually(
        operator,
        "/api/v1/incidents?state=closed",
        lambda one: [it["rule"] for it in one["items"]] == ["power_exceeded"],
    )
    # It draws on, and nobody knows a session: the neighbour gets no more than is left beside it.
    first.number = 0
    await first.meter(17_250)
    await until("SELECT sum(power_w) FROM station_reading", 17_250)
    await operator.put(path, json=await _as_it_is(operator, path))
    shown = await eventually(operator, f"{path}/live", lambda one: one["warnings"] and granted(one).get("CP-B") == 9)
    assert [one["text"] for one in shown["warnings"]] == ["CP-A 1 draws 25.0 A without a session: others get less."]
    assert counted_of(shown, "cp-a") == 25
    await first.meter(0)
    await until("SELECT count(*) FROM station_reading", 2)
    await operator.put(path, json=await _as_it_is(operator, path))
    shown = await eventually(operator, f"{path}/live", lambda one: not one["warnings"])
    assert counted_of(shown, "cp-a") == 6


async def _as_it_is(operator: httpx.AsyncClient, path: str) -> Json:  # noqa: F811
    told = (await operator.get(path)).json()
    return {name: told[name] for name in ("nodes", "enabled", "policy", "tariff")}


async def test_the_grid_operator_and_a_meter_lower_the_site(
    site: Any,
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    node: Node,  # noqa: F811  # the fixture
) -> None:
    path, (first, _second, _third), log = site
    await eventually(operator, f"{path}/live", lambda _: len(log) >= 3)
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 28})
    admin = await node.client(role=Role.ADMIN)
    keys = {
        one: (await admin.post(f"{path}/keys", json={"purpose": one})).json()["secret"] for one in ("grid", "meter")
    }
    # Announced for later: the car gets all there is until then, and at the station that ends before.
    later = {"ref": "DR-2", "starts_at": stamp(-8), "duration_s": 3600, "limit_w": 13_800}  # 20 A
    taken = await operator.put("/api/v1/power/grid-limit", json=later, headers=bearer(keys["grid"]))
    assert (taken.status_code, taken.json()["state"]) == (200, "coming")
    shown = await eventually(operator, f"{path}/live", lambda _: 300 < (first.holds_s or 900) < 480)
    assert (first.given_a, granted(shown)) == (28, {"CP-A": 28})
    least = [point["limit_w"] for point in shown["points"] if point["at"] >= later["starts_at"]]
    assert min(least[:2]) == 13_800
    await operator.delete("/api/v1/power/grid-limit/DR-2", headers=bearer(keys["grid"]))
    event = {"ref": "DR-1", "starts_at": stamp(1), "duration_s": 600, "limit_w": 16_560}  # 24 A on three phases
    wrong = await operator.put("/api/v1/power/grid-limit", json=event, headers=bearer(keys["meter"]))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_site_key")
    taken = await operator.put("/api/v1/power/grid-limit", json=event, headers=bearer(keys["grid"]))
    assert (taken.status_code, taken.json()["state"]) == (200, "active")
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 12})
    lifted = await operator.delete("/api/v1/power/grid-limit/DR-1", headers=bearer(keys["grid"]))
    assert lifted.json()["state"] == "cancelled"
    own = await operator.get("/api/v1/power/grid-limit", headers=bearer(keys["grid"]))
    assert {one["ref"]: one["state"] for one in own.json()["items"]} == {"DR-1": "cancelled", "DR-2": "cancelled"}
    assert (await operator.get("/api/v1/power/grid-limit", headers=bearer(keys["meter"]))).status_code == 401
    # Another load: heard of it counts as it is, and silent as the most it can draw.
    told = await _as_it_is(operator, path)
    told["nodes"].append({"key": "lift", "kind": "load", "parent": "grid", "limit_a": "20"})
    told["nodes"][-1] |= {"name": "Lift"}
    assert (await operator.put(path, json=told)).status_code == 200
    shown = await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 8})
    assert any("Lift is not heard of" in one["text"] for one in shown["warnings"])
    reading = [{"node": "lift", "currents_a": [1, 22, 3]}]
    assert (
        await operator.post("/api/v1/power/readings", json={"readings": reading}, headers=bearer(keys["meter"]))
    ).status_code == 204
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 6})
    # Room is kept for its rise, as a station that is out of reach can't make any.
    told["nodes"][-1]["rise_a"] = "4"
    assert (await operator.put(path, json=told)).status_code == 200
    reading = [{"node": "lift", "currents_a": [1, 6, 3]}]
    await operator.post("/api/v1/power/readings", json={"readings": reading}, headers=bearer(keys["meter"]))
    await eventually(operator, f"{path}/live", lambda one: counted(one) == {"lift": 10})
    too_much = {**told, "nodes": [*told["nodes"], {"key": "oven", "kind": "load", "parent": "grid", "limit_a": "5"}]}
    refused = (await operator.put(path, json=too_much)).json()
    assert refused["code"] == "impossible_tree"
    assert refused["detail"].startswith("Main fuse: while Wattline is silent up to 43 A may flow")


async def test_a_station_keeps_its_own_maximum_and_another_schedule_is_noticed(
    site: Any,
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    node: Node,  # noqa: F811  # the fixture
) -> None:
    path, (first, _second, _third), log = site
    await eventually(operator, f"{path}/live", lambda _: len(log) >= 3)
    told = await _as_it_is(operator, path)
    told["nodes"][1]["limit_a"] = "20"
    assert (await operator.put(path, json=told)).status_code == 200
    await eventually(operator, f"{path}/live", lambda _: first.maximum_a == 20)
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: granted(one) == {"CP-A": 20})
    first.task.cancel()
    checking = asyncio.get_running_loop().create_task(checks.composites(node.ctx))
    message_id, _ = await first.station.expect_call("GetCompositeSchedule")
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32}]}
    answer = {"status": "Accepted", "scheduleStart": stamp(), "chargingSchedule": schedule | {"duration": 600}}
    await first.station.answer(message_id, answer)
    await checking
    shown = (await operator.get(f"{path}/live")).json()
    assert "Its own schedule differs from ours from second 0 on." in shown["cars"][0]["reason"]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
