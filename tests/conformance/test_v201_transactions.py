"""Block E, beginnings: at which moment a transaction starts, and what is known of it then."""

import httpx

from tests.conformance.flows import SEEN, authorize, charging_station, drive, shown, started, status, updated
from tests.support.node import Node
from tests.support.wire import Json, Meter201, messages


def accepted(answers: list[Json]) -> bool:
    """The step with the token is answered with what it is worth."""
    return any(one.get("idTokenInfo") == {"status": "Accepted"} for one in answers)


async def test_TC_E_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """PowerPathClosed: card and cable are there when it begins."""
    async with charging_station(node) as station:
        await authorize(station)
        await status(station, "Occupied")
        answers = await drive(station, [started("ChargingStateChanged", "Charging", evse=1, token=True)])
        assert accepted(answers)
        await shown(operator, state="active", charging_state="charging", id_token=SEEN, connector="1", flags=[])


async def test_TC_E_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """EnergyTransfer: it begins with the first energy."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        await authorize(station)
        await drive(
            station,
            [
                started("ChargingStateChanged", "Charging", evse=1, token=True),
                updated("MeterValuePeriodic", "Charging", wh=2000),
            ],
        )
        await shown(operator, state="active", charging_state="charging", energy_wh=1000, flags=[])


async def test_TC_E_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Cable first, then the card."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        steps = [
            started("CablePluggedIn", "EVConnected", evse=1),
            updated("Authorized", "EVConnected", token=True),
            updated("ChargingStateChanged", "Charging"),
        ]
        meter = Meter201(station, evse=None)
        answers = await drive(station, steps[:1], meter, ago=10)
        await shown(operator, state="active", id_token="", charging_state="preparing")
        await authorize(station)
        answers = await drive(station, steps[1:], meter)
        assert answers[0]["idTokenInfo"]["status"] == "Accepted"
        await shown(operator, state="active", id_token=SEEN, charging_state="charging", flags=[])


async def test_TC_E_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Card first, then the cable."""
    async with charging_station(node, outlets=2) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        answers = await drive(station, [started("Authorized", wh=None, token=True)], meter, ago=10)
        assert accepted(answers)
        await shown(operator, state="active", id_token=SEEN, connector_id=None)
        await status(station, "Occupied")
        await drive(
            station,
            [
                updated("CablePluggedIn", "EVConnected", evse=1, wh=1000),
                updated("ChargingStateChanged", "Charging"),
                updated("MeterValuePeriodic", "Charging", wh=2000),
            ],
            meter,
        )
        await shown(operator, connector="1", charging_state="charging", energy_wh=1000, flags=[])


async def test_TC_E_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """EVConnected: the cable alone begins it; nobody is authorised yet."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        answers = await drive(station, [started("CablePluggedIn", "EVConnected", evse=1)])
        assert "idTokenInfo" not in answers[0]
        await shown(operator, state="active", charging_state="preparing", id_token="", connector="1")


async def test_TC_E_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Authorized: the card alone begins it."""
    async with charging_station(node, outlets=2) as station:
        await authorize(station)
        answers = await drive(station, [started("Authorized", wh=None, token=True)])
        assert accepted(answers)
        await shown(operator, state="active", id_token=SEEN, connector_id=None)


async def test_TC_E_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """DataSigned: it begins when the meter has signed its first reading."""
    async with charging_station(node) as station:
        await authorize(station)
        await drive(station, [started("SignedDataReceived", "EVConnected", evse=1, token=True)])
        await shown(operator, state="active", id_token=SEEN, energy_wh=0, flags=[])


async def test_TC_E_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """ParkingBayOccupancy: a car stands there, and nothing else has happened."""
    async with charging_station(node) as station:
        meter = Meter201(station, evse=None)
        await drive(station, [started("EVDetected", evse=1, wh=None)], meter, ago=10)
        await shown(operator, state="active", id_token="", charging_state=None, connector="1")
        await authorize(station)
        await drive(
            station,
            [
                updated("Authorized", token=True),
                updated("CablePluggedIn", "EVConnected", wh=1000),
                updated("ChargingStateChanged", "Charging"),
            ],
            meter,
        )
        await shown(operator, id_token=SEEN, charging_state="charging", flags=[])


async def test_TC_E_38_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The car isn't ready: it is connected and authorised, and takes nothing."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        await authorize(station)
        await drive(
            station,
            [
                started("CablePluggedIn", "EVConnected", evse=1),
                updated("Authorized", "EVConnected", token=True),
                updated("ChargingStateChanged", "SuspendedEV"),
            ],
        )
        await shown(operator, state="active", charging_state="suspended_ev", energy_wh=0, id_token=SEEN)


async def test_TC_E_53_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Each transaction counts its messages from 0; the second one isn't taken for a repetition of the first."""
    async with charging_station(node) as station:
        for _ in range(2):
            await authorize(station)
            meter = Meter201(station, evse=None)
            await drive(
                station,
                [
                    started("Authorized", "Charging", evse=1, token=True),
                    updated("MeterValuePeriodic", "Charging", wh=2000),
                ],
                meter,
            )
            assert meter.seq_no == 1
            await meter.ended("StopAuthorized", wh=3000, info={"stoppedReason": "Local"})
        items = (await operator.get("/api/v1/transactions")).json()["items"]
        assert [(one["state"], one["energy_wh"], one["flags"]) for one in items] == [("ended", 2000, [])] * 2
        assert [one["seq_no"] for one in await messages()] == [0, 1, 2, 0, 1, 2]
