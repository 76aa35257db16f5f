"""What the official JSON schemas say of a message of ours: an opinion that shares nothing with our own types."""

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    """RFC 3339: a `T`, and an offset."""
    return not isinstance(value, str) or ("T" in value and datetime.fromisoformat(value).tzinfo is not None)


@cache
def _validator(version: str, action: str, answer: bool) -> Draft7Validator | None:
    suffix = "Response" if answer else ("" if version == "1.6" else "Request")
    folder = {"1.6": "v16", "2.0.1": "v201"}[version]
    schema = files("ocpp") / folder / "schemas" / f"{action}{suffix}.json"
    if not schema.is_file():
        return None
    return Draft7Validator(json.loads(schema.read_text("utf-8-sig"), parse_float=Decimal), format_checker=FORMATS)


def complaints(version: str, action: str, answer: bool, payload: Any) -> list[str]:
    """`payload` with its decimals as Decimal, else 0.1 is no multiple of 0.1."""
    validator = _validator(version, action, answer)
    if validator is None:
        return [f"{action}: there is no such message in OCPP {version}"]
    kind = "the answer to " if answer else ""
    return [f"{kind}{action} at {one.json_path}: {one.message}" for one in validator.iter_errors(payload)]
