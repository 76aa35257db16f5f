"""Cursor pagination: a cursor holds the sort values of the last row that was shown."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar.params import Parameter

from backend.errors import InvalidInput
from shared.base import Page

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

Limit = Annotated[int, Parameter(ge=1, le=MAX_LIMIT, description="How many items a page holds")]
Cursor = Annotated[
    str | None,
    Parameter(max_length=500, description="`next_cursor` of the page before; nothing for the first"),
]


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def page_of(items: list[Any], following: Sequence[Any] | None) -> Page[Any]:
    """`following`: the sort values of the last item, None on the last page."""
    return Page(items=items, next_cursor=encode_cursor(following) if following else None)


def decode_cursor(cursor: str | None, types: type[Any]) -> Any:
    """The sort values a cursor holds as `types` (such as tuple[datetime, UUID]), None for the first page.

    Raises InvalidInput for a cursor that isn't one of ours.
    """
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=types)
    except (ValueError, msgspec.MsgspecError):
        raise InvalidInput(
            "This cursor is not one of ours; ask for the first page again.", code="invalid_cursor"
        ) from None
