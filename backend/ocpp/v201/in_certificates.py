"""2.0.1 A02, M: a station asks for its certificate, or for what a car needs."""

from collections.abc import Mapping, Sequence

from backend.certificates import service as certificates
from backend.certificates import vehicles
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from shared.certificates import SigningKind


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
    found: m.AuthorizeCertificateStatusEnumType = await vehicles.contract_status(  # type: ignore[assignment]  # of these words
        session.ctx, token, request.certificate, asked
    )
    return found


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
