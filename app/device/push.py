"""Push comes by the browser: a page of the backend, at the app's own address, asks it (docs/notifications.md).

A compiled app opens that page in the system's browser. A token of Firebase Cloud Messaging would need code on the
phone, which no maintained extension for this Flet brings.
"""

import flet as ft

from app.session import App
from shared.notify import PushTicket


async def open_page(app: App) -> None:
    """Raises ApiError."""
    given = await app.api.post("/notifications/devices/ticket", None, PushTicket)
    path = f"{given.path}?lang={app.store.language}#{given.ticket}"
    # On the web the browser knows the address best. In place: an app on a home screen would leave itself otherwise.
    address = path if app.store.web else f"{app.api.base_url}{path}"
    await ft.UrlLauncher().launch_url(address, web_only_window_name="_self")
