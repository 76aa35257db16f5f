"""1.6 security extension: certificates (M, A02 of the whitepaper)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import (
    Answer,
    DeleteCertificate,
    InstallCertificate,
    InstallSigned,
    ListCertificates,
    RenewCertificate,
)
from backend.ocpp import answers
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v16 import messages as m
from shared.certificates import RootKind, SigningKind

KIND: Mapping[RootKind, m.CertificateUseEnumType] = {
    RootKind.CSMS: "CentralSystemRootCertificate",
    RootKind.MANUFACTURER: "ManufacturerRootCertificate",
}


def _kind(kind: RootKind) -> m.CertificateUseEnumType:
    if kind not in KIND:
        raise ValueError("OCPP 1.6 has no certificates of this kind.")
    return KIND[kind]


def _own(kind: SigningKind) -> None:
    if kind is not SigningKind.STATION:
        raise ValueError("OCPP 1.6 has no certificates for cars.")


def _install(command: InstallCertificate) -> Call:
    return "InstallCertificate", m.InstallCertificate(
        certificate_type=_kind(command.kind), certificate=command.certificate
    )


def _delete(command: DeleteCertificate) -> Call:
    one = m.CertificateHashDataType(
        hash_algorithm=command.hash.algorithm,  # type: ignore[arg-type]  # checked by `ask`
        issuer_name_hash=command.hash.issuer_name_hash,
        issuer_key_hash=command.hash.issuer_key_hash,
        serial_number=command.hash.serial,
    )
    return "DeleteCertificate", m.DeleteCertificate(certificate_hash_data=one)


def _list(command: ListCertificates) -> Call:
    kind = command.kinds[0] if command.kinds else RootKind.CSMS
    return "GetInstalledCertificateIds", m.GetInstalledCertificateIds(certificate_type=_kind(kind))


def _renew(command: RenewCertificate) -> Call:
    _own(command.kind)
    return "ExtendedTriggerMessage", m.ExtendedTriggerMessage(requested_message="SignChargePointCertificate")


def _signed(command: InstallSigned) -> Call:
    return "CertificateSigned", m.CertificateSigned(certificate_chain=command.chain)


async def _listed(_session: Session, command: ListCertificates, answer: Answer) -> Answer:
    """NotFound says that there are none: that is an answer too."""
    kind = command.kinds[0] if command.kinds else RootKind.CSMS
    found = [
        {"kind": kind.value, "hash": answers.certificate(one)}
        for one in answer.payload.get("certificateHashData") or ()
    ]
    fine = answer.accepted or answer.status == "NotFound"
    return msgspec.structs.replace(answer, accepted=fine, result={"certificates": found})


CALLS: Mapping[type, Callable[[Any], Call]] = {
    InstallCertificate: _install,
    DeleteCertificate: _delete,
    ListCertificates: _list,
    RenewCertificate: _renew,
    InstallSigned: _signed,
}
AFTER: Mapping[type, After] = {ListCertificates: _listed}
