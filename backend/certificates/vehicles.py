"""ISO 15118: what cars and stations ask through us of responders and providers, and whether a contract is good."""

import asyncio
import base64
import ipaddress
import socket
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from backend.certificates import rules
from backend.context import Context

log = structlog.get_logger(__name__)

PATIENCE_S = 5.0
"""A station waits for our answer meanwhile."""
MOST_BYTES = 64_000
GOOD = "Accepted"


class Query:
    """What is asked of a responder about one certificate: digests and serial in hexadecimal."""

    def __init__(self, algorithm: str, issuer_name_hash: str, issuer_key_hash: str, serial: str, url: str) -> None:
        self.url = url
        self.names = (bytes.fromhex(issuer_name_hash), bytes.fromhex(issuer_key_hash), int(serial, 16))
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            bytes.fromhex(issuer_name_hash),
            bytes.fromhex(issuer_key_hash),
            int(serial, 16),
            rules.ALGORITHMS[algorithm],
        )
        self.body = builder.build().public_bytes(serialization.Encoding.DER)


async def ocsp_result(ctx: Context, query: Query) -> str | None:
    """M06: the responder's answer as it came (DER, base64); None: it can't be had."""
    answer = await _ask_responder(ctx, query)
    return base64.b64encode(answer).decode() if answer else None


async def _ask_responder(ctx: Context, query: Query) -> bytes | None:
    if not await _may_ask(ctx, query.url):
        log.warning("security: an OCSP responder at an address that is not public was named", url=query.url[:200])
        return None
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await _posted(query)
            status = ocsp.load_der_ocsp_response(found).response_status
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        log.warning("an OCSP responder can't be asked", url=query.url[:200], reason=str(error))
        return None
    return found if status is ocsp.OCSPResponseStatus.SUCCESSFUL else None


async def _posted(query: Query) -> bytes:
    """The body of the answer. Raises ValueError for one that is too long; no more of it is read."""
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    found = bytearray()
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S) as client,
        client.stream("POST", query.url, content=query.body, headers=headers) as answer,
    ):
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            found += part
            if len(found) > MOST_BYTES:
                raise ValueError("the answer is too long")
    return bytes(found)


def _said(answer: bytes, query: Query, now: datetime) -> ocsp.OCSPCertStatus:
    """What the responder says of this certificate, at this time; UNKNOWN where it speaks of others or of long ago."""
    for one in ocsp.load_der_ocsp_response(answer).responses:
        until = one.next_update_utc
        if (one.issuer_name_hash, one.issuer_key_hash, one.serial_number) == query.names and (not until or now < until):
            return one.certificate_status
    return ocsp.OCSPCertStatus.UNKNOWN


async def _may_ask(ctx: Context, url: str) -> bool:
    """A station names the address: it must not lead into our own network, unless the settings name the host."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return False
    except ValueError:
        return False
    if parts.hostname in ctx.settings.ocsp_hosts:
        return True
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(one[4][0]).is_global for one in found)


async def certificate_for_car(ctx: Context, schema: str, action: str, exi: str) -> str | None:
    """M01, M02: the provider's answer for the car, as it came; None: it can't be had."""
    url = ctx.settings.ev_certificates_url
    if not url:
        return None
    body = {"iso15118SchemaVersion": schema, "action": action, "exiRequest": exi}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.post(url, json=body)
            answer.raise_for_status()
            found = answer.json()["exiResponse"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        log.warning("the provider of contract certificates doesn't answer", reason=str(error))
        return None
    return found if isinstance(found, str) and 0 < len(found) <= 7500 else None


# --- contracts ---------------------------------------------------------------------------------------


async def contract_status(ctx: Context, token: str, pem: str | None, queries: Sequence[Query]) -> str:
    """C07: a word of AuthorizeCertificateStatusEnumType. The station checked the chain itself and gives digests, or
    it leaves that to us and gives the chain."""
    if pem:
        try:
            chain = rules.read_chain(pem)
        except ValueError:
            return "CertChainError"
        status = rules.chain_problem(chain, _roots(ctx), ctx.now())
        if status == GOOD and not rules.same_contract(rules.common_name(chain[0].subject), token):
            return "CertChainError"
        if status != GOOD:
            return status
    for query in queries:
        answer = await _ask_responder(ctx, query)
        if answer is None:
            return "NoCertificateAvailable"
        said = _said(answer, query, ctx.now())
        if said is ocsp.OCSPCertStatus.REVOKED:
            return "CertificateRevoked"
        if said is not ocsp.OCSPCertStatus.GOOD:
            return "NoCertificateAvailable"
    return GOOD


def _roots(ctx: Context) -> list[x509.Certificate]:
    if not ctx.settings.contract_roots:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(ctx.settings.contract_roots).read_bytes())
    except (OSError, ValueError) as error:
        log.error("WATTLINE_CONTRACT_ROOTS can't be read", reason=str(error))
        return []
