"""A station gets in with the certificate that our own authority signed, until it is revoked; and is warned in time."""

import asyncio
import json
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from backend.certificates import authority, service
from backend.context import utc_now
from backend.db.engine import DB
from backend.settings import Settings
from shared.certificates import SigningKind
from tests.conformance.conftest import node, operator, root, secured  # noqa: F401  # fixtures
from tests.support.certificates import Authority
from tests.support.certificates15118 import key_file, station_csr, web
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.secured import let_in, raised, refused, secure_url
from tests.support.wire import eventually


@pytest.fixture
def node_settings(secured: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:  # noqa: F811  # the fixture
    return secured[1]


def client(root_: Authority, folder: Path, chain: str, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    (folder / "station.pem").write_text(chain)
    context = root_.client()
    context.load_cert_chain(folder / "station.pem", key_file(folder, key))
    return context


async def accepted(node: Node, operator: httpx.AsyncClient, csr: str) -> str:  # noqa: F811  # the fixtures
    """The chain that a station was given and took."""
    async with node.booted("CP-1") as station:
        assert await station.call("SignCertificate", {"csr": csr}) == {"status": "Accepted"}
        message_id, signed = await station.expect_call("CertificateSigned")
        await station.answer(message_id, {"status": "Accepted"})
        chain: str = signed["certificateChain"]
    return chain


async def test_in_with_it_until_it_is_revoked(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    root: Authority,  # noqa: F811  # the fixture
    tmp_path: Path,
) -> None:
    await node.add_station("CP-1")
    csr, key = station_csr("CP-1")
    tls = client(root, tmp_path, await accepted(node, operator, csr), key)
    assert (await raised(operator, "CP-1", 3)).status_code == 200
    await let_in(node, "CP-1", "1.6", tls=tls)
    await refused(node, "CP-1", 403, tls=root.client())
    await refused(node, "CP-2", 403, tls=tls)
    (one,) = (await operator.get("/api/v1/stations/CP-1/certificates/issued")).json()["items"]
    assert one["state"] == "accepted"
    async with station(secure_url(node), "CP-1", tls=tls) as one_more:
        await one_more.call("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "One"})
        revoked = await operator.post(f"/api/v1/certificates/{one['id']}/revoke")
        assert revoked.json()["state"] == "revoked"
        async with asyncio.timeout(10):
            await one_more.socket.wait_closed()
        closed = (one_more.socket.close_code, one_more.socket.close_reason)
        assert closed == (1008, "the certificate was revoked")
    await eventually(operator, "/api/v1/stations/CP-1", lambda page: not page["row"]["online"])
    await refused(node, "CP-1", 403, tls=tls)
    key_of_root = node.ctx.settings.data_dir / "ca" / "root.key"
    assert key_of_root.stat().st_mode & 0o777 == 0o600


async def incidents(operator: httpx.AsyncClient) -> list[tuple[str, str, str]]:  # noqa: F811  # the fixture
    items = (await operator.get("/api/v1/incidents")).json()["items"]
    return [(one["rule"], one["severity"], one["state"]) for one in items]


async def test_warned_before_it_ends_and_no_more_after_a_new_one(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    await accepted(node, operator, station_csr("CP-1")[0])
    await service.watch(node.ctx)
    assert await incidents(operator) == []
    at = node.ctx.now() + timedelta(days=12)
    await DB.run("UPDATE issued_certificate SET expires_at = $1", at)
    await service.watch(node.ctx)
    await service.watch(node.ctx)
    assert await incidents(operator) == [("certificate_expires", "warning", "open")]
    await accepted(node, operator, station_csr("CP-1")[0])
    path = "/api/v1/incidents?state=closed"
    closed = (await eventually(operator, path, lambda page: page["items"]))["items"]
    assert [one["rule"] for one in closed] == ["certificate_expires"]


async def test_an_authority_elsewhere(tmp_path: Path) -> None:
    csr, _ = station_csr("CP-1")
    inside = authority.BuiltIn(Settings(data_dir=tmp_path))
    now = utc_now()
    async with web() as elsewhere:
        outside = authority.chosen(Settings(ca_url=elsewhere.url))
        chain = await inside.sign(csr, SigningKind.STATION, "CP-1", now)
        elsewhere.answer = json.dumps({"chain": chain}).encode()
        assert await outside.sign(csr, SigningKind.STATION, "CP-1", now) == chain
        another = await inside.sign(station_csr("CP-1")[0], SigningKind.STATION, "CP-1", now)
        for answer, status in (
            (json.dumps({"chain": another}).encode(), 200),
            (b"{}", 200),
            (b'{"chain": "x"}', 200),
            (b"", 500),
        ):
            elsewhere.answer, elsewhere.status = answer, status
            with pytest.raises(authority.CannotSign):
                await outside.sign(csr, SigningKind.STATION, "CP-1", now)
    with pytest.raises(authority.NotThere):
        await outside.sign(csr, SigningKind.STATION, "CP-1", now)
