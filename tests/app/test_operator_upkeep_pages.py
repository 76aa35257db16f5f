"""The upkeep of a station in a real session: firmware, files, security events, and its log as a file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import flet as ft
import httpx
import msgspec
import pytest

from app.i18n import catalog
from app.operator import patience, upkeep_rules
from backend import wiring
from backend.certificates import rules as certificates
from backend.displays import rules as displays
from backend.energy import rules as energy
from backend.stations import frame_words
from shared.accounts import Role
from shared.energy import RateUnit
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
        await phone.wait_for_text("fw.bin")
        await phone.wait_gone("dialog-confirm")


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


async def test_an_empty_log_says_whether_the_filters_empty_it(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-log")
        await screen.wait_for_text("Every OCPP message appears the moment it passes")
        await screen.click("log-errors")
        await screen.wait_for_text("No message fits the filters.")


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


# --- certificates, limits, screens ---------------------------------------------------------------------


async def test_our_root_is_installed_shown_with_its_end_and_deleted(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-certificates")
        await screen.wait_for_text("None known.")
        await screen.click("certificates-install")
        sent = await answered(screen, station, "InstallCertificate", {"status": "Accepted"})
        assert sent["certificateType"] == "CentralSystemRootCertificate"
        assert "BEGIN CERTIFICATE" in sent["certificate"]
        await screen.wait_for_text("ends on ")
        await screen.wait_for_text("Root of the central system")
        await screen.click(_named(screen, "root-delete-")[0])
        await screen.click("dialog-confirm")
        await answered(screen, station, "DeleteCertificate", {"status": "Accepted"})
        await screen.wait_for_text("None known.")


async def test_a_station_that_knows_no_certificates_says_so_kindly(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE, language="de") as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-certificates")
        await screen.click("certificates-renew")
        message_id, _ = await station.expect_call("ExtendedTriggerMessage")
        await station.answer_error(message_id, "NotImplemented")
        await screen.wait_for_text("Diese Station kennt diesen Befehl nicht.", "toast")


async def test_a_station_is_held_to_a_power_and_let_go(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE, size=PHONE) as phone:
        await phone.click("tab-upkeep")
        await phone.click("upkeep-limits")
        await phone.wait_for_text("No limit is known.")
        await phone.type("limit-kw", "many")
        await phone.wait_for_text("A number of kilowatts, such as 11.")
        assert not phone.pressable("limit-set")
        await phone.type("limit-kw", "7,4")
        await phone.click("limit-set")
        sent = await answered(phone, station, "SetChargingProfile", {"status": "Accepted"})
        assert (sent["connectorId"], sent["csChargingProfiles"]["chargingProfilePurpose"]) == (
            0,
            "ChargePointMaxProfile",
        )
        schedule = sent["csChargingProfiles"]["chargingSchedule"]
        assert [one["limit"] for one in schedule["chargingSchedulePeriod"]] == [7400.0]
        await phone.wait_for_text("7.4 kW")
        await phone.click("composite-ask")
        period = {"startPeriod": 0, "limit": 7400.0}
        told = {"duration": 86400, "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
        reply = {"status": "Accepted", "connectorId": 0, "scheduleStart": STAMP, "chargingSchedule": told}
        await answered(phone, station, "GetCompositeSchedule", reply)
        await phone.wait_for_text("7.4 kW", "composite")
        await phone.click(_named(phone, "limit-clear-")[0])
        await phone.click("dialog-confirm")
        await answered(phone, station, "ClearChargingProfile", {"status": "Accepted"})
        await phone.wait_for_text("No limit is known.")


async def test_a_message_is_shown_on_a_screen_and_removed(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as new, app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-screen")
        await screen.wait_for_text("No message known.")
        assert not screen.pressable("message-show")
        await screen.type("message-text", "Cables are on the left")
        await screen.click("priority-InFront")
        await screen.click("message-show")
        sent = (await answered(screen, new, "SetDisplayMessage", {"status": "Accepted"}))["message"]
        assert (sent["id"], sent["priority"]) == (1, "InFront")
        assert sent["message"]["content"] == "Cables are on the left"
        await screen.wait_for_text("Cables are on the left", "message-1")
        await screen.click("message-remove-1")
        assert await answered(screen, new, "ClearDisplayMessage", {"status": "Accepted"}) == {"id": 1}
        await screen.wait_for_text("No message known.")


async def test_a_16_station_has_no_screen_to_write_on(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route=PAGE) as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-screen")
        await screen.wait_for_text("OCPP 1.6 knows no messages on screens.")


# --- rules ---------------------------------------------------------------------------------------------


def test_an_expiry_warns_a_month_before() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    ends = {None: "", timedelta(0): "over", timedelta(days=30): "soon", timedelta(days=31): "fine"}
    for ahead, expected in ends.items():
        assert upkeep_rules.expiry(None if ahead is None else now + ahead, now) == expected


def test_tonight_is_the_next_two_o_clock() -> None:
    for hour, day in ((1, 1), (2, 2), (23, 2)):
        found = upkeep_rules.begins_at(upkeep_rules.TONIGHT, datetime(2026, 6, 1, hour, tzinfo=UTC))
        assert found == datetime(2026, 6, day, 2, tzinfo=UTC)


def test_every_word_of_the_upkeep_has_a_german_one() -> None:
    tables = (
        upkeep_rules.STEPS,
        upkeep_rules.ROOTS,
        upkeep_rules.OWN,
        upkeep_rules.STATES,
        upkeep_rules.PRIORITIES,
        upkeep_rules.PURPOSES,
        upkeep_rules.SOURCES,
        displays.WORDS,
        energy.ANSWERS,
        certificates.EXPLAINED,
        frame_words.MEANINGS,
    )
    missing = {text for table in tables for text in table.values() if text not in catalog.GERMAN}
    assert not missing


def test_words_for_files_sizes_and_limits() -> None:
    assert [upkeep_rules.size(one) for one in (640, 64_000, 12_400_000)] == ["640 B", "64 kB", "12.4 MB"]
    assert upkeep_rules.file_of("", "https://a.example/b/fw.bin?x=1") == "fw.bin"
    assert upkeep_rules.next_number([1, 2, 4]) == 3
    assert [upkeep_rules.watts(one) for one in ("7,4", "-1", "nan", "x")] == [Decimal(7400), None, None, None]
    assert upkeep_rules.written(Decimal("16.0"), RateUnit.AMPERE) == "16 A"
    assert upkeep_rules.written(Decimal(20_000), RateUnit.WATT) == "20 kW"
    assert upkeep_rules.since(5400) == "+1:30 h"


async def test_what_is_asked_of_a_station_that_is_offline_waits_and_is_called_off(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, route=PAGE, size=PHONE) as phone:
        await phone.click("tab-upkeep")
        await phone.wait("patience")
        await phone.click("wait-604800")
        await phone.click("upkeep-files")
        await phone.click("ask-diagnostics")
        await phone.wait_for_text("Send a log file", "patience")
        await phone.click("upkeep-limits")
        await phone.type("limit-kw", "11")
        await phone.click("limit-set")
        await phone.wait_for_text("Limit its power", "patience")
        await phone.click("upkeep-firmware")
        await phone.click("firmware-start")
        await phone.type("firmware-url", "https://files.example.com/fw.bin")
        await phone.click("dialog-confirm")
        await phone.wait_for_text("Update the firmware", "patience")
        for left in (2, 1, 0):
            await phone.click(_named(phone, "waits-cancel-")[0])
            await phone.until(lambda left=left: len(_named(phone, "waits-cancel-")) == left, "one less that waits")


def test_all_that_may_wait_has_plain_words() -> None:
    assert set(wiring.ERRANDS) <= set(patience.ACTIONS)
    assert set(patience.ACTIONS.values()) <= set(catalog.GERMAN)
