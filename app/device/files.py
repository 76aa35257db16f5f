"""Files that come and go: a download in browsers, the device's own dialog elsewhere."""

from collections.abc import Callable
from typing import Any

import flet as ft

REFUSED = "The file could not be kept here. Try again, or in another browser."


class FileTrouble(Exception):
    """The text says what to do instead."""


class Files:
    """One for each session, made when a page first needs it."""

    def __init__(self, page: ft.Page) -> None:
        self._page = page
        self._service: ft.FilePicker | None = None
        self._taken: Callable[[str, bytes], Any] | None = None

    async def save(self, name: str, content: bytes) -> None:
        """Raises FileTrouble. Somebody who closes the dialog gets no file, and no error."""
        try:
            await self._ready().save_file(file_name=name, src_bytes=content)
        except Exception as trouble:  # whatever a platform does
            raise FileTrouble(REFUSED) from trouble

    def picking(self, extensions: list[str] | None, on_taken: Callable[[str, bytes], Any]) -> ft.PickFiles:
        """The action of a button: browsers open their dialog only inside the tap itself.

        `extensions` None: any file. `on_taken` gets the name and the content.
        """
        self._taken = on_taken
        return ft.PickFiles(
            self._ready(),
            file_type=ft.FilePickerFileType.ANY if extensions is None else ft.FilePickerFileType.CUSTOM,
            allowed_extensions=extensions,
            with_data=True,
            cancel_upload_on_window_blur=False,
        )

    def _ready(self) -> ft.FilePicker:
        if self._service is None:
            self._service = ft.FilePicker(on_result=self._on_result)
            self._page.services.append(self._service)
            self._page.update()
        return self._service

    def _on_result(self, event: ft.FilePickerResultEvent) -> None:
        for one in event.files:
            if one.bytes is not None and self._taken is not None:
                self._taken(one.name, bytes(one.bytes))
