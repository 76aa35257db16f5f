"""Meter values while nobody charges: kept, shown with the station, and never mixed up with those of sessions."""

from backend.authorization import service as authorization
from shared.accounts import Role
from tests.support.node import Node
from tests.support.wire import stamp


def _said(minutes_ago: int, wh: int, connector: int, **more: object) -> dict[str, object]:
    values = [{"value": str(wh)}, {"value": "0.4", "measurand": "Power.Active.Import", "unit": "kW"}]
    return {
        "connectorId": connector,
        **more,
        "meterValue": [{"timestamp": stamp(minutes_ago), "sampledValue": values}],
    }


async def test_what_meters_say_between_sessions(node: Node) -> None:
    await node.add_station("CP-1")
    await authorization.add_card(node.ctx, node.tenant_id, "CARD-1")
    operator, path = await node.client(), "/api/v1/stations/CP-1/readings"
    assert (await operator.get(path)).json() == []
    async with node.booted("CP-1") as station:
        await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        for said in (
            _said(30, 5000, 1),
            _said(20, 5010, 1),
            _said(20, 5010, 1),  # once more, as after a lost answer
            _said(25, 900_000, 0),  # the main meter
            _said(15, 5020, 1, transactionId=0),
            _said(10, 5030, 1, transactionId=77_777),  # a transaction nobody knows
        ):
            await station.call("MeterValues", said)
        found = (await operator.get(path)).json()
        assert [(one["evse"], one["energy_wh"], one["power_w"]) for one in found] == [(0, 900_000, 400), (1, 5030, 400)]

        began = await station.call(
            "StartTransaction", {"connectorId": 1, "idTag": "CARD-1", "meterStart": 5030, "timestamp": stamp(9)}
        )
        await station.call("MeterValues", _said(6, 5100, 1, transactionId=began["transactionId"]))
        await station.call("MeterValues", _said(4, 5230, 1))  # without an id they are the running session's
        (session,) = (await operator.get("/api/v1/transactions")).json()["items"]
        assert session["energy_wh"] == 200
    assert (await operator.get(path)).json() == found
    assert (await operator.get("/api/v1/stations/NOBODY/readings")).status_code == 404
    driver = await node.client(Role.DRIVER)
    assert (await driver.get(path)).status_code == 403
