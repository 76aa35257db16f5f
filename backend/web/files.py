"""Answers that are files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.response import Stream


def of_either(media_types: Iterable[str]) -> type[Operation]:
    """The description of a route that answers with a file in the form that was asked for (`operation_class`)."""
    kinds = tuple(media_types)

    @dataclass
    class OfEither(Operation):
        def __post_init__(self) -> None:
            answer = (self.responses or {}).get("200")
            if isinstance(answer, OpenAPIResponse):
                content = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
                answer.content = dict.fromkeys(kinds, content)

    return OfEither


def attachment(name: str, content: bytes, media_type: str = "application/pdf") -> Response[bytes]:
    """To be kept by whoever asked, and by nobody between."""
    return Response(
        content=content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


class FileStream(Stream):
    """With a media type of its own: Litestar would give it the one that the route is described with."""

    def to_asgi_response(self, *args: Any, **given: Any) -> Any:
        return super().to_asgi_response(*args, **(given | {"media_type": self.media_type}))
