"""Block M, and the certificates of A and C: roots, renewal, responders, contracts of cars."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from tests.conformance.certs import CERTIFICATES, ROOT, delete, install, installed, issued, named, on_wire
from tests.conformance.flows import STATION, charging_station
from tests.conformance.lists import add_token
from tests.support.certificates15118 import Chain, Web, pem, station_csr, web
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked, eventually

SERIAL = f"{ROOT.serial_number:x}"
CHAIN = Chain()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Web]:
    """A responder, or the provider of contract certificates."""
    async with web() as one:
        yield one


@pytest.fixture
def node_settings(tmp_path: Path, elsewhere: Web) -> dict[str, Any]:
    roots = tmp_path / "mo.pem"
    roots.write_text(pem(CHAIN.root))
    return {
        "data_dir": tmp_path,
        "ocsp_hosts": ("127.0.0.1",),
        "ev_certificates_url": elsewhere.url,
        "contract_roots": str(roots),
    }


async def installs(node: Node, operator: httpx.AsyncClient, kind: str) -> None:
    async with charging_station(node) as station:
        assert (await install(station, operator, kind, kind))["accepted"]
        (one,) = (await operator.get(CERTIFICATES)).json()["items"]
        assert (one["kind"], one["hash"], one["subject"]) == (kind, named(ROOT), "MO root")


async def test_TC_M_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "CSMSRootCertificate")


async def test_TC_M_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "ManufacturerRootCertificate")


async def test_TC_M_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "V2GRootCertificate")


async def test_TC_M_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await installs(node, operator, "MORootCertificate")


async def test_TC_M_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        for reply, words in (("Failed", "could not"), ("Rejected", "refused")):
            answer = await install(station, operator, "CSMSRootCertificate", "CSMSRootCertificate", reply)
            assert not answer["accepted"]
            assert words in answer["detail"]
        assert await installed(operator) == []
        wrong = await operator.post(CERTIFICATES, json={"kind": "CSMSRootCertificate", "certificate": "no PEM"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_input")
        await station.expect_nothing(0.1)


async def lists(node: Node, operator: httpx.AsyncClient, *kinds: str, asks: tuple[str, ...] | None = None) -> None:
    """The station names one of each kind; what it had of them before, and doesn't name, is forgotten."""
    wanted = kinds if asks is None else asks
    async with charging_station(node) as station:
        if kinds[0] != "V2GCertificateChain":
            await install(station, operator, kinds[0], kinds[0])
        below = Chain()
        told = [
            {"certificateType": kind, "certificateHashData": on_wire(below.root)}
            | ({"childCertificateHashData": [on_wire(below.sub, below.root)]} if kind == "V2GCertificateChain" else {})
            for kind in kinds
        ]
        reply = {"status": "Accepted", "certificateHashDataChain": told}
        path, body = f"{CERTIFICATES}/read", {"kinds": list(wanted)}
        sent, answer = await asked(station, operator, path, body, "GetInstalledCertificateIds", reply)
        assert sent == ({"certificateType": list(wanted)} if wanted else {})
        assert answer.json()["accepted"]
        serial = f"{below.root.serial_number:x}"
        assert await installed(operator) == sorted((kind, serial) for kind in kinds)
        items = (await operator.get(CERTIFICATES)).json()["items"]
        assert {len(one["children"]) for one in items if one["kind"] == "V2GCertificateChain"} <= {1}


async def test_TC_M_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "CSMSRootCertificate")


async def test_TC_M_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "ManufacturerRootCertificate")


async def test_TC_M_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "V2GRootCertificate")


async def test_TC_M_15_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "V2GCertificateChain")


async def test_TC_M_16_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "MORootCertificate")


async def test_TC_M_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, "CSMSRootCertificate", "ManufacturerRootCertificate")


async def test_TC_M_18_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    every = ("CSMSRootCertificate", "ManufacturerRootCertificate", "V2GCertificateChain", "MORootCertificate")
    await lists(node, operator, *every, asks=())


