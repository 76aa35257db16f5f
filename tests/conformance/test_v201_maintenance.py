"""OCPP 2.0.1: L (firmware) and the logs of N."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.maintenance import AT, BASE, SIGNED, URL, ask_log, task_of, told, upload, words
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, asked

FETCHED = ("Downloading", "Downloaded")
VERIFIED = (*FETCHED, "SignatureVerified")
DONE = ("Installing", "InstallRebooting", "Installed")
MD5 = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


async def begin(
    station: ScriptedStation, operator: httpx.AsyncClient, status: str = "Accepted", **more: Any
) -> tuple[Json, httpx.Response]:
    body = {"url": URL, "retrieve_at": AT} | SIGNED | more
    return await asked(station, operator, f"{BASE}/firmware", body, "UpdateFirmware", {"status": status})


async def update(
    node: Node, operator: httpx.AsyncClient, *statuses: str, status: str = "Accepted", **more: Any
) -> Json:
    """A signed update to its end; the payload that went out."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        sent, answer = await begin(station, operator, status, **more)
        assert sent["requestId"] == answer.json()["request_id"]
        firmware = dict(sent["firmware"])
        assert (firmware["location"], firmware["signature"]) == (URL, SIGNED["signature"])
        assert firmware["signingCertificate"] == SIGNED["certificate"]
        await told(station, "FirmwareStatusNotification", *statuses, requestId=sent["requestId"])
        task = await task_of(operator, "firmware", answer)
        assert words(task) == ["Requested", status, *statuses]
        assert (task["status"], task["ended_at"] is not None) == ((statuses or (status,))[-1], True)
        return firmware


async def test_TC_L_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    firmware = await update(node, operator, *VERIFIED, *DONE)
    assert (firmware["retrieveDateTime"], "installDateTime" in firmware) == (AT, False)


async def test_TC_L_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    later = "2030-01-01T12:00:00Z"
    firmware = await update(node, operator, *VERIFIED, "InstallScheduled", *DONE, install_at=later)
    assert firmware["installDateTime"] == later


async def test_TC_L_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    later = "2031-01-01T12:00:00Z"
    firmware = await update(node, operator, "DownloadScheduled", *VERIFIED, *DONE, retrieve_at=later)
    assert firmware["retrieveDateTime"] == later


async def test_TC_L_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, status="RevokedCertificate")


async def test_TC_L_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, status="InvalidCertificate")


async def test_TC_L_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, *FETCHED, "InvalidSignature")


async def test_TC_L_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, "Downloading", "DownloadFailed")


async def test_TC_L_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, *VERIFIED, "Installing", "InstallVerificationFailed")


async def test_TC_L_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, *VERIFIED, "Installing", "InstallationFailed")


async def test_TC_L_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        first, older = await begin(station, operator)
        await told(station, "FirmwareStatusNotification", "Downloading", requestId=first["requestId"])
        second, newer = await begin(station, operator, "AcceptedCanceled")
        assert second["requestId"] != first["requestId"]
        old = await task_of(operator, "firmware", older)
        assert (old["status"], old["ended_at"] is not None) == ("Canceled", True)
        await told(station, "FirmwareStatusNotification", *VERIFIED, *DONE, requestId=second["requestId"])
        assert (await task_of(operator, "firmware", newer))["status"] == "Installed"
        assert words(await task_of(operator, "firmware", older)) == words(old)


async def test_TC_L_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        first, older = await begin(station, operator)
        await told(station, "FirmwareStatusNotification", *VERIFIED, "Installing", requestId=first["requestId"])
        _, newer = await begin(station, operator, "Rejected")
        assert (await task_of(operator, "firmware", newer))["status"] == "Rejected"
        await told(station, "FirmwareStatusNotification", "Installed", requestId=first["requestId"])
        assert (await task_of(operator, "firmware", older))["status"] == "Installed"


async def test_TC_L_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The idle outlet goes out of service while the other one's transaction ends."""
    await node.add_station("CP-1", connectors=2)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started("CablePluggedIn", wh=0)
        sent, answer = await begin(station, operator)
        await told(station, "FirmwareStatusNotification", *VERIFIED, "InstallScheduled", requestId=sent["requestId"])
        status = {"timestamp": AT, "connectorStatus": "Unavailable", "evseId": 2, "connectorId": 1}
        assert await station.call("StatusNotification", status) == {}
        assert '"unavailable"' in (await operator.get(BASE)).text
        await meter.ended(wh=1000)
        await told(station, "FirmwareStatusNotification", *DONE, requestId=sent["requestId"])
        assert (await task_of(operator, "firmware", answer))["status"] == "Installed"


