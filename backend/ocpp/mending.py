"""Reading messages that break their schema, where losing them would lose energy, money or state.

Field experience: numbers where strings belong, texts that are too long, unknown words in enumerations, missing
fields, empty lists. `mend` builds the message from what is usable and says what it changed; only the actions in
FALLBACKS are treated so, of everything else what is too much is left out, and the rest gets the CALLERROR it deserves.
A reading of 2.0.1 without a readable number is left out as a whole: a zero would be a register.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that nobody can read: the services take such a clock for wrong and use their own."""

FALLBACKS: Mapping[str, Mapping[str, Any]] = {
    # action → wire name of a required field, anywhere in the message → value when it is missing or unreadable
    "BootNotification": {},
    "Authorize": {},
    "StatusNotification": {"errorCode": "OtherError", "timestamp": NEVER},
    "StartTransaction": {"connectorId": 0, "idTag": "", "meterStart": 0, "timestamp": NEVER},
    "StopTransaction": {"transactionId": 0, "meterStop": 0, "timestamp": NEVER, "sampledValue": [], "value": ""},
    "MeterValues": {
        "connectorId": 0,
        "evseId": 0,
        "meterValue": [],
        "timestamp": NEVER,
        "sampledValue": [],
        "value": "",
    },
    "TransactionEvent": {
        "eventType": "Updated",
        "timestamp": NEVER,
        "triggerReason": "AbnormalCondition",
        "seqNo": 0,
        "transactionInfo": {},
        "transactionId": "",
        "meterValue": [],
        "sampledValue": [],
        "id": 0,
        "idToken": "",
        "type": "Local",
    },
    "NotifyReport": {"requestId": 0, "generatedAt": NEVER, "seqNo": 0, "name": "", "variableAttribute": []},
    "NotifyEvent": {
        "generatedAt": NEVER,
        "seqNo": 0,
        "eventData": [],
        "eventId": 0,
        "timestamp": NEVER,
        "trigger": "Alerting",
        "actualValue": "",
        "eventNotificationType": "HardWiredNotification",
        "name": "",
    },
}

_MISSING = object()


class Unmendable(Exception):
    """Not even the shape is recognisable."""


@cache
def _type_of(struct: type[msgspec.Struct]) -> inspect.StructType:
    found = inspect.type_info(struct)
    assert isinstance(found, inspect.StructType)
    return found


def mend(action: str, struct: type[msgspec.Struct], raw: Any) -> tuple[Any, tuple[str, ...]]:
    """(message, what was changed, in words) or Unmendable. `raw` is plain JSON values."""
    notes: list[str] = []
    if action not in FALLBACKS:
        return _forgiven(action, struct, raw, notes), tuple(notes)
    if not isinstance(raw, dict):
        notes.append("$ is not an object")
        raw = {}
    message = _struct(_type_of(struct), raw, FALLBACKS[action], "$", notes)
    return message, tuple(notes)


def _forgiven(action: str, struct: type[msgspec.Struct], raw: Any, notes: list[str]) -> Any:
    """Of the other messages only what nobody asked for is forgiven: fields that don't exist, and structured data
    where 1.6 has a text."""
    if not isinstance(raw, dict):
        raise Unmendable
    known = _without_unknown(_type_of(struct), raw, "$", notes)
    if action == "DataTransfer" and isinstance(known.get("data"), dict | list | int | float):
        known = known | {"data": msgspec.json.encode(known["data"]).decode()}
        notes.append("$.data is no text")
    try:
        return msgspec.convert(known, struct)
    except msgspec.ValidationError as error:
        raise Unmendable from error


def _without_unknown(kind: inspect.Type, raw: Any, path: str, notes: list[str]) -> Any:
    if isinstance(kind, inspect.UnionType):
        kind = next((one for one in kind.types if not isinstance(one, inspect.NoneType)), kind)
    if isinstance(kind, inspect.ListType) and isinstance(raw, list):
        return [_without_unknown(kind.item_type, one, f"{path}[{number}]", notes) for number, one in enumerate(raw)]
    if not isinstance(kind, inspect.StructType) or not isinstance(raw, dict):
        return raw
    types = {one.encode_name: one.type for one in kind.fields}
    notes.extend(f"{path}.{extra} is not known" for extra in raw.keys() - types)
    return {
        name: _without_unknown(types[name], value, f"{path}.{name}", notes)
        for name, value in raw.items()
        if name in types
    }


