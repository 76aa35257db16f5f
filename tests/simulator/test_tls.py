"""`wattline simulate` over TLS, at the real listener: which certificates it trusts, and its own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.errors import StartRefused
from backend.simulator.cli import main
from tests.simulator.test_cli import simulate
from tests.support.certificates import Authority
from tests.support.node import Node, running_node
from tests.support.secured import raised, secure_url, tls_settings, with_password
from tests.support.wire import eventually

PASSWORD = "0123456789abcdef"


@pytest.fixture
async def secured(db: str, tmp_path: Path) -> AsyncIterator[tuple[Node, Authority]]:
    root, settings = tls_settings(tmp_path)
    async with running_node(db, worker=True, **settings) as node:
        yield node, root


async def online(operator: Any, identity: str) -> None:
    await eventually(operator, f"/api/v1/stations/{identity}", lambda page: page["row"]["online"], 20)


async def test_each_station_shows_its_own_certificate(secured: tuple[Node, Authority]) -> None:
    node, root = secured
    operator = await node.client()
    for identity in ("SIM-01", "SIM-02"):
        await node.add_station(identity)
        assert (await raised(operator, identity, 3)).status_code == 200
        root.issue(identity)
    own = ["--cert", str(root.folder / "{identity}.pem"), "--key", str(root.folder / "{identity}.key")]
    async with simulate("--url", secure_url(node), "--stations", "2", "--ca", str(root.root), *own):
        for identity in ("SIM-01", "SIM-02"):
            await online(operator, identity)


async def test_a_password_over_tls_needs_only_the_root(secured: tuple[Node, Authority]) -> None:
    node, root = secured
    operator = await node.client()
    await with_password(operator, "SIM-01", 2)
    words = ["--url", secure_url(node), "--stations", "1", "--password", PASSWORD]
    async with simulate(*words, "--ca", str(root.root)):
        await online(operator, "SIM-01")


async def test_a_server_of_an_unknown_root_is_not_talked_to(secured: tuple[Node, Authority], tmp_path: Path) -> None:
    node, _ = secured
    other = Authority(tmp_path / "other")
    words = ["--url", secure_url(node), "--stations", "1", "--ca", str(other.root), "--verbose"]
    async with simulate(*words) as process:
        assert process.stderr is not None
        assert b"certificate verify failed" in await process.stderr.readline()


def test_files_that_cannot_be_used_end_the_start_with_a_sentence(tmp_path: Path) -> None:
    root = Authority(tmp_path / "root")
    certificate, _ = root.issue("SIM-01")
    _, another = root.issue("SIM-02")
    nothing = tmp_path / "nothing.pem"
    shutil.copy(another, nothing)
    secure, plain = ["--url", "wss://127.0.0.1:1/ocpp"], ["--url", "ws://127.0.0.1:1/ocpp"]
    for words, why in (
        ([*plain, "--ca", str(root.root)], "begins with wss"),
        ([*secure, "--key", str(another)], "needs the certificate"),
        ([*secure, "--ca", str(tmp_path / "away.pem")], "SIM-01 can't be used"),
        ([*secure, "--ca", str(nothing)], "SIM-01 can't be used"),
        ([*secure, "--cert", str(certificate), "--key", str(another)], "SIM-01 can't be used"),
    ):
        with pytest.raises(StartRefused, match=why):
            main(words)
