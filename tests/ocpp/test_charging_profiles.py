"""Charging profiles beyond the conformance cases: what real stations trip over."""

import httpx

from tests.conformance.charging import composite, profile, refused, set_profile, stored
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.conformance.flows import STATION, charging_station, shown
from tests.conformance.test_v201_limits_and_needs import needs_told, profile_sent
from tests.conformance.test_v201_smart_charging import RELATIVE, charging
from tests.support.node import Node
from tests.support.wire import asked, stamp


async def test_another_one_of_its_level_keeps_the_number(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    """A second id beside it is refused by stations (2.0.1 K01.FR.39)."""
    async with charging_station(node) as station:
        await charging(station)
        first, _ = await set_profile(station, operator, 1, RELATIVE)
        again, _ = await set_profile(station, operator, 1, RELATIVE)
        assert first["chargingProfile"]["id"] == again["chargingProfile"]["id"]
        other, _ = await set_profile(station, operator, 1, RELATIVE | {"stack_level": 1})
        assert other["chargingProfile"]["id"] != first["chargingProfile"]["id"]
        assert len(await stored(operator)) == 2


async def test_a_session_of_another_outlet(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    async with charging_station(node, outlets=2) as station:
        await charging(station)
        session = (await shown(operator, state="active"))["id"]
        answer = await refused(operator, 2, RELATIVE | {"transaction_id": session})
        assert (answer.status_code, answer.json()["fields"][0]["path"]) == (400, "$.profile.transaction_id")
        await station.expect_nothing(0.1)


async def test_no_phases_and_odd_starts_are_read(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    async with charging_station(node) as station:
        await set_profile(station, operator, 1, profile("TxDefaultProfile"))
        period = {"startPeriod": 0, "limit": 16.04, "numberPhases": 0, "phaseToUse": 0}
        schedule = {"evseId": 1, "duration": 60, "scheduleStart": stamp(), "chargingRateUnit": "A"}
        reply = {"status": "Accepted", "schedule": schedule | {"chargingSchedulePeriod": [period]}}
        _, answer = await composite(station, operator, {"evse": 1}, reply)
        assert answer.status_code == 200, answer.text
        assert answer.json()["told"][0]["phases"] is None


async def test_a_car_gets_its_profile_in_the_unit_the_station_takes(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with charging_station(node) as station:
        component, variable = {"name": "SmartChargingCtrlr"}, {"name": "RateUnit"}
        told = {"attributeStatus": "Accepted", "attributeValue": "W", "component": component, "variable": variable}
        await asked(
            station,
            operator,
            f"{STATION}/variables/read",
            {"names": ["SmartChargingCtrlr.RateUnit"]},
            "GetVariables",
            {"getVariableResult": [told]},
        )
        await charging(station)
        await needs_told(station)
        (schedule,) = (await profile_sent(station))["chargingSchedule"]
        assert schedule["chargingRateUnit"] == "W"
        assert 0 < schedule["chargingSchedulePeriod"][0]["limit"] <= 12 * 230 * 3
