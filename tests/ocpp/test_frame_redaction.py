"""What the OCPP log keeps of a message: everything but secrets."""

import json

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
        ('{"exiRequest":"qqq"}', f'{{"exiRequest":{BLANK}}}'),
        ('{"location":"ftp://me:pw@host/f"}', '{"location":"ftp://me:•••@host/f"}'),
        ('{"idTag":"04A2B3C4"}', '{"idTag":"•••B3C4"}'),
        ('{"idToken":{"idToken":"04A2B3C4","type":"ISO14443"}}', '{"idToken":{"idToken":"•••B3C4","type":"ISO14443"}}'),
        ('{"idTag":"1234"}', '{"idTag":"1234"}'),
    ],
)
def test_secrets_are_blanked(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_meter_values_stay_as_they_are() -> None:
    text = json.dumps([2, "m", "MeterValues", meter_16(1000, 7)])
    assert redact(text) == text
