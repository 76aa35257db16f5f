"""OCPP-J framing and validation, in one pass for what is right, in plain steps for what is wrong.

A right call is found by its action (the fourth piece between quotes) and decoded by one prepared msgspec decoder
for the whole frame. Everything else takes the slow path, which names the exact error. `decode` never raises.

Sources: OCPP-J 1.6 section 4 (frames, error codes), OCPP 2.0.1 part 4 section 4.
"""

import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import msgspec

from backend.ocpp import mending, salvage
from backend.ocpp.v16 import messages as messages16
from backend.ocpp.v201 import messages as messages201

MessageId = str | int | float
"""Strings by the book; some stations send numbers, and get the same back."""

CALL, RESULT, ERROR = 2, 3, 4
NO_ID = "-1"
_BEGINNING = 128
"""Bytes that hold the kind, the id and the action of a right call."""


class Call(msgspec.Struct, frozen=True):
    """A request of the other side. `mended`: what had to be changed to make it readable."""

    message_id: MessageId
    action: str
    payload: Any
    mended: tuple[str, ...] = ()


class CallResult(msgspec.Struct, frozen=True):
    message_id: MessageId
    payload: msgspec.Raw


class CallError(msgspec.Struct, frozen=True):
    message_id: MessageId
    code: str
    description: str = ""


class Malformed(msgspec.Struct, frozen=True):
    """Can't be handled. `answer`: whether a CALLERROR is due."""

    message_id: MessageId
    code: str
    description: str
    answer: bool = True
    action: str = ""


