"""ISO 15118: what cars and stations ask through us of responders and providers, and whether a contract is good."""

import asyncio
import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from backend import addresses
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
        self.url, self.algorithm = url, algorithm
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
    inside = await addresses.leads_inside(query.url, ctx.settings.ocsp_hosts)
    if inside or not query.url.lower().startswith(("http://", "https://")):
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


def _said(
    answer: bytes, query: Query, known: Sequence[x509.Certificate], now: datetime
) -> tuple[ocsp.OCSPCertStatus, bool]:
    """What the responder says of this certificate, at this time, and whether that could be checked; UNKNOWN where it
    speaks of others or of long ago, or where somebody else signed. It can't be checked where nobody here knows the
    issuer's key: the station has the chain, and gave digests only."""
    response = ocsp.load_der_ocsp_response(answer)
    signed = rules.responder_signed(response, query.names[1], query.algorithm, known, now)
    if signed is None:
        log.warning("an OCSP answer can't be checked: its issuer is not among the contract roots", url=query.url[:200])
    if signed is False:
        log.warning("security: an OCSP answer was signed by somebody else", url=query.url[:200])
        return ocsp.OCSPCertStatus.UNKNOWN, True
    for one in response.responses:
        until = one.next_update_utc
        if (one.issuer_name_hash, one.issuer_key_hash, one.serial_number) == query.names and (not until or now < until):
            return one.certificate_status, signed is True
    return ocsp.OCSPCertStatus.UNKNOWN, True


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


async def contract_status(ctx: Context, token: str, pem: str | None, queries: Sequence[Query]) -> tuple[str, list[str]]:
    """C07: a word of AuthorizeCertificateStatusEnumType, and the addresses of responders whose answer could not be
    checked. The station checked the chain itself and gives digests, or it leaves that to us and gives the chain.

    Such an answer counts, where the settings don't say otherwise: "revoked" is believed as well, and without the
    issuer's certificate the alternative is that no such car charges.
    """
    unverified: list[str] = []
    return await _contract_status(ctx, token, pem, queries, unverified), unverified


async def _contract_status(
    ctx: Context, token: str, pem: str | None, queries: Sequence[Query], unverified: list[str]
) -> str:
    roots = _roots(ctx)
    chain: list[x509.Certificate] = []
    if pem:
        try:
            chain = rules.read_chain(pem)
        except ValueError:
            return "CertChainError"
        status = rules.chain_problem(chain, roots, ctx.now())
        if status == GOOD and not rules.same_contract(rules.common_name(chain[0].subject), token):
            return "CertChainError"
        if status != GOOD:
            return status
    for query in queries:
        answer = await _ask_responder(ctx, query)
        if answer is None:
            return "NoCertificateAvailable"
        said, checked = _said(answer, query, [*chain, *roots], ctx.now())
        if not checked:
            unverified.append(query.url)
        if said is ocsp.OCSPCertStatus.REVOKED:
            return "CertificateRevoked"
        if said is not ocsp.OCSPCertStatus.GOOD or (not checked and ctx.settings.ocsp_unverified == "refuse"):
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
