"""2.0.1 A02, M: a station asks for its certificate, or for what a car needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.certificates import service as certificates
from backend.certificates import vehicles
from backend.maintenance import service as maintenance
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from shared.certificates import SigningKind

UNVERIFIED = "OCSPAnswerNotVerified"
"""Our own word among the security events: nobody here knows who issued the certificate."""
TOLD_AGAIN = timedelta(hours=1)
MOST_TOLD = 10_000
_told: dict[tuple[UUID, str], datetime] = {}


async def sign(session: Session, request: m.SignCertificate) -> m.SignCertificateResponse:
    """A02, A03. Without a kind it is one certificate for both uses."""
    kind = SigningKind(request.certificate_type) if request.certificate_type else SigningKind.COMBINED
    signed = await certificates.wished(session.ctx, session.station, kind, request.csr)
    return m.SignCertificateResponse(status="Accepted" if signed else "Rejected")


def queries(asked: Sequence[m.OCSPRequestDataType]) -> list[vehicles.Query]:
    """Raises ValueError for digests that are none."""
    return [
        vehicles.Query(
            one.hash_algorithm, one.issuer_name_hash, one.issuer_key_hash, one.serial_number, one.responder_url
        )
        for one in asked
    ]


async def contract(session: Session, request: m.Authorize) -> m.AuthorizeCertificateStatusEnumType:
    """C07: what the certificate of a contract is worth."""
    try:
        asked = queries(request.iso15118_certificate_hash_data or ())
    except ValueError:
        return "CertChainError"
    token = request.id_token.id_token
    found, unverified = await vehicles.contract_status(session.ctx, token, request.certificate, asked)
    for url in dict.fromkeys(unverified):
        await _tell_unverified(session, url)
    return found  # type: ignore[return-value]  # of these words


async def _tell_unverified(session: Session, url: str) -> None:
    """Once an hour for each station and responder."""
    key, now = (session.station.id, url), session.ctx.now()
    told = _told.pop(key, None)
    _told[key] = now if told is None or now - told >= TOLD_AGAIN else told
    while len(_told) > MOST_TOLD:
        _told.pop(next(iter(_told)))
    if _told[key] == now:
        info = f"{url[:150]}: add the issuer's certificate to WATTLINE_CONTRACT_ROOTS"
        await maintenance.security_event(session.ctx, session.station, UNVERIFIED, now, info)


async def status(session: Session, request: m.GetCertificateStatus) -> m.GetCertificateStatusResponse:
    """M06: the answer of the responder, as it came."""
    try:
        (query,) = queries([request.ocsp_request_data])
    except ValueError:
        return m.GetCertificateStatusResponse(status="Failed")
    result = await vehicles.ocsp_result(session.ctx, query)
    return m.GetCertificateStatusResponse(status="Accepted" if result else "Failed", ocsp_result=result)


async def for_car(session: Session, request: m.Get15118EVCertificate) -> m.Get15118EVCertificateResponse:
    """M01, M02: forwarded to the provider, whose answer the car gets as it came."""
    found = await vehicles.certificate_for_car(
        session.ctx, request.iso15118_schema_version, request.action, request.exi_request
    )
    return m.Get15118EVCertificateResponse(status="Accepted" if found else "Failed", exi_response=found or "")


HANDLERS: Mapping[str, Handler] = {
    "Get15118EVCertificate": for_car,
    "GetCertificateStatus": status,
    "SignCertificate": sign,
}