class InvalidPayload(Exception):
    """A payload that breaks the schema of its action. `path` as `$.evse.id`, the message in plain words."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


# Our names of the errors are those of 2.0.1; 1.6 spells some differently or doesn't know them.
SPELLING_16 = {
    "FormatViolation": "FormationViolation",
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "RpcFrameworkError": "FormationViolation",
    "MessageTypeNotSupported": "ProtocolError",
}

FROM_STATION_16 = frozenset(
    "Authorize BootNotification DataTransfer DiagnosticsStatusNotification FirmwareStatusNotification "
    "Heartbeat LogStatusNotification MeterValues SecurityEventNotification SignCertificate "
    "SignedFirmwareStatusNotification StartTransaction StatusNotification StopTransaction".split()
)
FROM_STATION_201 = frozenset(
    "Authorize BootNotification ClearedChargingLimit DataTransfer FirmwareStatusNotification "
    "Get15118EVCertificate GetCertificateStatus Heartbeat LogStatusNotification MeterValues "
    "NotifyChargingLimit NotifyCustomerInformation NotifyDisplayMessages NotifyEVChargingNeeds "
    "NotifyEVChargingSchedule NotifyEvent NotifyMonitoringReport NotifyReport "
    "PublishFirmwareStatusNotification ReportChargingProfiles ReservationStatusUpdate "
    "SecurityEventNotification SignCertificate StatusNotification TransactionEvent".split()
)
TRANSACTION_MESSAGES = frozenset({"StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent"})

_json = msgspec.json.Encoder()
_any = msgspec.json.Decoder()
_loose = msgspec.json.Decoder(strict=False)
_ID_IN_RUINS = re.compile(rb'^\s*\[\s*2\s*,\s*"([^"\\]{1,64})"')
_MILLISECONDS = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}')
_ITS_LENGTH = 24
_NO_MORE = b'000Z"'
_AT = re.compile(r" - at `(\$[^`]*)`$")


class Codec:
    """One OCPP version. Stateless: all sockets of a process share it."""

    def __init__(self, version: str, messages: ModuleType, from_station: frozenset[str]) -> None:
        self.version = version
        self.from_station = from_station
        self.from_csms = (frozenset(messages.MESSAGES) - from_station) | {"DataTransfer"}
        self._types: Mapping[str, tuple[type[msgspec.Struct], type[msgspec.Struct]]] = messages.MESSAGES
        self._calls = {
            action.encode(): (action, msgspec.json.Decoder(_frame_of(self._types[action][0])))
            for action in from_station
        }
        self._results = {action: msgspec.json.Decoder(self._types[action][1]) for action in self.from_csms}
        self._unlosable = (TRANSACTION_MESSAGES | {"StatusNotification"}) & from_station
        self._frame = msgspec.json.Decoder(tuple[int, MessageId, msgspec.Raw])
        self._error = msgspec.json.Decoder(list[Any])

    # --- reading ----------------------------------------------------------------------------------------

    def decode(self, frame: bytes) -> Call | CallResult | CallError | Malformed:
        """What a frame says; never raises."""
        pieces = frame[:_BEGINNING].split(b'"', 4)
        if len(pieces) == 5 and pieces[0] == b"[2,":
            known = self._calls.get(pieces[3])
            if known is not None:
                action, decoder = known
                try:
                    _kind, message_id, _action, payload = decoder.decode(frame)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    return self._slowly(frame)
                if b"\\" not in frame or b"\\u0000" not in frame:
                    return Call(message_id, action, payload)
        return self._slowly(frame)

    def _slowly(self, frame: bytes) -> Call | CallResult | CallError | Malformed:
        try:
            text = salvage.whole(frame.decode("utf-8-sig").replace("\0", "").replace("\\u0000", ""))
            if salvage.depth(text) > salvage.DEEPEST:
                raise RecursionError
            parts = _any.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            saved = salvage.read(frame, self._unlosable)
            if saved is not None:
                return self._call(saved[1], saved, "it is not JSON")
            match = _ID_IN_RUINS.match(frame)
            message_id = match[1].decode(errors="replace") if match else NO_ID
            return self._malformed(message_id, "RpcFrameworkError", "This is not a JSON array of OCPP.")
        if not isinstance(parts, list) or not parts:
            return self._malformed(NO_ID, "RpcFrameworkError", "A message is a JSON array.")
        kind = parts[0]
        message_id = parts[1] if len(parts) > 1 and _is_id(parts[1]) else NO_ID
        if kind == CALL:
            return self._call(message_id, parts)
        if kind == RESULT and len(parts) >= 3:
            return CallResult(message_id, msgspec.Raw(_json.encode(parts[2])))
        if kind == ERROR and len(parts) >= 3:
            description = parts[3] if len(parts) > 3 else ""
            return CallError(message_id, str(parts[2])[:100], str(description)[:500])
        if kind in (RESULT, ERROR):
            # Never answer an answer: both sides could go on for ever.
            return self._malformed(message_id, "RpcFrameworkError", "The answer is not complete.", answer=False)
        # OCPP-J 1.6, 4.1.3: unknown message types are ignored; 2.0.1 has an error for them.
        return self._malformed(
            message_id, "MessageTypeNotSupported", "The message type is 2, 3 or 4.", answer=self.version != "1.6"
        )

    def _call(self, message_id: MessageId, parts: list[Any], broken_by: str = "") -> Call | Malformed:
        if message_id == NO_ID or len(parts) < 3 or not isinstance(parts[2], str):
            return self._malformed(message_id, "RpcFrameworkError", "A call has an id, an action and a payload.")
        action = parts[2]
        if action not in self._types:
            return self._malformed(
                message_id, "NotImplemented", f"{action[:60]} is not an action of OCPP {self.version}."
            )
        if action not in self.from_station:
            return self._malformed(message_id, "NotSupported", f"A station doesn't send {action}.", action=action)
        raw = parts[3] if len(parts) > 3 and parts[3] is not None else {}
        try:
            payload = msgspec.convert(raw, self._types[action][0])
            return Call(message_id, action, payload, (broken_by,) if broken_by else ())
        except msgspec.ValidationError as error:
            broken = error
        try:
            payload, notes = mending.mend(action, self._types[action][0], raw)
        except mending.Unmendable as failure:
            left = failure.__cause__  # what is wrong beside fields that are too much
            code, description = _named(left if isinstance(left, msgspec.ValidationError) else broken)
            return self._malformed(message_id, code, description, action=action)
        return Call(message_id, action, payload, notes or (str(broken),))

    def _malformed(
        self, message_id: MessageId, code: str, description: str, *, answer: bool = True, action: str = ""
    ) -> Malformed:
        return Malformed(message_id, self.error_code(code), description, answer, action)

    def decode_result(self, action: str, payload: msgspec.Raw) -> tuple[Any, dict[str, Any]]:
        """(typed, plain) of an answer to our call; typed is None when it breaks its schema."""
        try:
            raw = _any.decode(payload)
        except msgspec.DecodeError:
            return None, {}
        plain = raw if isinstance(raw, dict) else {}
        try:
            return self._results[action].decode(payload), plain
        except (msgspec.DecodeError, KeyError):
            return None, plain

    # --- writing ----------------------------------------------------------------------------------------

    def encode_call(self, message_id: str, action: str, payload: Any) -> bytes:
        return b'[2,"%b","%b",%b]' % (message_id.encode(), action.encode(), _readable(_json.encode(payload)))

    def encode_result(self, message_id: MessageId, payload: Any) -> bytes:
        frame = _json.encode((RESULT, message_id, payload))
        if _NO_MORE in frame:  # a time, most likely; the station's own id stays as it is
            return _readable(frame, 4 + len(_json.encode(message_id)))
        return frame

    def encode_error(self, message_id: MessageId, code: str, description: str) -> bytes:
        return _json.encode([ERROR, message_id, code, description[:255], {}])

    def error_code(self, code: str) -> str:
        """The version's own spelling."""
        return SPELLING_16.get(code, code) if self.version == "1.6" else code

    # --- knowledge --------------------------------------------------------------------------------------

    def is_transaction_message(self, action: str) -> bool:
        """Such a message must never be answered by a CALLERROR: the station would throw it away."""
        return action in TRANSACTION_MESSAGES

    def request_from(self, action: str, payload: dict[str, Any]) -> Any:
        """The typed request of one of our actions, built from JSON values. Raises InvalidPayload."""
        if action not in self.from_csms:
            known = "doesn't exist in" if action not in self._types else "is sent by stations, not to them, in"
            raise InvalidPayload("$", f"{action} {known} OCPP {self.version}")
        try:
            return msgspec.convert(payload, self._types[action][0])
        except msgspec.ValidationError as error:
            match = _AT.search(str(error))
            raise InvalidPayload(match[1] if match else "$", _AT.sub("", str(error))) from None


