"""One incident from the wire to its end: what it shows, who has it, what they wrote, and how long each part took."""

import asyncio

from backend.alerts import service as alerts
from backend.db.engine import DB
from shared.accounts import Role
from tests.support.node import Node
from tests.support.wire import Json, Session16, card, eventually, stamp

POWER = {"measurand": "Power.Active.Import", "unit": "W"}
FAULT = {"connectorId": 1, "errorCode": "GroundFailure", "vendorErrorCode": "E-107", "info": "34 mA"}


def reported(found: Json) -> list[Json]:
    return [one for one in found["frames"] if (one["action"], one["direction"]) == ("StatusNotification", "in")]


async def test_an_incident_is_shown_given_written_to_and_timed(node: Node) -> None:
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    await card(node)
    operator, other = await node.client(), await node.client(email="otto@example.com")
    stranger = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(1000, 30)
        for minutes_ago, watts in ((20, "11000"), (10, "7400")):
            await session.meter(minutes_ago, {"value": watts, **POWER})
        await station.call("StatusNotification", FAULT | {"status": "Faulted", "timestamp": stamp(2)})
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        path = f"/api/v1/incidents/{incident['id']}"
        assert (await stranger.get(path)).status_code == 403

        # What it shows: cause and next step in words, what the rule saw, messages, the plot.
        found = await eventually(operator, path, reported)  # the log is written in blocks
        assert (found["incident"]["severity"], found["incident"]["state"]) == ("critical", "open")
        assert found["incident"]["cause"]
        assert found["incident"]["advice"]
        assert found["values"]["code"] == "GroundFailure"
        assert found["values"]["vendor's code"] == "E-107"
        assert "34 mA" in reported(found)[-1]["payload"]
        assert [one["power_w"] for one in found["points"] if one["power_w"]] == [11000, 7400]
        assert 110 < found["times"]["detect_s"] < 200  # the station's own time of it, not ours
        assert found["times"]["acknowledge_s"] is None
        assert found["times"]["repair_s"] is None

        # Who has it, and what they wrote.
        [otto] = await DB.run("SELECT id, name FROM account WHERE email = 'otto@example.com'")
        await asyncio.sleep(0.1)
        assert (await operator.post(f"{path}/acknowledge")).json()["state"] == "acknowledged"
        assigned = await operator.post(f"{path}/assign", json={"account_id": str(otto["id"])})
        assert assigned.json()["assignee"] == otto["name"]
        wrong = await operator.post(f"{path}/assign", json={"account_id": "00000000-0000-0000-0000-000000000000"})
        assert wrong.status_code == 400
        await other.post(f"{path}/notes", json={"text": "Cable is cut, new one ordered"})
        repairing = await other.post(f"{path}/state", json={"state": "in_repair", "note": "On my way"})
        assert repairing.json()["state"] == "in_repair"

        # It ends on the wire: watched for a day, because somebody repaired it.
        await session.stopped(3000)
        mended = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": stamp()}
        await station.call("StatusNotification", mended)
        found = await eventually(operator, path, lambda one: one["incident"]["state"] == "watched")
        assert 0 < found["times"]["acknowledge_s"] <= found["times"]["repair_s"] < 60
        lines = [(one["kind"], one["by"]) for one in found["timeline"] if one["kind"] != "step"]
        kinds = [kind for kind, _ in lines]
        assert kinds[0] == "opened"
        assert [kind for kind in kinds if kind in ("assigned", "note")] == ["assigned", "note"]
        assert ("note", otto["name"]) in lines
        texts = " ".join(one["text"] for one in found["timeline"])
        for text in ("Cable is cut, new one ordered", "On my way", f"For {otto['name']}."):
            assert text in texts
        figures = (await operator.get("/api/v1/incidents/figures")).json()["rules"]
        [row] = [one for one in figures if one["rule"] == "connector_faulted"]
        assert (row["incidents"], row["open"]) == (1, 1)
        for name in ("detect_s", "acknowledge_s", "repair_s"):
            assert row[name] == found["times"][name]


async def test_what_an_outage_costs_is_what_the_station_usually_takes(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as station:
        await DB.run(
            """INSERT INTO station_baseline (station, sessions_per_day, session_amount, days, computed_at)
            SELECT id, 48, 10, 56, now() FROM charging_station"""
        )
        await station.call("StatusNotification", FAULT | {"status": "Faulted", "timestamp": stamp(60)})
        await alerts.watch_business(node.ctx)
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        lost = float(incident["lost"]["amount"])
        assert 19 <= lost <= 22  # an hour of 48 sessions a day, 10.00 each
        assert incident["lost"]["currency"] == "EUR"
