"""What the OCPP log keeps of a message: everything but secrets."""

import json
import signal
from collections.abc import Iterator

import pytest

from backend.bench.talk import meter_16
from backend.ocpp.frames import BLANK, redact


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
