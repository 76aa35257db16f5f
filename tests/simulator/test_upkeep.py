"""Firmware, log files, local lists and reservations of simulated stations, against a central system of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.simulator import promises, upkeep
from backend.simulator.fleet import Fleet
from backend.simulator.promises import ListedToken, Reservation
from backend.simulator.wire import stamp
from tests.simulator.conftest import CAR
from tests.simulator.test_links import Central, Json, central, fleet

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


class Files:
    """A web server of one file and one letter box."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 200
        self.sent: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-l")), 0
        )
        body = await reader.readexactly(length)
        if head.startswith("PUT"):
            self.sent.append((head.split()[1], body))
        writer.write(f"HTTP/1.1 {self.status} x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nbytes".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def files() -> AsyncIterator[Files]:
    one = Files()
    async with await asyncio.start_server(one.serve, "127.0.0.1", 0) as server:
        one.port = server.sockets[0].getsockname()[1]
        yield one


@asynccontextmanager
async def scene(version: str, **spec: Any) -> AsyncIterator[tuple[Central, Fleet, Files]]:
    async with files() as web, central(version) as one, fleet(one, **spec) as made:
        await one.until(lambda: made.stations[0].online)
        yield one, made, web


def firmware_request(version: str, url: str) -> tuple[str, Json]:
    at = "2026-03-02T09:00:00Z"
    if version == "1.6":
        return "UpdateFirmware", {"location": f"{url}/wattbox-2.1.bin", "retrieveDate": at}
    return "UpdateFirmware", {
        "requestId": 7,
        "firmware": {"location": f"{url}/wattbox-2.1.bin", "retrieveDateTime": at},
    }


@VERSIONS
async def test_new_firmware_is_fetched_installed_and_told_after_the_restart(version: str) -> None:
    async with scene(version) as (one, made, web):
        action, payload = firmware_request(version, web.url)
        assert (await one.ask(action, payload))[2] == ({} if version == "1.6" else {"status": "Accepted"})
        await one.until(lambda: any(x["status"] == "Installed" for x in one.payloads("FirmwareStatusNotification")))
        told = [x["status"] for x in one.payloads("FirmwareStatusNotification")]
        rebooting = ["InstallRebooting"] if version == "2.0.1" else []
        assert told == ["Downloading", "Downloaded", "Installing", *rebooting, "Installed"]
        if version == "2.0.1":
            assert {x["requestId"] for x in one.payloads("FirmwareStatusNotification")} == {7}
        boot = one.payloads("BootNotification")[-1]
        version_told = boot["firmwareVersion"] if version == "1.6" else boot["chargingStation"]["firmwareVersion"]
        assert version_told == upkeep.version_of("/wattbox-2.1.bin", b"bytes") == made.stations[0].firmware


@VERSIONS
async def test_firmware_that_is_not_there_changes_nothing(version: str) -> None:
    async with scene(version) as (one, made, web):
        web.status = 404
        await one.ask(*firmware_request(version, web.url))
        await one.until(
            lambda: (
                [x["status"] for x in one.payloads("FirmwareStatusNotification")] == ["Downloading", "DownloadFailed"]
            )
        )
        assert made.stations[0].firmware == "1.0.0"
        assert len(one.payloads("BootNotification")) == 1


async def test_firmware_waits_for_a_car() -> None:
    async with scene("1.6") as (one, made, web):
        station = made.stations[0]
        station.plug(1, CAR, 20, 90)
        station.card(1, "CARD-1")
        await one.until(lambda: one.payloads("StartTransaction"))
        await one.ask(*firmware_request("1.6", web.url))
        await one.until(lambda: {"status": "Downloaded"} in one.payloads("FirmwareStatusNotification"))
        await asyncio.sleep(0.2)  # twelve seconds of the station's time
        assert {"status": "Installing"} not in one.payloads("FirmwareStatusNotification")
        station.unplug(1)
        await one.until(lambda: {"status": "Installed"} in one.payloads("FirmwareStatusNotification"))
        told = [x["status"] for x in one.payloads("FirmwareStatusNotification")]
        assert told == ["Downloading", "Downloaded", "Installing", "Installed"]
        heard = [(action, x.get("status")) for action, x in one.heard]
        stopped = next(place for place, (action, _) in enumerate(heard) if action == "StopTransaction")
        assert stopped < heard.index(("BootNotification", None), 1)


@VERSIONS
@pytest.mark.parametrize("status", [201, 500])
async def test_a_log_is_sent_and_told(version: str, status: int) -> None:
    async with scene(version) as (one, _, web):
        web.status = status
        if version == "1.6":
            answer = await one.ask("GetDiagnostics", {"location": f"{web.url}/up/token/"})
            assert answer[2] == {"fileName": "CP_1-diagnostics.log"}
            kind, done, failed = "DiagnosticsStatusNotification", "Uploaded", "UploadFailed"
        else:
            log = {"remoteLocation": f"{web.url}/up/token"}
            answer = await one.ask("GetLog", {"log": log, "logType": "SecurityLog", "requestId": 3})
            assert answer[2] == {"status": "Accepted", "filename": "CP_1-security.log"}
            kind, done, failed = "LogStatusNotification", "Uploaded", "UploadFailure"
        await one.until(lambda: len(one.payloads(kind)) == 2)
        assert [x["status"] for x in one.payloads(kind)] == ["Uploading", done if status == 201 else failed]
        ((path, body),) = web.sent
        assert path == ("/up/token/CP_1-diagnostics.log" if version == "1.6" else "/up/token")
        assert b'"station":"CP 1"' in body


def entry(version: str, token: str, status: str | None) -> Json:
    if version == "1.6":
        return {"idTag": token} | ({"idTagInfo": {"status": status}} if status else {})
    found: Json = {"idToken": {"idToken": token, "type": "ISO14443"}}
    return found | ({"idTokenInfo": {"status": status}} if status else {})


@VERSIONS
async def test_a_local_list_decides_while_the_link_is_down(version: str) -> None:
    def update(number: int, kind: str, *entries: Json) -> Json:
        name = "listVersion" if version == "1.6" else "versionNumber"
        return {name: number, "updateType": kind, "localAuthorizationList": list(entries)}

    async with scene(version) as (one, made, _):
        station = made.stations[0]
        known, blocked = entry(version, "A", "Accepted"), entry(version, "B", "Blocked")
        assert (await one.ask("SendLocalList", update(4, "Full", known, blocked)))[2] == {"status": "Accepted"}
        assert (station.knows("A"), station.knows("B"), station.knows("C")) == (True, False, False)
        old = await one.ask("SendLocalList", update(4, "Differential", entry(version, "C", "Accepted")))
        assert old[2] == {"status": "VersionMismatch"}
        gone = await one.ask(
            "SendLocalList", update(5, "Differential", entry(version, "C", "Accepted"), entry(version, "A", None))
        )
        assert gone[2] == {"status": "Accepted"}
        assert (station.knows("A"), station.knows("C")) == (False, True)
        answer = await one.ask("GetLocalListVersion", {})
        assert list(answer[2].values()) == [5]


def reserve(version: str, number: int, token: str, until: str, evse: int | None) -> Json:
    if version == "1.6":
        return {"reservationId": number, "connectorId": evse or 0, "idTag": token, "expiryDate": until}
    found: Json = {"id": number, "idToken": {"idToken": token, "type": "Central"}, "expiryDateTime": until}
    return found | ({"evseId": evse} if evse else {})


@VERSIONS
async def test_a_reservation_holds_an_outlet_for_whom_it_is(version: str) -> None:
    async with scene(version) as (one, made, _):
        station = made.stations[0]
        until = stamp(station.clock.now() + timedelta(hours=1))
        asked = reserve(version, 9, "CARD-1", until, 1)
        assert (await one.ask("ReserveNow", asked))[2] == {"status": "Accepted"}
        await one.until(lambda: "Reserved" in str(one.payloads("StatusNotification")[-1]))
        other = reserve(version, 10, "CARD-2", until, None)
        assert (await one.ask("ReserveNow", other))[2] == {"status": "Occupied"}
        station.plug(1, CAR, 20, 80)
        assert not station.card(1, "CARD-2")
        assert station.card(1, "CARD-1")
        kind = "StartTransaction" if version == "1.6" else "TransactionEvent"
        await one.until(lambda: one.payloads(kind))
        assert one.payloads(kind)[0]["reservationId"] == 9
        gone = await one.ask("CancelReservation", {"reservationId": 9})
        assert gone[2] == {"status": "Rejected"}


@VERSIONS
async def test_a_reservation_runs_out_and_can_be_taken_back(version: str) -> None:
    async with scene(version) as (one, made, _):
        station = made.stations[0]
        soon = stamp(station.clock.now() + timedelta(seconds=20))
        await one.ask("ReserveNow", reserve(version, 9, "CARD-1", soon, 1))
        await one.until(lambda: not station.memory.reservations)
        await one.until(lambda: "Available" in str(one.payloads("StatusNotification")[-1]))
        if version == "2.0.1":
            await one.until(lambda: one.payloads("ReservationStatusUpdate"))
            told = one.payloads("ReservationStatusUpdate")
            assert told == [{"reservationId": 9, "reservationUpdateStatus": "Expired"}]
        later = stamp(station.clock.now() + timedelta(hours=1))
        await one.ask("ReserveNow", reserve(version, 11, "CARD-1", later, 1))
        assert (await one.ask("CancelReservation", {"reservationId": 11}))[2] == {"status": "Accepted"}


def test_a_group_stands_for_its_tokens() -> None:
    listed = {"B": ListedToken(group="G"), "C": ListedToken(group="H")}
    held = Reservation(id=1, evse=1, id_token="A", group="G", until=datetime(2026, 3, 2, tzinfo=UTC))
    assert [promises.fits(held, token, listed) for token in ("A", "B", "C", "D")] == [True, True, False, False]


def test_a_full_list_replaces_and_a_bare_entry_removes() -> None:
    known = {"A": ListedToken(), "B": ListedToken()}
    entries = [("A", None), ("C", ListedToken(status="Blocked"))]
    assert set(promises.updated(known, entries, full=False)) == {"B", "C"}
    assert set(promises.updated(known, entries, full=True)) == {"C"}


@VERSIONS
async def test_profiles_are_kept_told_and_cleared(version: str) -> None:
    old = version == "1.6"

    def profile(number: int, purpose: str, limit: float, **more: Any) -> dict[str, Any]:
        schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
        told = {"stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Relative"} | more
        if old:
            return told | {"chargingProfileId": number, "chargingSchedule": schedule}
        return told | {"id": number, "chargingSchedule": [schedule | {"id": 1}]}

    async with scene(version) as (central_, made, _):

        async def set_one(evse: int, one: dict[str, Any]) -> str:
            where = (
                {"connectorId": evse, "csChargingProfiles": one} if old else {"evseId": evse, "chargingProfile": one}
            )
            return str((await central_.ask("SetChargingProfile", where))[2]["status"])

        async def limit() -> float:
            where = {"connectorId" if old else "evseId": 1, "duration": 60}
            told = (await central_.ask("GetCompositeSchedule", where))[2]["chargingSchedule" if old else "schedule"]
            return float(told["chargingSchedulePeriod"][0]["limit"])

        assert await set_one(1, profile(1, "TxDefaultProfile", 12)) == "Accepted"
        assert await limit() == 12
        assert await set_one(1, profile(2, "TxProfile", 12)) == "Rejected"  # nothing runs
        assert await set_one(9, profile(2, "TxDefaultProfile", 12)) == "Rejected"
        made.stations[0].plug(1, CAR, 30, 80)
        one = profile(3, "TxProfile", 8)
        token = {"idToken": "APP", "type": "Central"}
        start = (
            ("RemoteStartTransaction", {"idTag": "APP", "connectorId": 1, "chargingProfile": one})
            if old
            else (
                "RequestStartTransaction",
                {"idToken": token, "remoteStartId": 3, "evseId": 1, "chargingProfile": one},
            )
        )
        assert (await central_.ask(*start))[2]["status"] == "Accepted"
        assert await limit() == 8
        number = {"id": 3} if old else {"chargingProfileId": 3}
        assert (await central_.ask("ClearChargingProfile", number))[2]["status"] == "Accepted"
        assert (await central_.ask("ClearChargingProfile", number))[2]["status"] == "Unknown"
        assert await limit() == 12