async def publish(node: Node, operator: httpx.AsyncClient, *statuses: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        body = {"url": URL, "checksum": MD5}
        reply: Json = {"status": "Accepted"}
        sent, answer = await asked(station, operator, f"{BASE}/firmware/publish", body, "PublishFirmware", reply)
        assert sent == {"location": URL, "checksum": MD5, "requestId": answer.json()["request_id"]}
        for status in statuses:
            where = {"location": ["http://controller/a.bin"]} if status == "Published" else {}
            await told(station, "PublishFirmwareStatusNotification", status, requestId=sent["requestId"], **where)
        task = await task_of(operator, "firmware", answer)
        assert words(task) == ["Requested", "Accepted", *statuses]
        assert task["ended_at"] is not None
        assert task["history"][-1]["detail"] == ("http://controller/a.bin" if "Published" in statuses else "")


async def test_TC_L_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await publish(node, operator, *FETCHED, "ChecksumVerified", "Published")


async def test_TC_L_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await publish(node, operator, *FETCHED, "InvalidChecksum")


async def test_TC_L_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await publish(node, operator, *FETCHED, "ChecksumVerified", "PublishFailed")


async def test_TC_L_24_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await publish(node, operator, "Downloading", "DownloadFailed")


async def unpublish(node: Node, operator: httpx.AsyncClient, status: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        path = f"{BASE}/firmware/unpublish"
        sent, answer = await asked(station, operator, path, {"checksum": MD5}, "UnpublishFirmware", {"status": status})
        assert sent == {"checksum": MD5}
        assert (answer.json()["status"], answer.json()["accepted"]) == (status, status == "Unpublished")
        commands = (await operator.get(f"{BASE}/commands")).json()["items"]
        assert (commands[0]["action"], commands[0]["status"]) == ("UnpublishFirmware", status)


async def test_TC_L_21_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await unpublish(node, operator, "Unpublished")


async def test_TC_L_22_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await unpublish(node, operator, "NoFirmware")


async def test_TC_L_23_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await unpublish(node, operator, "DownloadOngoing")


async def log(node: Node, operator: httpx.AsyncClient, kind: str, word: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        body = {"kind": kind, "oldest": AT, "retries": 1}
        sent, answer = await ask_log(station, operator, body, "GetLog", {"status": "Accepted", "filename": "a.log"})
        assert (sent["logType"], sent["retries"], sent["log"]["oldestTimestamp"]) == (word, 1, AT)
        await told(station, "LogStatusNotification", "Uploading", requestId=sent["requestId"])
        assert (await upload(node, sent["log"]["remoteLocation"], b"log")).status_code == 204
        await told(station, "LogStatusNotification", "Uploaded", requestId=sent["requestId"])
        task = await task_of(operator, "logs", answer)
        assert (task["kind"], task["status"], task["file_size"]) == (kind, "Uploaded", 3)
        assert words(task) == ["Requested", "Accepted", "Uploading", "Uploaded"]


async def test_TC_N_25_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await log(node, operator, "diagnostics", "DiagnosticsLog")


async def test_TC_N_34_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        _, answer = await ask_log(station, operator, {}, "GetLog", {"status": "Rejected"})
        task = await task_of(operator, "logs", answer)
        assert (words(task), task["ended_at"] is not None) == (["Requested", "Rejected"], True)


async def test_TC_N_35_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await log(node, operator, "security", "SecurityLog")


async def test_TC_N_36_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        first, older = await ask_log(station, operator, {}, "GetLog", {"status": "Accepted"})
        await told(station, "LogStatusNotification", "Uploading", requestId=first["requestId"])
        second, newer = await ask_log(station, operator, {}, "GetLog", {"status": "AcceptedCanceled"})
        assert second["requestId"] != first["requestId"]
        assert second["log"]["remoteLocation"] != first["log"]["remoteLocation"]
        await told(station, "LogStatusNotification", "AcceptedCanceled", requestId=first["requestId"])
        await told(station, "LogStatusNotification", "Uploading", "Uploaded", requestId=second["requestId"])
        assert (await task_of(operator, "logs", older))["status"] == "Canceled"
        assert (await task_of(operator, "logs", newer))["status"] == "Uploaded"
