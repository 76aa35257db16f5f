"""Small secrets that survive a restart: the device's secure storage; the browser's own on the web."""

import asyncio

import flet as ft
from flet_secure_storage import SecureStorage

READ_PATIENCE_S = 10.0
"""On the web a read goes to the browser and back, past all that a slow link has to load. Given up too early, it shows
the sign-in page to somebody who is signed in."""
WRITE_PATIENCE_S = 3.0


class Storage:
    """Never raises: where nothing can be kept, the person signs in again the next time."""

    def __init__(self, page: ft.Page) -> None:
        self._store: SecureStorage | None = None
        self._memory: dict[str, str] = {}
        try:
            self._store = SecureStorage()
            page.services.append(self._store) if hasattr(page, "services") else None
        except Exception:
            self._store = None

    async def get(self, name: str) -> str | None:
        if self._store is not None:
            try:
                async with asyncio.timeout(READ_PATIENCE_S):
                    return await self._store.get(name)
            except TimeoutError:
                pass  # slow isn't gone: what is written later is kept
            except Exception:
                self._store = None
        return self._memory.get(name)

    async def set(self, name: str, value: str) -> None:
        self._memory[name] = value
        if self._store is not None:
            try:
                async with asyncio.timeout(WRITE_PATIENCE_S):
                    await self._store.set(name, value)
            except TimeoutError:
                pass
            except Exception:
                self._store = None

    async def remove(self, name: str) -> None:
        self._memory.pop(name, None)
        if self._store is not None:
            try:
                async with asyncio.timeout(WRITE_PATIENCE_S):
                    await self._store.remove(name)
            except TimeoutError:
                pass
            except Exception:
                self._store = None
