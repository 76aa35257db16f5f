"""Long work that a central system asks for: new firmware and log files. Told step by step, in no version's words."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from backend.simulator.station import Station

Tell = Callable[[str], Awaitable[None]]
"""Sends one state: downloading, downloaded, download_failed, installing, rebooting; uploading, uploaded,
upload_failed."""

TRANSFER_S = 30.0
LINGER_S = 2.0
"""What a step takes at least, in the station's time: nobody sees a state that lasts no time."""


async def update_firmware(station: Station, address: str, at: datetime | None, tell: Tell) -> None:
    """Fetch it, wait until nobody charges, and restart with it. `memory.firmware` is told with the next boot."""
    await _until(station, at)
    await tell("downloading")
    content = await _fetch(station, address)
    if content is None:
        await tell("download_failed")
        return
    await tell("downloaded")
    while any(outlet.transaction is not None for outlet in station.outlets):
        await station.clock.sleep(1)
    await tell("installing")
    await station.clock.sleep(LINGER_S)
    station.memory.firmware = version_of(address, content)
    await tell("rebooting")
    station.reset(True, "Reboot")


async def upload_log(station: Station, address: str, kind: str, tell: Tell) -> None:
    """A text file with what the station remembers, sent by PUT."""
    await tell("uploading")
    await station.clock.sleep(LINGER_S)
    content = log_file(station, kind)
    target = f"{address.rstrip('/')}/{file_name(station, kind)}" if address.endswith("/") else address
    try:
        async with httpx.AsyncClient(timeout=TRANSFER_S, trust_env=False) as client:
            answer = await client.put(target, content=content)
        done = answer.is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        done = False
    await tell("uploaded" if done else "upload_failed")


def file_name(station: Station, kind: str) -> str:
    return f"{station.spec.identity}-{kind}.log".replace(" ", "_")


def log_file(station: Station, kind: str) -> bytes:
    memory, now = station.memory, station.clock.now()
    lines: list[dict[str, Any]] = [
        {"at": now, "log": kind, "station": station.spec.identity, "firmware": station.firmware},
        {
            "registers_wh": memory.registers,
            "waiting_messages": len(memory.outbox),
            "out_of_service": memory.inoperative,
        },
    ]
    lines += [
        {"outlet": one.number, "state": station.phase(one), "fault": one.fault and one.fault.code}
        for one in station.outlets
    ]
    return b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n"


def version_of(address: str, content: bytes) -> str:
    """What new firmware calls itself: the name of its file, and what its content comes to."""
    name = PurePosixPath(urlsplit(address).path).stem or "firmware"
    return f"{name[:38]}+{hashlib.sha256(content).hexdigest()[:8]}"


async def _until(station: Station, at: datetime | None) -> None:
    if at is not None:
        await station.clock.sleep(max(0.0, (at - station.clock.now()).total_seconds()))


async def _fetch(station: Station, address: str) -> bytes | None:
    await station.clock.sleep(LINGER_S)
    try:
        async with httpx.AsyncClient(timeout=TRANSFER_S, trust_env=False, follow_redirects=True) as client:
            answer = await client.get(address)
        return answer.content if answer.is_success and answer.content else None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
