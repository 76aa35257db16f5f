"""OCPP 1.6: who may connect, and how."""

import ssl
from typing import Any

import httpx
import pytest

from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.secured import PASSWORD, let_in, other_user, raised, refused, secure_url, with_password

VERSION = "1.6"


@pytest.fixture
def node_settings(secured: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:
    return secured[1]


async def test_TC_085_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    await with_password(operator, "CP-1")
    for tls in (None, root.client()):
        await let_in(node, "CP-1", VERSION, password=PASSWORD, tls=tls)
        await refused(node, "CP-1", 401, tls=tls)
        await refused(node, "CP-1", 401, password="fedcba9876543210", tls=tls)
        await refused(node, "CP-1", 401, headers=other_user(), tls=tls)


async def test_TC_086_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    await with_password(operator, "CP-1", 2)
    await refused(node, "CP-1", 403, password=PASSWORD)
    modern = root.client()
    modern.maximum_version = ssl.TLSVersion.TLSv1_2
    for cipher in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"):
        modern.set_ciphers(cipher)
        await let_in(node, "CP-1", VERSION, password=PASSWORD, tls=modern)
    for cipher in ("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES256-SHA384"):
        modern.set_ciphers(cipher)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with station(secure_url(node), "CP-1", password=PASSWORD, tls=modern):
                pass


async def test_TC_087_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    await node.add_station("CP-1")
    assert (await raised(operator, "CP-1", 3)).status_code == 200
    await let_in(node, "CP-1", VERSION, tls=root.client(root, "CP-1"))
    shown = (await operator.get("/api/v1/stations/CP-1")).json()
    assert shown["security"] == "TLS and client certificate"
    await refused(node, "CP-1", 403)
    await refused(node, "CP-1", 403, tls=root.client())


async def test_TC_088_CSMS(node: Node) -> None:
    await node.add_station("CP-1")
    await let_in(node, "CP-1", VERSION, subprotocols=["ocpp9.9", "ocpp1.6", "ocpp2.0.1"])
    async with station(node.ocpp_url, "CP-1", subprotocols=["ocpp1.2"]) as one:
        await one.socket.wait_closed()
        assert (one.socket.subprotocol, one.socket.close_code) == (None, 1002)
