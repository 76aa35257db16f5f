"""A meter that signs its register where a session begins and ends, as calibration law asks for (OCMF 1.0).

Each station's key follows from who it is: it stays the same over every start, and needs no file.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.simulator.model import Spec
from backend.simulator.physics import Reading

LETTERS = {"Transaction.Begin": "B", "Transaction.End": "E"}
METHOD = "ECDSA-secp256r1-SHA256"
_SCALARS = 2**255
"""Below the order of the curve."""


def _key(spec: Spec, evse: int) -> ec.EllipticCurvePrivateKey:
    secret = hashlib.sha256(f"simulated meter {spec.identity} {spec.serial} {evse}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(secret, "big") % _SCALARS + 1, ec.SECP256R1())


def record(spec: Spec, evse: int, reading: Reading, letter: str) -> str:
    """`OCMF|…|…` of one register."""
    payload = {
        "FV": "1.0",
        "GI": spec.model,
        "GS": spec.serial,
        "PG": f"T{reading.energy_wh}",
        "MV": spec.vendor,
        "MM": "Simulated meter",
        "MS": f"{spec.serial}-{evse}",
        "IS": False,
        "IF": [],
        "IT": "NONE",
        "RD": [
            {
                "TM": f"{reading.at:%Y-%m-%dT%H:%M:%S},{reading.at.microsecond // 1000:03}+0000 S",
                "TX": letter,
                "RV": reading.energy_wh / 1000,
                "RI": "1-b:1.8.0",
                "RU": "kWh",
                "RT": "DC" if spec.dc else "AC",
                "EF": "",
                "ST": "G",
            }
        ],
    }
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    signature = _key(spec, evse).sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    return f"OCMF|{text}|" + json.dumps({"SA": METHOD, "SD": signature.hex()}, separators=(",", ":"))


def signed_value(spec: Spec, evse: int, reading: Reading, context: str) -> dict[str, str] | None:
    """SignedMeterValueType of 2.0.1, with its key; None where nothing is signed."""
    if not spec.signs or context not in LETTERS:
        return None
    public = _key(spec, evse).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "signed_meter_data": base64.b64encode(record(spec, evse, reading, LETTERS[context]).encode()).decode(),
        "signing_method": METHOD,
        "encoding_method": "OCMF",
        "public_key": base64.b64encode(f"oca:base16:asn1:{public.hex()}".encode()).decode(),
    }
