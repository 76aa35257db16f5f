"""The addresses that stations send log files to and fetch firmware from."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from backend.db.engine import DB
from backend.maintenance import files
from shared.accounts import Role
from tests import world
from tests.api.harness import People, new_key
from tests.conformance.conftest import node, operator  # noqa: F401  # fixtures
from tests.conformance.maintenance import URL, ask_log, task_of, upload, words
from tests.support.node import Node
from tests.support.wire import asked


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


async def test_an_upload_is_bounded_used_once_and_expires(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        sent, _ = await ask_log(station, operator, {}, "GetDiagnostics", {})
    monkeypatch.setattr(files, "MAX_UPLOAD", 4)
    assert (await upload(node, sent["location"], b"12345")).status_code == 413
    assert (await upload(node, sent["location"], b"1234")).status_code == 204
    assert (await upload(node, sent["location"], b"1234")).status_code == 409
    await DB.run("UPDATE maintenance_task SET expires_at = now() - interval '1 minute'")
    assert (await upload(node, sent["location"], b"1234")).status_code == 404


async def test_a_station_fetches_the_file_that_was_uploaded(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    content = b"new firmware " * 9000
    made = await operator.post("/api/v1/firmware-files", params={"name": "box 2.1.bin"}, content=content)
    assert (made.status_code, made.json()["size"], made.json()["name"]) == (201, len(content), "box_2.1.bin")
    assert [one["id"] for one in (await operator.get("/api/v1/firmware-files")).json()["items"]] == [made.json()["id"]]
    body = {"file_id": made.json()["id"]}
    async with node.booted("CP-1") as station:
        path = "/api/v1/stations/CP-1/firmware"
        sent, answer = await asked(station, operator, path, body, "UpdateFirmware", {})
    assert answer.json()["status"] == "Accepted"
    transport = httpx.ASGITransport(app=node.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as nobody:
        address = urlsplit(sent["location"]).path
        for _ in range(2):  # a link that breaks: it may be fetched again
            assert (await nobody.get(address)).content == content
        assert (await nobody.put(f"/api/v1/uploads/{address.split('/')[-2]}", content=b"x")).status_code == 404
        await DB.run("UPDATE maintenance_task SET expires_at = now() - interval '1 minute'")
        assert (await nobody.get(address)).status_code == 404


async def test_an_answer_that_a_report_overtook_stands_before_it(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        path = "/api/v1/stations/CP-1/firmware"
        post = asyncio.create_task(operator.post(path, json={"url": URL}, headers=new_key()))
        message_id, _ = await station.expect_call("UpdateFirmware")
        await station.call("FirmwareStatusNotification", {"status": "Downloading"})
        await station.answer(message_id, {})
        task = await task_of(operator, "firmware", await post)
    assert words(task) == ["Requested", "Accepted", "Downloading"]
    assert task["status"] == "Downloading"


async def test_files_of_another_company_do_not_exist(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    made = await operator.post("/api/v1/firmware-files", params={"name": "ours.bin"}, content=b"ours")
    async with node.booted("CP-1") as station:
        sent, answer = await ask_log(station, operator, {}, "GetDiagnostics", {})
        assert (await upload(node, sent["location"], b"ours")).status_code == 204
        file = f"/api/v1/stations/CP-1/logs/{answer.json()['id']}/file"
        assert (await operator.get(file)).content == b"ours"
    theirs = await world.add_tenant("Theirs")
    await world.add_station(theirs, "CP-2")
    async with People(node.ctx, node.app, theirs).client(Role.OPERATOR) as other:
        assert (await other.get(file)).status_code == 404
        assert (await other.get("/api/v1/firmware-files")).json()["items"] == []
        named = await other.post(
            "/api/v1/stations/CP-2/firmware", json={"file_id": made.json()["id"]}, headers=new_key()
        )
        assert (named.status_code, named.json()["code"]) == (400, "invalid_input")
