"""Answers that are files."""

from typing import Any

from litestar import Response
from litestar.response import Stream


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
