"""Where a session begins: on the web one for each browser tab, elsewhere one for the app."""

import os
from collections.abc import Awaitable, Callable

import flet as ft

from app.session import App
from app.shell import Frame
from app.state import Store
from app.theme import FONT

DEFAULT_API = "http://127.0.0.1:8000"
FONTS = {FONT: "/fonts/Inter.ttf"}


def main_for(api_url: str) -> Callable[[ft.Page], Awaitable[None]]:
    """The entry for a backend that serves the app itself."""

    async def run(page: ft.Page) -> None:
        await begin(page, api_url)

    return run


async def main(page: ft.Page) -> None:
    """The entry for phones and desktops; WATTLINE_API_URL says where the backend is."""
    await begin(page, os.environ.get("WATTLINE_API_URL", DEFAULT_API))


async def begin(page: ft.Page, api_url: str) -> None:
    page.padding = 0
    page.spacing = 0
    page.fonts = FONTS
    app = App(page, api_url)
    store = app.store
    store.route = page.route or "/"
    store.width, store.height = page.width or store.width, page.height or store.height

    def on_route(_: ft.RouteChangeEvent) -> None:
        store.route = page.route or "/"

    def on_resize(event: ft.PageResizeEvent) -> None:
        store.width, store.height = event.width, event.height

    async def on_gone(_: ft.Event[ft.Page]) -> None:
        await app.stop()

    def on_back() -> None:
        """A browser that comes back gets what changed while it was away, also when drawing had stopped."""
        page.session.start_updates_scheduler()
        store.route = page.route or "/"
        store.visits += 1

    page.on_connect = on_back
    page.on_route_change = on_route
    page.on_resize = on_resize
    page.on_keyboard_event = app.keys.on_event
    page.on_platform_brightness_change = lambda _: app.apply_theme()
    page.on_close = on_gone
    page.render(Root, store)
    await app.start()


@ft.component
def Root(store: Store) -> ft.Control:  # a component
    del store  # an argument that changes draws this anew
    return Frame()
