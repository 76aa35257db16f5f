"""Values of a file that people write: read liberally, and refused in plain words."""

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


class BadFile(ValueError):
    """Where in the file, and what is wrong, in plain words."""


def get(fields: Fields, *names: str, default: Any) -> Any:
    for name in names:
        if fields.get(name) is not None:
            return fields[name]
    return default


def number_of(fields: Fields, *names: str, default: float, where: str) -> float:
    found = maybe(fields, *names, where=where)
    return default if found is None else found


def maybe(fields: Fields, *names: str, where: str) -> float | None:
    found = get(fields, *names, default=None)
    if found is None:
        return None
    try:
        if isinstance(found, bool):
            raise TypeError
        value = float(found)
    except (TypeError, ValueError):
        raise BadFile(f"{where}: {names[0]} is a number, not {found!r}") from None
    if value != value or abs(value) > 1e9:
        raise BadFile(f"{where}: {names[0]} is out of range")
    return value


def flag(fields: Fields, *names: str, default: bool, where: str) -> bool:
    """A word in quotes is none: "false" would be taken for true."""
    found = get(fields, *names, default=default)
    if not isinstance(found, int) or found not in (0, 1):
        raise BadFile(f"{where}: {names[0]} is true or false, not {found!r}")
    return bool(found)
