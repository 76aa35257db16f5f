"""Answers that are files."""

from litestar import Response


def attachment(name: str, content: bytes, media_type: str = "application/pdf") -> Response[bytes]:
    """To be kept by whoever asked, and by nobody between."""
    return Response(
        content=content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
