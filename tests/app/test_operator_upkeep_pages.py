"""The upkeep of a station in a real session: firmware, files, security events, and its log as a file."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import flet as ft
import httpx
import msgspec
import pytest

from shared.accounts import Role
from tests.app.harness import PHONE, Phone, app_for
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation

PAGE = "/stations/CP-1"
STAMP = "2026-01-01T10:00:00Z"


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


@pytest.fixture
async def station(node: Node) -> AsyncIterator[ScriptedStation]:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as one:
        yield one


async def answered(screen: Phone, station: ScriptedStation, action: str, reply: dict[str, Any]) -> Any:
    message_id, asked = await station.expect_call(action)
    await station.answer(message_id, reply)
    await screen.settle(0.05)
    return asked


async def test_a_file_is_uploaded_installed_and_each_step_shown(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.wait_for_text("No update so far")
        await screen.click("firmware-start")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Choose a file or give an address.", "problem")
        picker = next(one for one in screen.page.services if isinstance(one, ft.FilePicker))
        content = b"new firmware"
        await screen.event(
            picker, "result", {"files": [{"id": 1, "name": "fw-2.bin", "size": len(content), "bytes": content}]}
        )
        await screen.wait("firmware-file")
        await screen.click("dialog-confirm")
        sent = await answered(screen, station, "UpdateFirmware", {})
        async with httpx.AsyncClient() as web:
            fetched = await web.get(node.url + urlsplit(sent["location"]).path)
        assert fetched.content == content
        await screen.wait_gone("dialog-confirm")
        for status, words in (
            ("Downloading", "Fetching the file"),
            ("Installing", "Installing"),
            ("Installed", "Installed"),
        ):
            await station.call("FirmwareStatusNotification", {"status": status})
            await screen.wait_for_text(words)
        assert "Asked" in screen.text()
        assert "fw-2.bin" in screen.text()


async def test_an_address_that_is_none_is_said(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE, size=PHONE) as phone:
        await phone.click("tab-upkeep")
        await phone.click("firmware-start")
        await phone.type("firmware-url", "firmware.bin")
        await phone.click("dialog-confirm")
        await phone.wait_for_text("An address begins with", "problem")
        await phone.type("firmware-url", "https://files.example.com/fw.bin")
        await phone.click("when-tonight")
        await phone.click("dialog-confirm")
        sent = await answered(phone, station, "UpdateFirmware", {})
        assert sent["location"] == "https://files.example.com/fw.bin"
        await phone.wait_for_text("https://files.example.com/fw.bin")


async def test_diagnostics_come_and_are_saved(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-files")
        await screen.wait_for_text("No files yet")
        await screen.click("ask-diagnostics")
        sent = await answered(screen, station, "GetDiagnostics", {"fileName": "diag.zip"})
        await screen.until(lambda: _named(screen, "file-"), "the file on its way")
        async with httpx.AsyncClient() as web:
            put = await web.put(node.url + urlsplit(sent["location"]).path + "/diag.zip", content=b"what it saw")
        assert put.status_code == 204, put.text
        await station.call("DiagnosticsStatusNotification", {"status": "Uploaded"})
        await screen.until(lambda: _named(screen, "save-"), "the button that saves")
        await screen.click(_named(screen, "save-")[0])
        await screen.until(lambda: screen.client.saved, "saved file")
        assert screen.client.saved[0] == ("diag.zip", b"what it saw")


def _named(screen: Phone, beginning: str) -> list[str]:
    return [one for one in screen.identifiers() if one.startswith(beginning)]


async def test_security_events_appear_as_they_come(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE, language="de") as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-security")
        await screen.wait_for_text("Bisher keine.")
        event = {"type": "TamperDetectionActivated", "timestamp": STAMP, "techInfo": "front cover"}
        await station.call("SecurityEventNotification", event)
        await screen.wait_for_text("TamperDetectionActivated")
        assert "Kritisch · front cover" in screen.text()


async def test_offline_nothing_is_asked(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.wait_for_text("Not while the station is offline.")
        assert not screen.pressable("firmware-start")
        await screen.click("upkeep-files")
        await screen.wait("ask-diagnostics")
        assert not screen.pressable("ask-diagnostics")


async def test_an_error_is_explained_and_the_log_saved_as_it_is_filtered(node: Node, station: ScriptedStation) -> None:
    await station.call("Heartbeat")
    await station.call("NoSuchAction")
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-log")
        await screen.click("log-errors")
        await screen.until(lambda: 0 < len(_named(screen, "frame-")) <= 3, "errors only")
        for frame in _named(screen, "frame-"):
            await screen.click(frame)
            await screen.settle(0.05)
            if _named(screen, "explained-"):
                break
        await screen.wait_for_text("The receiver doesn't know this action at all.")
        for kind in ("csv", "ndjson"):
            await screen.click("log-save")
            await screen.click(f"log-save-{kind}")
            await screen.wait_gone("dialog-cancel")
        await screen.until(lambda: len(screen.client.saved) == 2, "both files")
        (_, table), (name, lines) = screen.client.saved
        assert "error_code" in table.decode("utf-8-sig").splitlines()[0]
        assert name == "ocpp-CP-1.ndjson"
        actions = {msgspec.json.decode(one)["action"] for one in lines.decode().splitlines()}
        assert "NoSuchAction" in lines.decode()
        assert "Heartbeat" not in actions
