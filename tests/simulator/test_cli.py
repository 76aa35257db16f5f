"""`wattline simulate` as a process: starts, charges, ends in time, goes on."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.db.engine import DB
from backend.errors import StartRefused
from backend.simulator.cli import main
from tests.support.node import Node
from tests.support.wire import card, eventually

END_WITHIN_S = 6.0
"""Two seconds on a quiet machine; tests share theirs."""


@asynccontextmanager
async def simulate(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend.cli", "simulate", *words,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process: asyncio.subprocess.Process) -> float:
    """How long it took to end by itself."""
    begun = time.monotonic()
    assert await asyncio.wait_for(process.wait(), 10) == 0
    return time.monotonic() - begun


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, "stdin"])
async def test_it_charges_and_ends_in_time(node: Node, tmp_path: Path, how: signal.Signals | str) -> None:
    operator = await node.client()
    await node.add_station("SIM-01", connectors=2)
    await node.add_station("SIM-02")
    await card(node, "SIM-CARD-1")
    await card(node, "SIM-CARD-2")
    state = tmp_path / "state.json"
    words = ("--url", node.ocpp_url, "--stations", "2", "--seed", "3", "--speed", "20", "--state", str(state))
    async with simulate(*words, "--until-stdin-closes") as process:
        charging = await eventually(
            operator, "/api/v1/transactions", lambda page: any(one["energy_wh"] > 50 for one in page["items"]), 40
        )
        assert charging["items"]
        if isinstance(how, signal.Signals):
            process.send_signal(how)
        else:
            assert process.stdin is not None
            process.stdin.close()
        assert await ended(process) < END_WITHIN_S
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"2 stations" in await process.stdout.read()
        assert await process.stderr.read() == b""
    left = json.loads(state.read_text())
    assert left["clean"]
    running = [one for memory in left["stations"].values() for one in memory["running"]]
    assert running
    # The next start tells how those ended: with the power, and with the register that the file holds.
    async with simulate(*words) as process:
        path = "/api/v1/transactions"
        stopped = await eventually(
            operator, path, lambda page: [one for one in page["items"] if one["stop_reason"] == "PowerLoss"], 40
        )
        process.terminate()
        assert await ended(process) < END_WITHIN_S
    registers = {
        memory["registers"][str(one["evse"])] for memory in left["stations"].values() for one in memory["running"]
    }
    found = await DB.run("SELECT meter_last_wh FROM transaction WHERE stop_reason = 'PowerLoss'")
    assert stopped["items"]
    assert {row["meter_last_wh"] for row in found} <= {int(register) for register in registers}


async def test_it_ends_in_time_when_nobody_answers(tmp_path: Path) -> None:
    """The central system is down: it tries again and again, and still ends at once."""
    async with simulate("--url", "ws://127.0.0.1:9/ocpp", "--stations", "3") as process:
        assert process.stdout is not None
        assert b"3 stations" in await process.stdout.readline()  # before that, a signal ends the start itself
        await asyncio.sleep(1)
        process.terminate()
        assert await ended(process) < END_WITHIN_S


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--url", "http://x"], "must begin with ws://"),
        (["--url", "ws://x", "--stations", "0"], "--stations"),
        (["--url", "ws://x", "--versions", "1.5"], "OCPP 1.5 can't be simulated"),
        (["--url", "ws://x", "--fleet", "/nowhere.json"], "can't be read"),
        (["--url", "ws://x", "--busy", "2"], "--busy"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(StartRefused, match=sentence):
        main(words)


def test_a_fleet_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    path.write_text('{"stations": [{"name": "no identity"}]}')
    with pytest.raises(StartRefused, match="is not one"):
        main(["--url", "ws://x", "--fleet", str(path)])


def test_help_tells_how(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("--url", "--seed", "--fleet", "examples:"))
