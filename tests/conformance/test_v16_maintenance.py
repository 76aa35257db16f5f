"""OCPP 1.6: Firmware Management, and logs, signed updates and security events of the security extension."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.maintenance import AT, BASE, SIGNED, URL, ask_log, task_of, told, upload, words
from tests.support.node import Node
from tests.support.wire import asked


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


async def update(node: Node, operator: httpx.AsyncClient, *statuses: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        body = {"url": URL, "retrieve_at": AT, "retries": 2, "retry_interval_s": 60}
        sent, answer = await asked(station, operator, f"{BASE}/firmware", body, "UpdateFirmware", {})
        assert sent == {"location": URL, "retrieveDate": AT, "retries": 2, "retryInterval": 60}
        await told(station, "FirmwareStatusNotification", *statuses)
        task = await task_of(operator, "firmware", answer)
        assert words(task) == ["Requested", "Accepted", *statuses]
        assert (task["status"], task["ended_at"] is not None) == (statuses[-1], True)


async def test_TC_044_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, "Downloading", "Downloaded", "Installing", "Installed")


async def test_TC_044_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, "Downloading", "DownloadFailed")


async def test_TC_044_3_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await update(node, operator, "Downloading", "Downloaded", "Installing", "InstallationFailed")


async def test_TC_045_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        sent, answer = await ask_log(station, operator, {"oldest": AT}, "GetDiagnostics", {"fileName": "a.zip"})
        assert set(sent) == {"location", "startTime"}
        await told(station, "DiagnosticsStatusNotification", "Uploading")
        assert (await upload(node, sent["location"], b"diagnostics")).status_code == 204
        assert (await upload(node, sent["location"], b"again")).status_code == 409
        await told(station, "DiagnosticsStatusNotification", "Uploaded")
        task = await task_of(operator, "logs", answer)
        assert words(task) == ["Requested", "Accepted", "Uploading", "Uploaded"]
        assert (task["file_size"], task["ended_at"] is not None) == (11, True)
        file = await operator.get(f"{BASE}/logs/{task['id']}/file")
        assert (file.status_code, file.content) == (200, b"diagnostics")


async def test_TC_045_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        _, answer = await ask_log(station, operator, {}, "GetDiagnostics", {"fileName": "a.zip"})
        await told(station, "DiagnosticsStatusNotification", "Uploading", "UploadFailed")
        task = await task_of(operator, "logs", answer)
        assert (task["status"], task["file_size"], task["ended_at"] is not None) == ("UploadFailure", None, True)
        assert (await operator.get(f"{BASE}/logs/{task['id']}/file")).status_code == 404


async def security_event(node: Node, operator: httpx.AsyncClient, kind: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        event = {"type": kind, "timestamp": "2026-01-01T10:00:00Z", "techInfo": "expired"}
        assert await station.call("SecurityEventNotification", event) == {}
        (shown,) = (await operator.get(f"{BASE}/security-events")).json()["items"]
        assert (shown["type"], shown["at"], shown["info"], shown["critical"]) == (*event.values(), True)
        incidents = (await operator.get("/api/v1/incidents")).json()["items"]
        assert [one["rule"] for one in incidents] == ["security_event"]


async def test_TC_077_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await security_event(node, operator, "InvalidChargePointCertificate")


async def test_TC_078_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await security_event(node, operator, "InvalidCentralSystemCertificate")


async def test_TC_079_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        reply = {"status": "Accepted", "filename": "security.log"}
        sent, answer = await ask_log(station, operator, {"kind": "security"}, "GetLog", reply)
        assert (sent["logType"], sent["requestId"]) == ("SecurityLog", answer.json()["request_id"])
        await told(station, "LogStatusNotification", "Uploading", requestId=sent["requestId"])
        assert (await upload(node, sent["log"]["remoteLocation"], b"log")).status_code == 204
        await told(station, "LogStatusNotification", "Uploaded", requestId=sent["requestId"])
        task = await task_of(operator, "logs", answer)
        assert (task["kind"], task["status"], task["file_size"]) == ("security", "Uploaded", 3)


async def signed(node: Node, operator: httpx.AsyncClient, *statuses: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        body = {"url": URL, "retrieve_at": AT} | SIGNED
        sent, answer = await asked(
            station, operator, f"{BASE}/firmware", body, "SignedUpdateFirmware", {"status": "Accepted"}
        )
        assert sent["firmware"] == {
            "location": URL,
            "retrieveDateTime": AT,
            "signature": SIGNED["signature"],
            "signingCertificate": SIGNED["certificate"],
        }
        await told(station, "SignedFirmwareStatusNotification", *statuses, requestId=sent["requestId"])
        task = await task_of(operator, "firmware", answer)
        assert words(task) == ["Requested", "Accepted", *statuses]
        assert task["ended_at"] is not None


async def test_TC_080_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await signed(
        node, operator, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"
    )


async def test_TC_081_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await signed(node, operator, "Downloading", "Downloaded", "InvalidSignature")
