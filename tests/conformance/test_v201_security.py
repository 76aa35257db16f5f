"""OCPP 2.0.1: who may connect, and how."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidMessage

from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.secured import (
    PASSWORD,
    handshakes_refused,
    let_in,
    other_user,
    raised,
    refused,
    secure_url,
    with_password,
)

VERSION = "2.0.1"


@pytest.fixture
def node_settings(secured: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:
    return secured[1]


async def test_TC_A_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await with_password(operator, "CP-1")
    await let_in(node, "CP-1", VERSION, password=PASSWORD)


async def test_TC_A_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await with_password(operator, "CP-1")
    await refused(node, "CP-1", 401, headers=other_user())
    assert not (await operator.get("/api/v1/stations/CP-1")).json()["row"]["online"]


async def test_TC_A_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await with_password(operator, "CP-1")
    await refused(node, "CP-1", 401, password="fedcba9876543210")
    await refused(node, "CP-1", 401)


async def test_TC_A_04_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    """The client checks the chain and the address in the server's certificate."""
    await with_password(operator, "CP-1", 2)
    await let_in(node, "CP-1", VERSION, password=PASSWORD, tls=root.client())
    await refused(node, "CP-1", 403, password=PASSWORD)


async def test_TC_A_06_CSMS(node: Node, root: Authority) -> None:
    await node.add_station("CP-1")
    old = root.client()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    before = handshakes_refused()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        async with station(secure_url(node), "CP-1", tls=old):
            pass
    assert handshakes_refused() == before + 1
    await let_in(node, "CP-1", VERSION, tls=root.client())


async def test_TC_A_07_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    await node.add_station("CP-1")
    assert (await raised(operator, "CP-1", 3)).status_code == 200
    await let_in(node, "CP-1", VERSION, tls=root.client(root, "CP-1"))


async def test_TC_A_08_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority, tmp_path: Path) -> None:
    """Another station's, an expired one, one of a foreign root, and none."""
    await node.add_station("CP-1")
    assert (await raised(operator, "CP-1", 3)).status_code == 200
    await refused(node, "CP-1", 403, tls=root.client(root, "CP-2"))
    await refused(node, "CP-1", 403, tls=root.client())
    foreign = Authority(tmp_path / "foreign", "Foreign root")
    for tls in (root.client(root, "CP-1", days=-1), root.client(foreign, "CP-1")):
        before = handshakes_refused()
        with pytest.raises((ssl.SSLError, ConnectionError, InvalidMessage)):
            async with station(secure_url(node), "CP-1", tls=tls):
                pass
        assert handshakes_refused() == before + 1


async def test_TC_B_58_CSMS(node: Node) -> None:
    await node.add_station("CP-1")
    await let_in(node, "CP-1", VERSION, subprotocols=["ocpp9.9", "ocpp2.0.1", "ocpp1.6"])
    async with station(node.ocpp_url, "CP-1", subprotocols=["ocpp1.2"]) as one:
        await one.socket.wait_closed()
        assert (one.socket.subprotocol, one.socket.close_code) == (None, 1002)
