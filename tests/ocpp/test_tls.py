"""The suites of TLS 1.2 that a station may come with, on listeners with either kind of key."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import node  # noqa: F401  # fixture
from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.secured import let_in, secure_url, tls_settings

WELCOME = {
    "ec": ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    "rsa": (
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ),
}
REFUSED = {
    "ec": ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"),
    "rsa": ("AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES256-SHA384"),
}


@pytest.fixture(params=["ec", "rsa"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(tmp_path: Path, kind: str) -> tuple[Authority, dict[str, Any]]:
    return tls_settings(tmp_path, by_rsa=kind == "rsa")


@pytest.fixture
def node_settings(made: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:
    return made[1]


async def test_the_suites_of_certification(
    node: Node,  # noqa: F811  # the fixture
    made: tuple[Authority, dict[str, Any]],
    kind: str,
) -> None:
    await node.add_station("CP-1")
    for suite in WELCOME[kind]:
        await let_in(node, "CP-1", "1.6", tls=only(made[0], suite))
    for suite in REFUSED[kind]:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with station(secure_url(node), "CP-1", tls=only(made[0], suite)):
                pass


async def test_what_keeps_its_secret_is_preferred(
    node: Node,  # noqa: F811  # the fixture
    made: tuple[Authority, dict[str, Any]],
) -> None:
    """However the station orders its wishes."""
    await node.add_station("CP-1")
    wishes = "AES128-GCM-SHA256:AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384"
    async with station(secure_url(node), "CP-1", tls=only(made[0], wishes)) as one:
        name, _, _ = one.socket.transport.get_extra_info("cipher")
        assert name.startswith("ECDHE-")


def only(root: Authority, suites: str) -> ssl.SSLContext:
    context = root.client()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suites)
    return context
