"""Who gets in: what conformance cases of security ask of both versions."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from websockets.exceptions import InvalidStatus

from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import basic, station

PASSWORD = "0123456789abcdef"


def tls_settings(folder: Path, *, by_rsa: bool = False) -> tuple[Authority, dict[str, Any]]:
    """`by_rsa`: the listener has a key of that kind."""
    root = Authority(folder / "root")
    certificate, key = root.issue("localhost", by_rsa=by_rsa)
    return root, {
        "data_dir": folder / "data",
        "ocpp_tls_cert": str(certificate),
        "ocpp_tls_key": str(key),
        "ocpp_tls_client_ca": str(root.root),
    }


async def refused(node: Node, identity: str, status: int, *, tls: ssl.SSLContext | None = None, **what: Any) -> None:
    url = secure_url(node) if tls else node.ocpp_url
    with pytest.raises(InvalidStatus) as caught:
        async with station(url, identity, tls=tls, **what):
            pass
    assert caught.value.response.status_code == status


async def let_in(node: Node, identity: str, version: str, *, tls: ssl.SSLContext | None = None, **what: Any) -> None:
    """It boots and is answered."""
    url = secure_url(node) if tls else node.ocpp_url
    boot: dict[str, Any] = {"chargePointVendor": "Test", "chargePointModel": "One"}
    if version != "1.6":
        boot = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
    async with station(url, identity, version=version, tls=tls, **what) as one:
        assert one.socket.subprotocol == f"ocpp{version}"
        assert (await one.call("BootNotification", boot))["status"] == "Accepted"


def secure_url(node: Node) -> str:
    return f"wss://127.0.0.1:{node.listener.tls_port}/ocpp"


async def with_password(operator: Any, identity: str, profile: int = 1) -> None:
    body = {"identity": identity, "password": PASSWORD}
    assert (await operator.post("/api/v1/stations", json=body)).status_code == 201
    assert (await raised(operator, identity, profile)).status_code == 200


async def raised(operator: Any, identity: str, profile: int) -> Any:
    return await operator.post(f"/api/v1/stations/{identity}/security-profile", json={"profile": profile})


def other_user(password: str = PASSWORD) -> dict[str, str]:
    return basic("ANOTHER", password)


def handshakes_refused() -> float:
    return REGISTRY.get_sample_value("wattline_ocpp_refused_total", {"reason": "tls"}) or 0.0