def _readable(payload: bytes, start: int = 0) -> bytes:
    """Times from `start` on with three digits behind the second: of six, some stations make as many milliseconds.

    From the end of a time to its beginning: a search for beginnings looks at every quote, at three times the cost.
    """
    at = payload.find(_NO_MORE, start)
    while at >= 0:
        if at - _ITS_LENGTH >= start and _MILLISECONDS.match(payload, at - _ITS_LENGTH):
            payload = payload[:at] + payload[at + 3 :]
        at = payload.find(_NO_MORE, at + 1)
    return payload


def _frame_of(payload: Any) -> Any:
    return tuple[int, str, str, payload]


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and value != "") or (isinstance(value, int | float) and not isinstance(value, bool))


def _named(error: msgspec.ValidationError) -> tuple[str, str]:
    """(our name of the OCPP error, description) of what msgspec says."""
    text = str(error)
    if "missing required field" in text or "`array` of length" in text:
        return "OccurrenceConstraintViolation", text
    if "unknown field" in text:
        return "FormatViolation", text
    if "Invalid enum value" in text or "of length" in text or ">=" in text or "<=" in text:
        return "PropertyConstraintViolation", text
    if "datetime" in text or "Invalid RFC3339" in text:
        return "FormatViolation", text
    if text.startswith("Expected"):
        return "TypeConstraintViolation", text
    return "FormatViolation", text


CODECS: Mapping[str, Codec] = {
    "1.6": Codec("1.6", messages16, FROM_STATION_16),
    "2.0.1": Codec("2.0.1", messages201, FROM_STATION_201),
}
