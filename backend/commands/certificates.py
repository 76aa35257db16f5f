"""Certificates in stations. Kinds and digests are those of shared.certificates."""

import msgspec

from backend.commands.base import Command
from shared.certificates import CertificateHash, RootKind, SigningKind


class InstallCertificate(Command, frozen=True, kw_only=True):
    kind: RootKind
    certificate: str


class DeleteCertificate(Command, frozen=True, kw_only=True):
    hash: CertificateHash


class ListedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    kind: RootKind
    hash: CertificateHash
    children: list[CertificateHash] = []


class ListCertificates(Command, frozen=True, kw_only=True):
    """Empty: all kinds (1.6 asks for exactly one). `result`: {"certificates": [ListedCertificate]}."""

    kinds: list[RootKind] = []


class RenewCertificate(Command, frozen=True, kw_only=True):
    """The station makes a new key and asks for its certificate."""

    kind: SigningKind


class InstallSigned(Command, frozen=True, kw_only=True):
    """The answer to such a wish: the certificate, then those above it, in PEM form."""

    kind: SigningKind
    chain: str


AnyCertificates = InstallCertificate | DeleteCertificate | ListCertificates | RenewCertificate | InstallSigned
