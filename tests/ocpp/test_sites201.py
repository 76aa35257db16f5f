"""A site of OCPP 2.0.1 stations over real sockets: which profiles they get, in their unit, and whether they obey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from backend.db.engine import DB
from backend.sites import checks
from backend.sites.wire import OURS_FROM
from tests import world
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.ocpp.test_sites import granted, near
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, card, eventually, stamp

Spot = tuple[int, str, int]


class Station201:
    """Keeps profiles as K01 says and tells what they come to; it knows nothing of how ours are made."""

    def __init__(self, station: ScriptedStation, unit: str) -> None:
        self.station, self.unit = station, unit
        self.profiles: dict[Spot, Json] = {}
        self.lies = False
        self.asked: list[Json] = []
        self.meter = Meter201(station)
        self.task = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            message_id, action, payload = await self.station.any_call()
            if action == "SetChargingProfile":
                await self.station.answer(message_id, {"status": self._take(payload)})
            elif action == "ClearChargingProfile":
                number = payload["chargingProfileId"]
                kept = {spot: one for spot, one in self.profiles.items() if one["id"] != number}
                known, self.profiles = len(kept) < len(self.profiles), kept
                await self.station.answer(message_id, {"status": "Accepted" if known else "Unknown"})
            elif action == "GetCompositeSchedule":
                self.asked.append(payload)
                await self.station.answer(message_id, self._composite(payload))
            else:
                await self.station.answer_error(message_id, "NotSupported")

    def _take(self, payload: Json) -> str:
        profile = payload["chargingProfile"]
        spot = (payload["evseId"], profile["chargingProfilePurpose"], profile["stackLevel"])
        known = self.profiles.get(spot)
        if known is not None and known["id"] != profile["id"]:
            return "Rejected"  # K01.FR.39: a second one of this level
        if profile["chargingProfilePurpose"] == "TxProfile" and profile["transactionId"] != self.meter.ref:
            return "Rejected"
        assert profile["chargingSchedule"][0]["chargingRateUnit"] == self.unit
        self.profiles = {one: kept for one, kept in self.profiles.items() if kept["id"] != profile["id"]}
        self.profiles[spot] = profile
        return "Accepted"

    def period(self, evse: int, purpose: str) -> Json | None:
        """Of the highest level of this purpose."""
        levels = sorted(level for at, of, level in self.profiles if (at, of) == (evse, purpose))
        if not levels:
            return None
        schedule = self.profiles[evse, purpose, levels[-1]]["chargingSchedule"][0]
        return dict(schedule["chargingSchedulePeriod"][0])

    def limit(self) -> float:
        own = self.period(1, "TxProfile") or self.period(1, "TxDefaultProfile") or {"limit": 99e3}
        whole = self.period(0, "ChargingStationMaxProfile") or {"limit": 99e3}
        return float(min(own["limit"], whole["limit"]))

    def _composite(self, payload: Json) -> Json:
        period: Json = {"startPeriod": 0, "limit": self.limit() * (2 if self.lies else 1)}
        if self.unit == "A":
            period["numberPhases"] = (self.period(1, "TxProfile") or {"numberPhases": 3})["numberPhases"]
        schedule = {"evseId": payload["evseId"], "duration": payload["duration"], "scheduleStart": stamp()}
        schedule |= {"chargingRateUnit": self.unit, "chargingSchedulePeriod": [period]}
        return {"status": "Accepted", "schedule": schedule}

    async def start(self) -> None:
        info = {"chargingState": "Charging"}
        await self.meter.send("Started", "Authorized", token="CARD-1", info=info)

    async def shows(self, power_w: float, current_a: float) -> None:
        values = [
            {"value": power_w, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W"}},
            {"value": current_a, "measurand": "Current.Import", "phase": "L1", "unitOfMeasure": {"unit": "A"}},
        ]
        meter_value = [{"timestamp": stamp(), "sampledValue": values}]
        await self.meter.send("Updated", "MeterValuePeriodic", meterValue=meter_value)


@pytest.fixture
async def site(node: Node, operator: httpx.AsyncClient) -> AsyncIterator[Any]:  # noqa: F811  # fixtures
    """CP-A takes amperes and has a fuse of 24 A of its own; CP-B takes watts only."""
    location_id = await world.add_location(node.tenant_id)
    await card(node)
    path = f"/api/v1/locations/{location_id}/power"
    async with AsyncExitStack() as stack:
        found: list[Station201] = []
        nodes: list[Json] = [{"key": "grid", "kind": "grid", "name": "Main fuse", "limit_a": "40"}]
        for name, unit in (("CP-A", "A"), ("CP-B", "W")):
            station_id = await world.add_station(node.tenant_id, name, location_id=location_id)
            await world.add_connector(station_id, 1)
            await DB.run(
                "INSERT INTO station_variable (station, component, name, value) VALUES ($1, $2, $3, $4)",
                station_id, "SmartChargingCtrlr", "RateUnit", unit,
            )  # fmt: skip
            found.append(Station201(await stack.enter_async_context(node.booted(name, "2.0.1")), unit))
            nodes.append({"key": name.lower(), "kind": "station", "parent": "grid", "station": name})
        nodes[1]["limit_a"] = "24"
        answer = await operator.put(path, json={"nodes": nodes})
        assert answer.status_code == 200, answer.text
        yield path, found
        for one in found:
            one.task.cancel()
            assert one.station.broken == []


async def test_profiles_of_a_site_of_2_0_1_stations(site: Any, operator: httpx.AsyncClient, node: Node) -> None:  # noqa: F811
    path, (first, second) = site
    # What holds while we are silent, and the station's own fuse: in its unit, at the lowest level.
    await eventually(operator, f"{path}/live", lambda _: len(first.profiles) == 2 and len(second.profiles) == 1)
    assert first.period(1, "TxDefaultProfile") == {"startPeriod": 0, "limit": 6, "numberPhases": 3}
    assert first.period(0, "ChargingStationMaxProfile")["limit"] == 24
    assert second.period(1, "TxDefaultProfile") == {"startPeriod": 0, "limit": 6 * 621}
    # A session is told its limit by its transaction, for a quarter of an hour.
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 24}))
    (profile,) = [one for (_, purpose, _), one in first.profiles.items() if purpose == "TxProfile"]
    assert profile["id"] == OURS_FROM + 11
    assert 740 <= profile["chargingSchedule"][0]["duration"] <= 905
    # The meter shows one phase: from then on it may use one, and the other two are free for the neighbour.
    await first.shows(24 * 230, 24)
    await second.start()
    share = {"CP-A": 20, "CP-B": 20}
    shown = await eventually(
        operator, f"{path}/live", lambda one: near(one, share) and codes(one) == ["limit", "limit"], seconds=20
    )
    assert first.period(1, "TxProfile")["numberPhases"] == 1
    assert second.period(1, "TxProfile")["limit"] == pytest.approx(granted(shown)["CP-B"] * 621, abs=70)
    assert shown["cars"][0]["reason_values"]["limits"].startswith("Main fuse L1")
    # What they say they will do is what we make of it; one that lies is shown.
    await checks.composites(node.ctx)
    assert (len(first.asked), len(second.asked)) == (1, 1)
    assert codes((await operator.get(f"{path}/live")).json()) == ["limit", "limit"]
    second.lies = True
    await checks.composites(node.ctx)
    assert codes((await operator.get(f"{path}/live")).json()) == ["limit", "schedule_differs"]
    # And what the meter shows is held against what was given.
    await DB.run("UPDATE power_grant SET acked_at = acked_at - interval '1 minute'")
    await first.shows(20 * 230, 20)
    await second.shows(30 * 621, 30)
    await operator.put(path, json=await as_it_is(operator, path))  # what the minute would do
    shown = await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 10, "CP-B": 20}))
    assert shown["cars"][1]["reason_code"] == "over"


async def test_ours_stands_above_what_was_set_by_hand(site: Any, operator: httpx.AsyncClient) -> None:  # noqa: F811
    path, (first, second) = site
    await eventually(operator, f"{path}/live", lambda _: len(first.profiles) == 2)
    await first.start()
    await eventually(operator, f"{path}/live", lambda one: near(one, {"CP-A": 24}))
    schedule = {"unit": "A", "periods": [{"start_s": 0, "limit": "32"}], "starts_at": stamp()}
    for purpose in ("TxProfile", "TxDefaultProfile"):
        by_hand = {"purpose": purpose, "kind": "Absolute", "stack_level": 3, "schedules": [schedule]}
        sent = await operator.post(
            "/api/v1/stations/CP-A/charging-profiles",
            json={"evse": 1, "profile": by_hand},
            headers={"Idempotency-Key": f"by-hand-{purpose}"},
        )
        assert sent.status_code == 200, sent.text
    await operator.put(path, json=await as_it_is(operator, path))  # what a quarter of a minute would do
    above = {(1, "TxProfile", 4), (1, "TxDefaultProfile", 4)}
    await eventually(operator, f"{path}/live", lambda _: above <= set(first.profiles))
    assert first.limit() == 24
    assert first.period(1, "TxDefaultProfile")["limit"] == 6
    # Without a limit of its own it has no maximum of ours any more, and without control nothing at all.
    told = await as_it_is(operator, path)
    told["nodes"][1]["limit_a"] = None
    await operator.put(path, json=told)
    await eventually(operator, f"{path}/live", lambda _: not any(evse == 0 for evse, _, _ in first.profiles))
    assert above <= set(first.profiles)
    await operator.put(path, json=told | {"enabled": False})
    by_hand_only = {(1, "TxProfile", 3), (1, "TxDefaultProfile", 3)}
    await eventually(operator, f"{path}/live", lambda _: set(first.profiles) <= by_hand_only and not second.profiles)
    await operator.put(path, json=told | {"enabled": True})  # and it all begins anew
    await eventually(operator, f"{path}/live", lambda _: above <= set(first.profiles) and len(second.profiles) == 1)


def codes(shown: Json) -> list[str]:
    return [car["reason_code"] for car in shown["cars"]]


async def as_it_is(operator: httpx.AsyncClient, path: str) -> Json:  # noqa: F811
    told = (await operator.get(path)).json()
    return {name: told[name] for name in ("nodes", "enabled", "policy", "tariff")}
