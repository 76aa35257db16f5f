"""What the OCPP log keeps of a message: everything but secrets."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from backend.bench.talk import event_201, meter_16
from backend.ocpp.redaction import BLANK, blanked_call, blanked_result, redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"basicAuthPassword":"hunter2"}', f'{{"basicAuthPassword":{BLANK}}}'),
        ('{"PASSWORD" : "a\\"b"}', f'{{"PASSWORD" : {BLANK}}}'),
        ('{"key":"AuthorizationKey","value":"00ff"}', f'{{"key":"AuthorizationKey","value":{BLANK}}}'),
        ('{"value":"00ff","key":"MySecretThing"}', f'{{"value":{BLANK},"key":"MySecretThing"}}'),
        (
            '{"attributeValue":"a","component":{"name":"X","evse":{"id":1}},"variable":{"name":"BasicAuthPassword"}}',
            f'{{"attributeValue":{BLANK},"component":{{"name":"X","evse":{{"id":1}}}},'
            '"variable":{"name":"BasicAuthPassword"}}',
        ),
        (
            '[{"attributeValue":"a","variable":{"name":"Other"}},{"variable":{"name":"BasicAuthPassword"}}]',
            '[{"attributeValue":"a","variable":{"name":"Other"}},{"variable":{"name":"BasicAuthPassword"}}]',
        ),
        (
            '{"component":{"name":"X"},"variable":{"name":"BasicAuthPassword"},'
            '"variableAttribute":[{"type":"Actual","value":"a"}]}',
            '{"component":{"name":"X"},"variable":{"name":"BasicAuthPassword"},'
            f'"variableAttribute":[{{"type":"Actual","value":{BLANK}}}]}}',
        ),
        (
            '{"configurationKey":[{"key":"Other","value":"a"},{"key":"AuthorizationKey","value":"b"}]}',
            f'{{"configurationKey":[{{"key":"Other","value":"a"}},{{"key":"AuthorizationKey","value":{BLANK}}}]}}',
        ),
        ('[{"key":"AuthorizationKey","value":"cut o', f'[{{"key":"AuthorizationKey","value":{BLANK}'),
        ('{"value":"a","key":"AuthorizationKey","re', f'{{"value":{BLANK},"key":"AuthorizationKey","re'),
        ('{"exiRequest":"qqq"}', f'{{"exiRequest":{BLANK}}}'),
        ('{"location":"ftp://me:pw@host/f"}', '{"location":"ftp://me:•••@host/f"}'),
        ('{"idTag":"04A2B3C4"}', '{"idTag":"•••B3C4"}'),
        ('{"idToken":{"idToken":"04A2B3C4","type":"ISO14443"}}', '{"idToken":{"idToken":"•••B3C4","type":"ISO14443"}}'),
        ('{"idTag":"1234"}', '{"idTag":"1234"}'),
    ],
)
def test_secrets_are_blanked(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.fixture
def give_up() -> Iterator[None]:
    """After 30 seconds, in the middle of a regular expression too."""

    def stop(*_: object) -> None:
        raise TimeoutError("this grows faster than the text")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "piece",
    [
        '"value":"x",',
        '{"key":"secret",',
        '{"value":"x","a":',
        '"name":"MyPassword",',
        '\\"',
        " ",
        "http://a:",
        '"password" ',
        '"idTag":"',
    ],
)
@pytest.mark.usefixtures("give_up")
def test_what_a_station_makes_up_costs_no_more_than_its_length(piece: str) -> None:
    """All sockets of the node wait meanwhile. Linear takes a fifth of a second here; quadratic took minutes."""
    begin = '[{"key":"AuthorizationKey","value":"00ff"},{"name":"password","b":["http://'
    text = begin + piece * (500_000 // len(piece))
    kept = redact(text)
    assert kept.startswith(f'[{{"key":"AuthorizationKey","value":{BLANK}}},')
    assert redact(kept) == kept


def test_meter_values_stay_as_they_are() -> None:
    text = json.dumps([2, "m", "MeterValues", meter_16(1000, 7)])
    assert redact(text) == text


@pytest.mark.parametrize(
    ("action", "payload", "kept"),
    [
        ("MeterValues", meter_16(1000, 7), None),
        ("TransactionEvent", event_201(1000.0, 1, "t-1"), None),
        ("StartTransaction", {"idTag": "04A2B3C4"}, {"idTag": "•••B3C4"}),
        ("TransactionEvent", {"idToken": {"idToken": "04A2B3C4"}}, {"idToken": {"idToken": "•••B3C4"}}),
        (
            "Heartbeat",
            {"customData": {"vendorId": "x", "password": "1"}},
            {"customData": {"vendorId": "x", "password": "•••"}},
        ),
        ("MeterValues", {"value": "ftp://me:pw@host"}, {"value": "ftp://me:•••@host"}),
        ("StatusNotification", {"info": "see http://me:pw@host"}, {"info": "see http://me:•••@host"}),
        ("DataTransfer", {"data": {"password": "1"}}, {"data": {"password": "•••"}}),
        ("NotifyReport", {"name": "BasicAuthPassword", "value": "1"}, {"name": "BasicAuthPassword", "value": "•••"}),
        ("Unheard", {"password": "1"}, {"password": "•••"}),
    ],
)
def test_what_the_schema_allows_is_blanked_in_calls(
    action: str, payload: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    expected = json.dumps(kept or payload, ensure_ascii=False)
    assert blanked_call(action, json.dumps(payload).encode()).decode() == expected


def test_a_nul_is_left_out_whatever_the_schema_says() -> None:
    assert blanked_call("Heartbeat", b"[2,\0{}]") == blanked_result("Heartbeat", b"[2,{}\0]") == b"[2,{}]"


def test_an_answer_keeps_the_end_of_a_parent_token() -> None:
    frame = b'[3,"m",{"idTagInfo":{"status":"Accepted","parentIdTag":"04A2B3C4"}}]'
    assert blanked_result("StartTransaction", frame) == frame.replace(b"04A2", "•••".encode())


def test_a_name_behind_an_escape_hides_nothing() -> None:
    frame = rb'{"customData":{"vendor\u0049d":"x","password":"1"}}'
    assert blanked_call("Heartbeat", frame) == frame.replace(b'"1"', BLANK.encode())
