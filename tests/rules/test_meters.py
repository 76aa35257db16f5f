"""Signed values in all their wrappings."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyocmf import OcmfContainer

from backend.meters import rules
from shared.meters import SignedState
from tests.support.signing import SigningMeter

METER, OTHER = SigningMeter(), SigningMeter()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECORD = METER.record(AT, "12.345")
WRAPPED = json.dumps(
    {
        "signedMeterData": base64.b64encode(RECORD.encode()).decode(),
        "encodingMethod": "OCMF",
        "signingMethod": "",
        "publicKey": base64.b64encode(f"oca:base16:asn1:{METER.public_key}".encode()).decode(),
    }
)
PEM = (
    "-----BEGIN PUBLIC KEY-----\n"
    + base64.b64encode(bytes.fromhex(METER.public_key)).decode()
    + "\n-----END PUBLIC KEY-----\n"
)


@pytest.mark.parametrize(
    "data", [RECORD, f" {RECORD}\n", RECORD.encode().hex(), base64.b64encode(RECORD.encode()).decode(), WRAPPED]
)
def test_a_record_is_found_in_what_stations_send(data: str) -> None:
    assert rules.ocmf_text(data) == RECORD
    found = rules.check(data, [("operator", METER.public_key)])
    assert (found.state, found.register_wh, found.key_source) == (SignedState.VERIFIED, 12345, "operator")


@pytest.mark.parametrize(
    "key",
    [
        METER.public_key,
        METER.public_key.upper(),
        base64.b64encode(bytes.fromhex(METER.public_key)).decode(),
        PEM,
        base64.b64encode(PEM.encode()).decode(),
        f"oca:base16:asn1:{METER.public_key}",
        base64.b64encode(f"oca:base16:asn1:{METER.public_key}".encode()).decode(),
    ],
)
def test_keys_as_people_and_stations_write_them(key: str) -> None:
    assert rules.check(RECORD, [("configuration", key)]).state is SignedState.VERIFIED


@pytest.mark.parametrize(
    ("data", "keys", "state", "note"),
    [
        (RECORD, [], SignedState.UNVERIFIED, "No key"),
        (RECORD, [("operator", "nonsense")], SignedState.UNVERIFIED, "can't be read"),
        (RECORD, [("operator", OTHER.public_key)], SignedState.FAILED, "doesn't fit"),
        (RECORD.replace("12.345", "99.999"), [("operator", METER.public_key)], SignedState.FAILED, "doesn't fit"),
        ("OCMF|{|{}", [("operator", METER.public_key)], SignedState.FAILED, "can't be read"),
        ("<xml>EDL</xml>", [("operator", METER.public_key)], SignedState.UNVERIFIED, "no OCMF"),
        ("", [], SignedState.UNVERIFIED, "no OCMF"),
        (RECORD, [("message", METER.public_key)], SignedState.VERIFIED, "came with the data"),
        # The operator's own key counts, whatever came along.
        (RECORD, [("operator", OTHER.public_key), ("message", METER.public_key)], SignedState.FAILED, "doesn't fit"),
    ],
)
def test_verdicts(data: str, keys: list[tuple[str, str]], state: SignedState, note: str) -> None:
    found = rules.check(data, keys)
    assert found.state is state
    assert note in found.note


def test_the_key_that_came_along() -> None:
    assert rules.key_of(rules.carried_key(WRAPPED, "")) == rules.key_of(METER.public_key)
    assert rules.carried_key(f"{RECORD}|{METER.public_key}", "") == METER.public_key
    assert rules.carried_key(RECORD, "beside") == "beside"
    assert rules.carried_key("{broken", "") == ""


def test_the_transparency_software_s_file_holds_all_that_it_needs(tmp_path: Path) -> None:
    end = METER.record(AT, "20.000", "E")
    path = tmp_path / "signed.xml"
    values = [("Transaction.Begin", WRAPPED, METER.public_key), ("Transaction.End", end, METER.public_key)]
    path.write_text(rules.xml(42, values))
    begin, last = OcmfContainer.from_xml(path).entries
    assert (begin.transaction_id, begin.context, last.context) == (42, "Transaction.Begin", "Transaction.End")
    assert begin.verify_signature()
    assert last.verify_signature()


def test_the_worst_counts() -> None:
    ok, bad, unknown = SignedState.VERIFIED, SignedState.FAILED, SignedState.UNVERIFIED
    assert [rules.worst(states) for states in ([ok], [ok, unknown], [unknown, bad], [])] == [ok, unknown, bad, ok]
