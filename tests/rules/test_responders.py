"""Who signed an OCSP answer."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from backend.certificates import rules

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


class Party:
    def __init__(self, name: str, issuer: "Party | None" = None, *, responder: bool = False, days: int = 9) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(issuer.certificate.subject if issuer else named)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(NOW + days * DAY)
        )
        if responder:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        self.certificate = builder.sign((issuer or self).key, hashes.SHA256())


AUTHORITY, STRANGER = Party("authority"), Party("authority")
CONTRACT = Party("contract", AUTHORITY)


def answer(signer: Party, inside: list[Party]) -> ocsp.OCSPResponse:
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            CONTRACT.certificate,
            AUTHORITY.certificate,
            hashes.SHA256(),
            ocsp.OCSPCertStatus.GOOD,
            NOW,
            None,
            None,
            None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    )
    if inside:
        builder = builder.certificates([one.certificate for one in inside])
    return builder.sign(signer.key, hashes.SHA256())


DELEGATE = Party("responder", AUTHORITY, responder=True)
PLAIN = Party("no responder", AUTHORITY)
LATE = Party("late", AUTHORITY, responder=True, days=-1)
FOREIGN = Party("foreign", STRANGER, responder=True)


@pytest.mark.parametrize(
    ("signer", "inside", "known", "judged"),
    [
        pytest.param(AUTHORITY, [], [AUTHORITY], True, id="the issuer itself"),
        pytest.param(AUTHORITY, [AUTHORITY], [], True, id="the issuer, shown in the answer: the digest names its key"),
        pytest.param(DELEGATE, [DELEGATE], [AUTHORITY], True, id="whom the issuer made a responder"),
        pytest.param(PLAIN, [PLAIN], [AUTHORITY], False, id="of the issuer, but no responder"),
        pytest.param(LATE, [LATE], [AUTHORITY], False, id="a responder whose time is over"),
        pytest.param(FOREIGN, [FOREIGN], [AUTHORITY], False, id="a responder of another authority of that name"),
        pytest.param(STRANGER, [], [AUTHORITY], False, id="another authority of that name"),
        pytest.param(AUTHORITY, [], [], None, id="a key that nobody here knows"),
        pytest.param(STRANGER, [STRANGER], [], None, id="a stranger's key has another digest"),
    ],
)
def test_who_signed(signer: Party, inside: list[Party], known: list[Party], judged: bool | None) -> None:
    digest = bytes.fromhex(rules.hash_of(CONTRACT.certificate, AUTHORITY.certificate).issuer_key_hash)
    certificates = [one.certificate for one in known]
    assert rules.responder_signed(answer(signer, inside), digest, "SHA256", certificates, NOW) is judged


def request(organisation: str | None) -> str:
    names = [x509.NameAttribute(x509.NameOID.COMMON_NAME, "CP-1")]
    if organisation is not None:
        names.append(x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation))
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(CONTRACT.key, hashes.SHA256())
    return csr.public_bytes(rules.serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("wanted", "named", "words"),
    [
        ("", None, ""),
        ("", "Anybody", ""),
        ("City Power", "City Power", ""),
        ("City Power", "Another", "names Another; it must name City Power"),
        ("City Power", None, "names no operator"),
    ],
)
def test_whose_station_asks_for_a_certificate(wanted: str, named: str | None, words: str) -> None:
    problem = rules.csr_problem(request(named), "CP-1", rules.SigningKind.STATION, wanted)
    assert words in problem
    assert bool(words) is bool(problem)
