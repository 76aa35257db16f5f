"""Signed meter values: unwrapped, checked (OCMF), and written for the transparency software. Pure.

Stations wrap what a meter signed in several ways: as it is, hexadecimal, base64, or in the JSON of the Open Charge
Alliance's paper on signed meter values. What came stays as it came; only copies are unwrapped.
"""

import base64
import binascii
import json
import logging
import re
import warnings
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import msgspec
from pyocmf import OCMF, PublicKey, PyOCMFError, SignatureVerificationError

from shared.meters import SignedState

PREFIX = "OCMF|"
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_OCA = re.compile(r"oca:base(16|64):asn1:(.+)", re.DOTALL)
UNITS = {"kWh": 1000, "Wh": 1}
logging.getLogger("pyocmf").setLevel(logging.ERROR)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """register_wh: what the record says of the import register, last reading."""

    state: SignedState
    note: str = ""
    used_key: str = ""
    key_source: str = ""
    register_wh: int | None = None


def ocmf_text(data: str) -> str | None:
    """The record itself, `OCMF|…|…`; None where it is none."""
    text = data.strip()
    for _ in range(3):  # wrapped at most twice
        if text.startswith(PREFIX):
            return text
        found = _unwrapped(text)
        if found is None:
            return None
        text = found.strip()
    return text if text.startswith(PREFIX) else None


def _unwrapped(text: str) -> str | None:
    if text.startswith("{"):
        return _wrapped(text, "signedMeterData")
    try:
        return bytes.fromhex(text).decode()
    except ValueError:
        pass
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _wrapped(text: str, name: str) -> str | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else None


def carried_key(data: str, public_key: str) -> str:
    """The key that came with the data: beside it, in its JSON, or as its fourth part."""
    if public_key:
        return public_key
    text = data.strip()
    if text.startswith("{"):
        return _wrapped(text, "publicKey") or ""
    record = ocmf_text(data)
    parts = record.split("|", 3) if record else []
    return parts[3].strip() if len(parts) == 4 else ""


def key_of(text: str) -> PublicKey | None:
    """A key in any of the ways in which people and stations write it; None for what is none."""
    said = text.strip()
    for _ in range(3):
        if match := _PEM.search(said):
            said = "".join(match[1].split())
        elif match := _OCA.fullmatch(said):
            said = match[2]
        said = "".join(said.split())
        try:
            return PublicKey.from_string(said)
        except (PyOCMFError, ValueError):
            pass
        try:
            said = base64.b64decode(said, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
    return None


def check(data: str, keys: Sequence[tuple[str, str]]) -> Checked:
    """Judge a value with the first of the `keys` (source, text) that is one, in the order of trust."""
    record = ocmf_text(data)
    if record is None:
        return Checked(state=SignedState.UNVERIFIED, note="This is no OCMF record; it is kept as it came.")
    known = [(source, key) for source, text in keys if text and (key := key_of(text)) is not None]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = OCMF.from_string(record)
            register = _register(parsed)
            if not known:
                wrong = any(text for _, text in keys)
                note = "The key can't be read." if wrong else "No key of this meter is known."
                return Checked(state=SignedState.UNVERIFIED, note=note, register_wh=register)
            source, key = known[0]
            fits = parsed.verify_signature(key)
    except SignatureVerificationError as error:
        return Checked(state=SignedState.FAILED, note=f"The signature can't be checked: {error}"[:300])
    except (PyOCMFError, ValueError) as error:
        return Checked(state=SignedState.FAILED, note=f"The record can't be read: {error}"[:300])
    note = "" if fits else "The signature doesn't fit the data and the key."
    if fits and source == "message":
        note = "Checked with the key that came with the data; enter the meter's own key for a full check."
    return Checked(
        state=SignedState.VERIFIED if fits else SignedState.FAILED,
        note=note,
        used_key=key.key,
        key_source=source,
        register_wh=register,
    )


def _register(parsed: OCMF) -> int | None:
    """The last import register in a record, in Wh."""
    found = None
    for reading in parsed.payload.RD or ():
        unit = UNITS.get(str(reading.RU or ""))
        obis = str(reading.RI or "")
        imported = not obis or ":1.8" in obis or obis.startswith("01-00:98") or ":1.0.1.8" in obis or "B2" in obis
        if reading.RV is not None and unit and imported:
            found = round(Decimal(str(reading.RV)) * unit)
    return found


def registers(data: str) -> list[int]:
    """All registers of a record in their order, in Wh: one record may hold begin and end."""
    record = ocmf_text(data)
    if record is None:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = OCMF.from_string(record)
    except (PyOCMFError, ValueError):
        return []
    return [
        round(Decimal(str(one.RV)) * UNITS[str(one.RU)])
        for one in parsed.payload.RD or ()
        if one.RV is not None and str(one.RU or "") in UNITS
    ]


def worst(states: Sequence[SignedState]) -> SignedState:
    for state in (SignedState.FAILED, SignedState.UNVERIFIED):
        if state in states:
            return state
    return SignedState.VERIFIED


CONTEXTS = {"Transaction.Begin", "Transaction.End"}


def xml(number: int, values: Sequence[tuple[str, str, str]]) -> str:
    """The file that the S.A.F.E. transparency software loads; `values`: (context, data as it came, key in hex)."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<values>"]
    for context, data, key in values:
        said = f" context={quoteattr(context)}" if context in CONTEXTS else ""
        record = ocmf_text(data)
        parts.append(f'  <value transactionId="{number}"{said}>')
        kind = 'format="OCMF" encoding="plain"' if record else 'encoding="plain"'
        parts.append(f"    <signedData {kind}>{escape(record or data)}</signedData>")
        if key:
            parts.append(f'    <publicKey encoding="plain">{escape(key)}</publicKey>')
        parts.append("  </value>")
    return "\n".join([*parts, "</values>", ""])