async def test_TC_M_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """None is an answer too: what we thought that it had is forgotten."""
    async with charging_station(node) as station:
        await install(station, operator, "V2GRootCertificate", "V2GRootCertificate")
        path, reply = f"{CERTIFICATES}/read", {"status": "NotFound"}
        body = {"kinds": ["V2GRootCertificate"]}
        _, answer = await asked(station, operator, path, body, "GetInstalledCertificateIds", reply)
        assert (answer.json()["accepted"], answer.json()["status"]) == (True, "NotFound")
        assert await installed(operator) == []


async def test_TC_M_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await install(station, operator, "MORootCertificate", "MORootCertificate")
        assert (await delete(station, operator, "Accepted"))["accepted"]
        assert await installed(operator) == []


async def test_TC_M_21_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await install(station, operator, "MORootCertificate", "MORootCertificate")
        assert not (await delete(station, operator, "Failed"))["accepted"]
        assert await installed(operator) == [("MORootCertificate", SERIAL)]
        answer = await delete(station, operator, "NotFound")
        assert (answer["accepted"], answer["detail"]) == (False, "The station has no such certificate.")
        assert await installed(operator) == []


# --- what cars need ----------------------------------------------------------------------------------


async def test_TC_M_24_CSMS(node: Node, elsewhere: Web) -> None:
    one = CHAIN.contract("DE-ABC-1")
    async with charging_station(node) as station:
        elsewhere.answer = CHAIN.answer(one, revoked=False)
        request = {"ocspRequestData": CHAIN.asked(one, elsewhere.url)}
        answer = await station.call("GetCertificateStatus", request)
        assert answer == {"status": "Accepted", "ocspResult": base64.b64encode(elsewhere.answer).decode()}
        asked_for = ocsp.load_der_ocsp_request(elsewhere.asked[0])
        assert asked_for.serial_number == one.serial_number
        elsewhere.status = 500
        assert await station.call("GetCertificateStatus", request) == {"status": "Failed"}
        inside = {"ocspRequestData": CHAIN.asked(one, elsewhere.url.replace("127.0.0.1", "localhost"))}
        count = len(elsewhere.asked)
        assert await station.call("GetCertificateStatus", inside) == {"status": "Failed"}
        assert len(elsewhere.asked) == count


async def relayed(node: Node, elsewhere: Web, action: str) -> None:
    async with charging_station(node) as station:
        elsewhere.answer = b'{"exiResponse": "ZXhpLXJlc3BvbnNl"}'
        request = {"iso15118SchemaVersion": "urn:iso:15118:2:2013", "action": action, "exiRequest": "ZXhp"}
        answer = await station.call("Get15118EVCertificate", request)
        assert answer == {"status": "Accepted", "exiResponse": "ZXhpLXJlc3BvbnNl"}
        assert json.loads(elsewhere.asked[0]) == request
        elsewhere.answer = b"nothing that is JSON"
        assert await station.call("Get15118EVCertificate", request) == {"status": "Failed", "exiResponse": ""}


async def test_TC_M_26_CSMS(node: Node, elsewhere: Web) -> None:
    await relayed(node, elsewhere, "Install")


async def test_TC_M_28_CSMS(node: Node, elsewhere: Web) -> None:
    await relayed(node, elsewhere, "Update")


EMAID = "DEABC1234"


async def authorized(station: ScriptedStation, **more: Any) -> tuple[str, str]:
    """(status of the contract's token, status of its certificate)."""
    answer = await station.call("Authorize", {"idToken": {"idToken": EMAID, "type": "eMAID"}} | more)
    return answer["idTokenInfo"]["status"], answer["certificateStatus"]


async def test_TC_C_50_CSMS(node: Node, operator: httpx.AsyncClient, elsewhere: Web) -> None:
    """The station checked the chain and asks whether it still holds: its digests go to the responder."""
    one = CHAIN.contract(EMAID)
    await add_token(operator, EMAID, type="eMAID")
    async with charging_station(node) as station:
        elsewhere.answer = CHAIN.answer(one, revoked=False)
        hashes = [CHAIN.asked(one, elsewhere.url)]
        assert await authorized(station, iso15118CertificateHashData=hashes) == ("Accepted", "Accepted")
        assert len(elsewhere.asked) == 1


