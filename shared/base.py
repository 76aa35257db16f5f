"""What every message shares: the struct base, pages and problems."""

from typing import Generic, TypeVar

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One JSON object of the API. Unknown fields are ignored, so an older app understands a newer backend."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One JSON object sent to the API. Unknown fields are refused: a typing error must not pass unseen."""


T = TypeVar("T")


class Page(Message, Generic[T]):
    """One page of a list. `next_cursor` is opaque; None means that this was the last page."""

    items: list[T]
    next_cursor: str | None = None


class FieldProblem(Message):
    """What is wrong with one field: `path` as `$.connector_id`, `message` in plain words."""

    path: str
    message: str


class Problem(Message):
    """A problem document (RFC 9457). `code` is stable and meant for programs, `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    fields: list[FieldProblem] = []
