"""A meter that signs: OCMF records as real meters make them, with a key of its own."""

import json
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class SigningMeter:
    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._page = 0

    @property
    def public_key(self) -> str:
        """DER, hexadecimal."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()

    def record(self, at: datetime, kwh: str, kind: str = "B") -> str:
        """kind: B at the begin of a session, E at its end."""
        self._page += 1
        payload = {
            "FV": "1.0",
            "GI": "Test",
            "GS": "1",
            "PG": f"T{self._page}",
            "MV": "Test",
            "MM": "One",
            "MS": "4711",
            "IS": True,
            "IL": "VERIFIED",
            "IF": ["RFID_PLAIN"],
            "IT": "ISO14443",
            "ID": "1F2D3A4F",
            "RD": [
                {
                    "TM": at.strftime("%Y-%m-%dT%H:%M:%S,000+0000 S"),
                    "TX": kind,
                    "RV": float(kwh),
                    "RI": "1-b:1.8.0",
                    "RU": "kWh",
                    "RT": "AC",
                    "EF": "",
                    "ST": "G",
                }
            ],
        }
        text = json.dumps(payload, separators=(",", ":"))
        signature = self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())).hex()
        return f"OCMF|{text}|" + json.dumps({"SA": "ECDSA-secp256r1-SHA256", "SD": signature}, separators=(",", ":"))
