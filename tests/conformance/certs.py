"""What the cases of certificates of both versions share."""

from typing import Any

import httpx
from cryptography import x509

from backend.certificates.rules import hash_of
from tests.conformance.flows import STATION
from tests.support.certificates15118 import Chain, pem
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked, eventually

CERTIFICATES = f"{STATION}/certificates"
ROOT = Chain().root


def on_wire(one: x509.Certificate, issuer: x509.Certificate | None = None) -> Json:
    """CertificateHashDataType of both versions."""
    digests = hash_of(one, issuer or one)
    return {
        "hashAlgorithm": digests.algorithm,
        "issuerNameHash": digests.issuer_name_hash,
        "issuerKeyHash": digests.issuer_key_hash,
        "serialNumber": digests.serial,
    }


def named(one: x509.Certificate, issuer: x509.Certificate | None = None) -> Json:
    """The same, in the words of the API."""
    digests = hash_of(one, issuer or one)
    return {
        "algorithm": digests.algorithm,
        "issuer_name_hash": digests.issuer_name_hash,
        "issuer_key_hash": digests.issuer_key_hash,
        "serial": digests.serial,
    }


async def installed(operator: httpx.AsyncClient) -> list[tuple[str, str]]:
    """(kind, serial) of what the station is known to have."""
    items = (await operator.get(CERTIFICATES)).json()["items"]
    return sorted((one["kind"], one["hash"]["serial"]) for one in items)


async def install(
    station: ScriptedStation, operator: httpx.AsyncClient, kind: str, word: str, reply: str = "Accepted"
) -> Json:
    """Installed as `kind`, which is `word` on the wire; what the API answered."""
    body = {"kind": kind, "certificate": pem(ROOT)}
    sent, answer = await asked(station, operator, CERTIFICATES, body, "InstallCertificate", {"status": reply})
    assert sent == {"certificateType": word, "certificate": pem(ROOT)}
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def delete(station: ScriptedStation, operator: httpx.AsyncClient, reply: str) -> Json:
    path = f"{CERTIFICATES}/delete"
    sent, answer = await asked(station, operator, path, named(ROOT), "DeleteCertificate", {"status": reply})
    assert sent == {"certificateHashData": on_wire(ROOT)}
    return dict(answer.json())


async def issued(operator: httpx.AsyncClient, state: str) -> Json:
    """The newest certificate that was signed for the station, once it is in this state."""
    page: Any = await eventually(
        operator, f"{CERTIFICATES}/issued", lambda it: it["items"] and it["items"][0]["state"] == state
    )
    return dict(page["items"][0])