def _struct(
    kind: inspect.StructType, raw: dict[str, Any], fallbacks: Mapping[str, Any], path: str, notes: list[str]
) -> Any:
    values: dict[str, Any] = {}
    known = set()
    for one in kind.fields:
        known.add(one.encode_name)
        where = f"{path}.{one.encode_name}"
        value = raw.get(one.encode_name, _MISSING)
        read = _MISSING if value is _MISSING else _value(one.type, value, fallbacks, where, notes)
        if read is _MISSING and one.required:
            if one.encode_name not in fallbacks:
                raise Unmendable
            notes.append(f"{where} is {'missing' if value is _MISSING else 'unreadable'}")
            read = _value(one.type, fallbacks[one.encode_name], fallbacks, where, notes)
            if read is _MISSING:  # a field of this name with another type: 1.6 has texts where 2.0.1 has numbers
                raise Unmendable
        elif read is _MISSING and value is not _MISSING:
            notes.append(f"{where} is unreadable and left out")
        if read is not _MISSING:
            values[one.name] = read
    for extra in raw.keys() - known:
        notes.append(f"{path}.{extra} is not known")
    return kind.cls(**values)


def _value(kind: inspect.Type, value: Any, fallbacks: Mapping[str, Any], path: str, notes: list[str]) -> Any:
    """The value as the type wants it, or _MISSING."""
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            if not isinstance(one, inspect.NoneType):
                return _MISSING if value is None else _value(one, value, fallbacks, path, notes)
    if isinstance(kind, inspect.StructType):
        try:
            return _struct(kind, value, fallbacks, path, notes) if isinstance(value, dict) else _MISSING
        except Unmendable:
            return _MISSING
    if isinstance(kind, inspect.ListType):
        return _list(kind, value, fallbacks, path, notes)
    if isinstance(kind, inspect.LiteralType):
        return _word(kind.values, value, path, notes)
    if isinstance(kind, inspect.DateTimeType):
        return _time(value)
    if isinstance(kind, inspect.StrType):
        # Too long is kept whole: it is still what the station said.
        return _text(value, path, notes)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _number(value, path, notes, whole=isinstance(kind, inspect.IntType))
    if isinstance(kind, inspect.BoolType):
        return {"true": True, "false": False}.get(str(value).lower(), _MISSING)
    return value


def _list(kind: inspect.ListType, value: Any, fallbacks: Mapping[str, Any], path: str, notes: list[str]) -> Any:
    if not isinstance(value, list):
        return _MISSING
    found = []
    for number, one in enumerate(value):
        read = _value(kind.item_type, one, fallbacks, f"{path}[{number}]", notes)
        if read is _MISSING:
            notes.append(f"{path}[{number}] is unreadable and left out")
        else:
            found.append(read)
    return found


def _word(words: tuple[Any, ...], value: Any, path: str, notes: list[str]) -> Any:
    if not isinstance(value, str) or value in words:
        return value if isinstance(value, str) else _MISSING
    meant = next((word for word in words if word.casefold() == value.strip().casefold()), _MISSING)
    if meant is not _MISSING:
        notes.append(f"{path} is spelled in another way")
    return meant


def _time(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        return msgspec.convert(str(value).strip(), datetime, strict=False)
    except msgspec.ValidationError:
        return _MISSING


def _text(value: Any, path: str, notes: list[str]) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        notes.append(f"{path} is a number where a text belongs")
        return repr(value)
    return _MISSING


def _number(value: Any, path: str, notes: list[str], *, whole: bool) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return _MISSING
    try:
        number = float(value)
        if number != number or abs(number) > 2**53:
            return _MISSING
    except (ValueError, OverflowError):
        return _MISSING
    if isinstance(value, str):
        notes.append(f"{path} is a text where a number belongs")
    return round(number) if whole else number
