"""Certificates where somebody cheats, errs, or is quicker than us."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from backend.certificates import authority
from backend.settings import Settings
from tests.conformance.certs import CERTIFICATES, ROOT, issued, on_wire
from tests.conformance.conftest import node, operator  # noqa: F401  # fixtures
from tests.conformance.flows import charging_station
from tests.conformance.flows16 import charge_point
from tests.conformance.lists import add_token
from tests.support.certificates15118 import Chain, Web, pem, station_csr, web
from tests.support.node import Node
from tests.support.wire import Json, eventually

CHAIN = Chain()
EMAID = "DEABC1234"


@pytest.fixture
async def elsewhere() -> AsyncIterator[Web]:
    async with web() as one:
        yield one


@pytest.fixture
def node_settings(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    roots = tmp_path / "mo.pem"
    roots.write_text(pem(CHAIN.root))
    return {"data_dir": tmp_path, "ocsp_hosts": ("127.0.0.1",), "contract_roots": str(roots)} | getattr(
        request, "param", {}
    )


async def authorized(node: Node, **more: Any) -> Json:  # noqa: F811  # the fixture
    async with charging_station(node) as station:
        return await station.call("Authorize", {"idToken": {"idToken": EMAID, "type": "eMAID"}} | more)


async def test_a_contract_signs_no_contract(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    """Whoever holds a good contract has its key, and could sign one in another's name."""
    await add_token(operator, EMAID, type="eMAID")
    answer = await authorized(node, certificate=pem(*CHAIN.forged(EMAID), CHAIN.sub))
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "CertChainError")


async def test_a_responder_that_speaks_of_another_certificate(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    elsewhere: Web,
) -> None:
    await add_token(operator, EMAID, type="eMAID")
    elsewhere.answer = CHAIN.answer(CHAIN.contract("DEXYZ9"), revoked=False)
    hashes = [CHAIN.asked(CHAIN.contract(EMAID), elsewhere.url)]
    answer = await authorized(node, iso15118CertificateHashData=hashes)
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "NoCertificateAvailable")


async def test_an_endless_answer_of_a_responder(node: Node, elsewhere: Web) -> None:  # noqa: F811  # the fixture
    elsewhere.answer = b"\0" * 5_000_000
    async with charging_station(node) as station:
        request = {"ocspRequestData": CHAIN.asked(CHAIN.contract(EMAID), elsewhere.url)}
        assert await station.call("GetCertificateStatus", request) == {"status": "Failed"}


@pytest.mark.parametrize(
    "url", ["http://[", f"http://{'a' * 70}.example/", "http://127.0.0.1:x/", "http://127.0.0.1:99999/", "ftp://a/"]
)
async def test_addresses_that_are_none(node: Node, url: str) -> None:  # noqa: F811  # the fixture
    async with charging_station(node) as station:
        request = {"ocspRequestData": CHAIN.asked(CHAIN.contract(EMAID), url)}
        assert await station.call("GetCertificateStatus", request) == {"status": "Failed"}


