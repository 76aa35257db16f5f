"""The OCPP log for people: what an error means, and the log as a file. Pure, no I/O."""

import csv
import io
from collections.abc import Sequence

import msgspec

from shared.stations import Frame

MEANINGS = {
    "NotImplemented": "The receiver doesn't know this action at all.",
    "NotSupported": "The receiver knows this action but can't do it.",
    "InternalError": "The receiver failed inside while it worked on this message.",
    "ProtocolError": "The message is incomplete or breaks the rules of OCPP.",
    "SecurityError": "A security check failed, so the message was not carried out.",
    "FormationViolation": "The payload doesn't have the form that this action asks for.",
    "FormatViolation": "The payload doesn't have the form that this action asks for.",
    "PropertyConstraintViolation": "A field has a value that is not allowed, such as one too long or out of range.",
    "OccurenceConstraintViolation": "A field is missing, or comes more often than allowed.",
    "OccurrenceConstraintViolation": "A field is missing, or comes more often than allowed.",
    "TypeConstraintViolation": "A field has the wrong type, such as a text in place of a number.",
    "MessageTypeNotSupported": "The message is neither a call nor an answer that this version of OCPP has.",
    "RpcFrameworkError": "The frame is no valid OCPP message, so nobody can tell what was meant.",
    "GenericError": "Something went wrong that no other code of OCPP names.",
}
"""OCPP-J 1.6, 4.2.3 and OCPP 2.0.1 part 4, 4.3, with the spellings of both."""

MALFORMED = "This was no OCPP message, so it could not be read."
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("id", "at", "direction", "kind", "action", "message_id", "latency_ms", "size")
TEXTS = ("error_code", "explanation", "payload")


def explanation(kind: str, error_code: str) -> str:
    """What went wrong in plain words; empty for a message that is in order."""
    if kind == "error":
        return MEANINGS.get(error_code, "The receiver refused with a code of its own.")
    return MALFORMED if kind == "malformed" else ""


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever a station wrote."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def as_csv(frames: Sequence[Frame]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *TEXTS))
    for frame in frames:
        cells = msgspec.to_builtins(frame)
        writer.writerow(["" if cells[name] is None else harmless(str(cells[name])) for name in (*COLUMNS, *TEXTS)])
    return out.getvalue()


def as_ndjson(frames: Sequence[Frame]) -> str:
    """One JSON object a line."""
    return "".join(msgspec.json.encode(frame).decode() + "\n" for frame in frames)
