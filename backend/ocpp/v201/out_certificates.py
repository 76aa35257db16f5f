"""2.0.1 M and A02: certificates."""

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
from backend.ocpp.v201 import messages as m
from shared.certificates import CertificateHash, SigningKind

TRIGGER: Mapping[SigningKind, m.MessageTriggerEnumType] = {
    SigningKind.STATION: "SignChargingStationCertificate",
    SigningKind.V2G: "SignV2GCertificate",
    SigningKind.COMBINED: "SignCombinedCertificate",
}


def _install(command: InstallCertificate) -> Call:
    return "InstallCertificate", m.InstallCertificate(
        certificate_type=command.kind.value,  # type: ignore[arg-type]  # checked by `ask`
        certificate=command.certificate,
    )


def hash_data(one: CertificateHash) -> m.CertificateHashDataType:
    return m.CertificateHashDataType(
        hash_algorithm=one.algorithm,  # type: ignore[arg-type]  # checked by `ask`
        issuer_name_hash=one.issuer_name_hash,
        issuer_key_hash=one.issuer_key_hash,
        serial_number=one.serial,
    )


def _delete(command: DeleteCertificate) -> Call:
    return "DeleteCertificate", m.DeleteCertificate(certificate_hash_data=hash_data(command.hash))


def _list(command: ListCertificates) -> Call:
    kinds = [one.value for one in command.kinds]
    return "GetInstalledCertificateIds", m.GetInstalledCertificateIds(certificate_type=kinds or None)  # type: ignore[arg-type]  # checked by `ask`


def _renew(command: RenewCertificate) -> Call:
    return "TriggerMessage", m.TriggerMessage(requested_message=TRIGGER[command.kind])


def _signed(command: InstallSigned) -> Call:
    kind = None if command.kind is SigningKind.COMBINED else command.kind.value
    return "CertificateSigned", m.CertificateSigned(certificate_chain=command.chain, certificate_type=kind)  # type: ignore[arg-type]  # checked by `ask`


async def _listed(_session: Session, _command: ListCertificates, answer: Answer) -> Answer:
    """NotFound says that there are none: that is an answer too."""
    found = [
        {
            "kind": one["certificateType"],
            "hash": answers.certificate(one["certificateHashData"]),
            "children": [answers.certificate(child) for child in one.get("childCertificateHashData") or ()],
        }
        for one in answer.payload.get("certificateHashDataChain") or ()
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
