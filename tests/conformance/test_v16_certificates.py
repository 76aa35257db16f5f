"""Certificates of 1.6 (security extension)."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from tests.conformance.certs import CERTIFICATES, ROOT, delete, install, installed, issued, on_wire
from tests.conformance.flows16 import charge_point
from tests.support.certificates15118 import station_csr
from tests.support.node import Node
from tests.support.wire import asked


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


async def test_TC_074_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station is asked to renew, makes a key, and gets a certificate for it from our own authority."""
    async with charge_point(node) as station:
        path, reply = f"{CERTIFICATES}/renew", {"status": "Accepted"}
        sent, answer = await asked(station, operator, path, {}, "ExtendedTriggerMessage", reply)
        assert sent == {"requestedMessage": "SignChargePointCertificate"}
        assert answer.json()["accepted"]
        csr, key = station_csr("CP-1")
        assert await station.call("SignCertificate", {"csr": csr}) == {"status": "Accepted"}
        message_id, signed = await station.expect_call("CertificateSigned")
        await station.answer(message_id, {"status": "Accepted"})
        leaf = x509.load_pem_x509_certificates(signed["certificateChain"].encode())[0]
        root = x509.load_pem_x509_certificate((await operator.get("/api/v1/certificate-authority")).content)
        leaf.verify_directly_issued_by(root)
        assert leaf.public_key() == key.public_key()
        one = await issued(operator, "accepted")
        assert (one["subject"], one["kind"]) == ("CP-1", "ChargingStationCertificate")
        other, _ = station_csr("CP-2")
        assert await station.call("SignCertificate", {"csr": other}) == {"status": "Rejected"}
        assert "CP-2" in (await issued(operator, "refused"))["detail"]
        await station.expect_nothing(0.1)


async def test_TC_075_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "ManufacturerRootCertificate", "ManufacturerRootCertificate")


async def test_TC_075_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "CSMSRootCertificate", "CentralSystemRootCertificate")


async def installs(node: Node, operator: httpx.AsyncClient, kind: str, word: str) -> None:
    """Installed, and then found where it is asked for."""
    async with charge_point(node) as station:
        assert (await install(station, operator, kind, word))["accepted"]
        assert await installed(operator) == [(kind, f"{ROOT.serial_number:x}")]
        reply = {"status": "Accepted", "certificateHashData": [on_wire(ROOT)]}
        path = f"{CERTIFICATES}/read"
        sent, answer = await asked(station, operator, path, {"kinds": [kind]}, "GetInstalledCertificateIds", reply)
        assert sent == {"certificateType": word}
        assert answer.json()["accepted"]
        assert await installed(operator) == [(kind, f"{ROOT.serial_number:x}")]
        wrong = await operator.post(f"{CERTIFICATES}", json={"kind": "V2GRootCertificate", "certificate": "x"})
        assert wrong.status_code == 400


async def test_TC_076_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        await install(station, operator, "ManufacturerRootCertificate", "ManufacturerRootCertificate")
        assert not (await delete(station, operator, "Failed"))["accepted"]
        assert len(await installed(operator)) == 1
        assert (await delete(station, operator, "Accepted"))["accepted"]
        assert await installed(operator) == []
