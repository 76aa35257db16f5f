"""What certificates say, and which wishes for one are fulfilled. Pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from shared.certificates import CertificateHash, SigningKind

LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 224
"""A00.FR.503 and what the certification programme names."""
ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
EXPLAINED = {
    "Rejected": "The station refused it without saying why.",
    "Failed": "The station could not do it.",
    "NotFound": "The station has no such certificate.",
    "NotImplemented": "The station can't renew its certificate on request.",
}


def explained(status: str) -> str:
    return EXPLAINED.get(status, "")


def read(pem: str) -> x509.Certificate:
    """Raises ValueError for what is no certificate in PEM form."""
    return x509.load_pem_x509_certificate(pem.encode())


def read_chain(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode())


def common_name(subject: x509.Name) -> str:
    found = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def serial_text(certificate: x509.Certificate) -> str:
    """Hexadecimal, without leading zeros (2.0.1 CertificateHashDataType)."""
    return f"{certificate.serial_number:x}"


def _digest(data: bytes, algorithm: str) -> str:
    digest = hashes.Hash(ALGORITHMS[algorithm])
    digest.update(data)
    return digest.finalize().hex()


def responder_signed(
    answer: ocsp.OCSPResponse,
    issuer_key_hash: bytes,
    algorithm: str,
    known: Sequence[x509.Certificate],
    now: datetime,
) -> bool | None:
    """Whether the issuer of the certificate signed this answer, or somebody it made a responder (RFC 6960, 4.2.2.2).

    An issuer inside the answer is taken where its key has the digest that was asked for. None: its key isn't known.
    """
    inside = answer.certificates
    issuer = next((one for one in (*known, *inside) if _digest_of_key(one, algorithm) == issuer_key_hash), None)
    if issuer is None:
        return None
    delegates = [one for one in inside if _is_responder(one, issuer, now)]
    return any(_signed_answer(answer, one) for one in (issuer, *delegates))


def _digest_of_key(certificate: x509.Certificate, algorithm: str) -> bytes:
    try:
        return bytes.fromhex(_digest(_key_bits(certificate), algorithm))
    except (ValueError, UnsupportedAlgorithm):
        return b""


def _is_responder(one: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        purposes = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    in_time = one.not_valid_before_utc <= now < one.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in purposes and _signed(one, issuer)


def _signed_answer(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), answer.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes)
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The key itself as RFC 6960 digests it: without tag, length and number of unused bits."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return bytes(raw)


def hash_of(certificate: x509.Certificate, issuer: x509.Certificate, algorithm: str = "SHA256") -> CertificateHash:
    """How OCPP names a certificate (2.0.1 CertificateHashDataType). A root is its own issuer."""
    return CertificateHash(
        algorithm=algorithm,
        issuer_name_hash=_digest(certificate.issuer.public_bytes(), algorithm),
        issuer_key_hash=_digest(_key_bits(issuer), algorithm),
        serial=serial_text(certificate),
    )


def root_problem(pem: str, now: datetime) -> str:
    """Why this can't be installed as a root; empty when it can."""
    try:
        certificate = read(pem)
    except ValueError:
        return "This is no certificate in PEM form."
    if certificate.not_valid_after_utc <= now:
        return "This certificate has expired."
    if not common_name(certificate.subject).isprintable():
        return "The name of this certificate can't be shown."
    try:
        hash_of(certificate, certificate)
    except (ValueError, UnsupportedAlgorithm):
        return "The key of this certificate is of a kind that isn't known."
    return ""


def csr_problem(pem: str, identity: str, kind: SigningKind, organisation: str = "") -> str:
    """Why a wish for a certificate isn't fulfilled; empty when it is (A02.FR.05, A00.FR.502 to 511).

    `organisation`: who must be named as the operator, where that is to be checked (CpoName, OrganizationName).
    """
    try:
        csr = x509.load_pem_x509_csr(pem.encode())
        key = csr.public_key()
        signed = csr.is_signature_valid
    except ValueError:
        return "The request is no PKCS#10 in PEM form."
    except UnsupportedAlgorithm:
        return "The key is too weak, or of a kind that isn't known."
    if not signed:
        return "The signature of the request is wrong."
    if isinstance(key, rsa.RSAPublicKey):
        weak = key.key_size < LEAST_RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        weak = key.curve.key_size < LEAST_EC_BITS
    else:
        weak = True
    if weak:
        return "The key is too weak, or of a kind that isn't known."
    name = common_name(csr.subject)
    if not name.isprintable():
        return "The name in the request can't be shown."
    named = [str(one.value) for one in csr.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)]
    if organisation and kind is not SigningKind.V2G and named != [organisation]:
        return f"The request names {', '.join(named) or 'no operator'}; it must name {organisation}."
    if kind is not SigningKind.V2G and name != identity:
        return f"The request is for {name or 'nobody'}; this station is {identity}."
    return ""


# --- chains of cars ----------------------------------------------------------------------------------


def chain_problem(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: datetime) -> str:
    """A word of 2.0.1 AuthorizeCertificateStatusEnumType, Accepted where each is signed by the next, up to a root."""
    if not chain:
        return "NoCertificateAvailable"
    for one in chain:
        if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
            return "CertificateExpired"
    if not all(_may_issue(issuer) for issuer in chain[1:]):
        return "CertChainError"
    for one, issuer in pairwise(chain):
        if not _signed(one, issuer):
            return "SignatureError" if one.issuer == issuer.subject else "CertChainError"
    last = chain[-1]
    for root in roots:
        if (last == root or _signed(last, root)) and root.not_valid_after_utc > now:
            return "Accepted"
    return "CertChainError"


def _may_issue(one: x509.Certificate) -> bool:
    """Else whoever holds a contract could sign one in another's name (RFC 5280, 6.1.4 k)."""
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _signed(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def same_contract(name: str, token: str) -> bool:
    """An eMAID is written with or without hyphens, in any case."""
    return name.replace("-", "").lower() == token.replace("-", "").lower()
