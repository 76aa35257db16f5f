"""Files on disk, read from a stream and never held whole in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from backend.context import Context
from backend.errors import TooLarge

MAX_FIRMWARE = 512 * 1024 * 1024
MAX_UPLOAD = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    size: int
    sha256: str
    md5: str


def firmware_path(ctx: Context, file_id: UUID) -> Path:
    return ctx.settings.data_dir / "firmware" / file_id.hex


def upload_path(ctx: Context, task_id: UUID) -> Path:
    return ctx.settings.data_dir / "uploads" / task_id.hex


async def write(stream: AsyncIterator[bytes], path: Path, most: int) -> Stored:
    """Write all of it, or nothing. Raises TooLarge beyond `most` bytes."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    size, sha256, md5 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    try:
        with await asyncio.to_thread(part.open, "wb") as file:
            async for chunk in stream:
                size += len(chunk)
                if size > most:
                    raise TooLarge(f"The file is larger than {most} bytes.")
                sha256.update(chunk)
                md5.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(part.replace, path)
    finally:
        part.unlink(missing_ok=True)
    return Stored(size, sha256.hexdigest(), md5.hexdigest())