async def test_TC_C_51_CSMS(node: Node, operator: httpx.AsyncClient, elsewhere: Web) -> None:
    one = CHAIN.contract(EMAID)
    await add_token(operator, EMAID, type="eMAID")
    async with charging_station(node) as station:
        hashes = [CHAIN.asked(one, elsewhere.url)]
        elsewhere.answer = CHAIN.answer(one, revoked=True)
        assert await authorized(station, iso15118CertificateHashData=hashes) == ("Invalid", "CertificateRevoked")
        elsewhere.status = 503
        assert await authorized(station, iso15118CertificateHashData=hashes) == ("Invalid", "NoCertificateAvailable")


async def test_TC_C_52_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The whole chain comes: it must lead to a root of ours, be in time, and be that contract's."""
    async with charging_station(node) as station:
        good = pem(CHAIN.contract("DE-ABC-1234"), CHAIN.sub)
        assert await authorized(station, certificate=good) == ("Invalid", "Accepted")  # nobody's contract yet
        await add_token(operator, EMAID, type="eMAID")
        assert await authorized(station, certificate=good) == ("Accepted", "Accepted")
        other = Chain()
        for chain, status in (
            (pem(CHAIN.contract(EMAID, days=-1), CHAIN.sub), "CertificateExpired"),
            (pem(other.contract(EMAID), CHAIN.sub), "SignatureError"),
            (pem(other.contract(EMAID), other.sub), "CertChainError"),
            (pem(CHAIN.contract("DEXYZ9"), CHAIN.sub), "CertChainError"),
            ("no PEM", "CertChainError"),
        ):
            assert await authorized(station, certificate=chain) == ("Invalid", status)


# --- a station's own certificate ---------------------------------------------------------------------


async def renewed(
    station: ScriptedStation, operator: httpx.AsyncClient, kind: str, trigger: str, reply: str = "Accepted"
) -> Json:
    """Asked to renew, the station sends a request and gets a certificate for it; how that is shown."""
    path, body = f"{CERTIFICATES}/renew", {"kind": kind}
    sent, answer = await asked(station, operator, path, body, "TriggerMessage", {"status": "Accepted"})
    assert sent == {"requestedMessage": trigger}
    assert answer.json()["accepted"]
    csr, key = station_csr("CP-1")
    named_kind = {} if kind == "Combined" else {"certificateType": kind}
    assert await station.call("SignCertificate", {"csr": csr} | named_kind) == {"status": "Accepted"}
    message_id, signed = await station.expect_call("CertificateSigned")
    leaf = x509.load_pem_x509_certificates(signed.pop("certificateChain").encode())[0]
    assert signed == named_kind
    assert leaf.public_key() == key.public_key()
    root = x509.load_pem_x509_certificate((await operator.get("/api/v1/certificate-authority")).content)
    leaf.verify_directly_issued_by(root)
    await station.answer(message_id, {"status": reply})
    one = await issued(operator, reply.lower())
    assert (one["kind"], one["serial"]) == (kind, f"{leaf.serial_number:x}")
    return one


async def test_TC_A_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await renewed(station, operator, "ChargingStationCertificate", "SignChargingStationCertificate")
        soon = {"expires_within_days": 400}
        items = (await operator.get("/api/v1/certificates", params=soon)).json()["items"]
        assert [one["identity"] for one in items] == ["CP-1"]
        assert (await operator.get("/api/v1/certificates", params={"expires_within_days": 30})).json()["items"] == []


async def test_TC_A_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await renewed(station, operator, "V2GCertificate", "SignV2GCertificate")


async def test_TC_A_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        await renewed(station, operator, "Combined", "SignCombinedCertificate")


async def test_TC_A_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station throws the certificate away and says why."""
    async with charging_station(node) as station:
        kind = "ChargingStationCertificate"
        await renewed(station, operator, kind, "SignChargingStationCertificate", "Rejected")
        told = {"type": "InvalidChargingStationCertificate", "timestamp": "2026-01-01T10:00:00Z"}
        assert await station.call("SecurityEventNotification", told) == {}
        found = await eventually(operator, f"{STATION}/security-events", lambda page: page["items"])
        assert found["items"][0]["type"] == "InvalidChargingStationCertificate"