async def test_revoked_on_its_way_stays_revoked(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    async with charging_station(node) as station:
        csr, _ = station_csr("CP-1")
        wish = {"csr": csr, "certificateType": "ChargingStationCertificate"}
        assert await station.call("SignCertificate", wish) == {"status": "Accepted"}
        message_id, _ = await station.expect_call("CertificateSigned")
        one = await issued(operator, "signed")
        assert (await operator.post(f"/api/v1/certificates/{one['id']}/revoke")).json()["state"] == "revoked"
        await station.answer(message_id, {"status": "Accepted"})
        # A second wish is fulfilled after the first was done with.
        assert await station.call("SignCertificate", wish) == {"status": "Accepted"}
        message_id, _ = await station.expect_call("CertificateSigned")
        await station.answer(message_id, {"status": "Accepted"})
        done = lambda page: [it["state"] for it in page["items"]] == ["accepted", "revoked"]  # noqa: E731
        await eventually(operator, f"{CERTIFICATES}/issued", done)


async def test_requests_that_nobody_can_read(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    good, _ = station_csr("CP-1")
    der = x509.load_pem_x509_csr(good.encode()).public_bytes(serialization.Encoding.DER)
    curve = bytes.fromhex("06082a8648ce3d030107")
    unknown = x509.load_der_x509_csr(der.replace(curve, curve[:-1] + b"\x77"))
    odd = unknown.public_bytes(serialization.Encoding.PEM).decode()
    async with charge_point(node) as station:
        for csr, words in ((station_csr("CP\0-1")[0], "can't be shown"), (odd, "isn't known"), ("x", "PKCS#10")):
            assert await station.call("SignCertificate", {"csr": csr}) == {"status": "Rejected"}
            assert words in (await issued(operator, "refused"))["detail"]


async def test_one_kind_is_there_and_the_other_is_not(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    """1.6 is asked kind by kind: one that is missing doesn't say that there are none."""
    async with charge_point(node) as station:
        asking = asyncio.create_task(operator.post(f"{CERTIFICATES}/read", json={}))
        for reply in ({"status": "Accepted", "certificateHashData": [on_wire(ROOT)]}, {"status": "NotFound"}):
            message_id, _ = await station.expect_call("GetInstalledCertificateIds")
            await station.answer(message_id, reply)
        assert (await asking).json() == {"accepted": True, "status": "Accepted", "detail": ""}


def _make(folder: str, gate: Any) -> None:
    gate.wait()
    authority.BuiltIn(Settings(data_dir=Path(folder)))


def test_processes_that_begin_together_have_one_root(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    for turn in range(8):
        folder, gate = tmp_path / str(turn), spawn.Barrier(3)
        makers = [spawn.Process(target=_make, args=(str(folder), gate)) for _ in range(3)]
        for one in makers:
            one.start()
        for one in makers:
            one.join()
        assert [one.exitcode for one in makers] == [0, 0, 0]
        assert [one.name for one in folder.iterdir()] == ["ca"]
        root = x509.load_pem_x509_certificate((folder / "ca" / "root.pem").read_bytes())
        key = serialization.load_pem_private_key((folder / "ca" / "root.key").read_bytes(), None)
        assert root.public_key() == key.public_key()


async def test_an_answer_that_somebody_else_signed(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    elsewhere: Web,
) -> None:
    """On its way a "revoked" became "good": the signature is no longer the responder's."""
    await add_token(operator, EMAID, type="eMAID")
    contract = CHAIN.contract(EMAID)
    hashes = [CHAIN.asked(contract, elsewhere.url)]
    whole = {"certificate": pem(contract, CHAIN.sub), "iso15118CertificateHashData": hashes}
    request = {"idToken": {"idToken": EMAID, "type": "eMAID"}, **whole}
    elsewhere.answer = CHAIN.answer(contract, revoked=False)
    async with charging_station(node) as station:
        assert (await station.call("Authorize", request))["certificateStatus"] == "Accepted"
        elsewhere.answer = elsewhere.answer[:-8] + bytes(8)
        assert (await station.call("Authorize", request))["certificateStatus"] == "NoCertificateAvailable"


@pytest.mark.parametrize(
    ("node_settings", "status"),
    [({}, "Accepted"), ({"ocsp_unverified": "refuse"}, "NoCertificateAvailable")],
    indirect=["node_settings"],
)
async def test_an_answer_that_nobody_can_check_is_told_and_counts_as_the_settings_say(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    elsewhere: Web,
    status: str,
) -> None:
    """The station has the chain and gives digests only; the issuer is not among our roots."""
    await add_token(operator, EMAID, type="eMAID")
    contract = CHAIN.contract(EMAID)
    hashes = [CHAIN.asked(contract, elsewhere.url)]
    request = {"idToken": {"idToken": EMAID, "type": "eMAID"}, "iso15118CertificateHashData": hashes}
    async with charging_station(node) as station:
        elsewhere.answer = CHAIN.answer(contract, revoked=True)
        assert (await station.call("Authorize", request))["certificateStatus"] == "CertificateRevoked"
        elsewhere.answer = CHAIN.answer(contract, revoked=False)
        assert (await station.call("Authorize", request))["certificateStatus"] == status
        (event,) = (await operator.get("/api/v1/stations/CP-1/security-events")).json()["items"]  # once, not twice
        assert event["type"] == "OCSPAnswerNotVerified"
        assert elsewhere.url in event["info"]


@pytest.mark.parametrize("url", ["http://127.0.0.1/f.bin", "ftp://nas/f.bin", "http://169.254.169.254/"])
async def test_no_station_is_sent_into_our_own_network(node: Node, operator: httpx.AsyncClient, url: str) -> None:  # noqa: F811
    """A station that is ours would fetch what only our network may see, and a task shows whether it was there."""
    async with charge_point(node) as station:
        headers = {"Idempotency-Key": url}
        answer = await operator.post("/api/v1/stations/CP-1/firmware", json={"url": url}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "address_inside")
        await station.expect_nothing(0.1)
