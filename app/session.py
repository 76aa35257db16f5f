"""One person's app: the page, the way to the backend, the store, and what pages ask of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import flet as ft
import msgspec

from app import theme
from app.alarm import Alarm
from app.api import Api, ApiError
from app.bell import Bell
from app.device.files import Files
from app.device.language import language_of
from app.device.location import Locator
from app.device.storage import Storage
from app.keys import Keys
from app.live import Live
from app.state import Store
from shared.accounts import Brand, Meta, SignIn, SignUp, Tokens
from shared.operations import LiveMessage

TOKENS = "wattline.tokens"
THEME = "wattline.theme"
LANGUAGE = "wattline.language"
APP = "app"
"""Under this name a Flet session keeps its app."""
TOAST_S = 4.0
DEFAULT_BRAND = Brand(name="Wattline", seed_color="#0B6E4F")


class App:
    """Lives as long as the page. Components get it from `use_app()`."""

    def __init__(self, page: ft.Page, api_url: str) -> None:
        self.page = page
        self.store = Store()
        self.api = Api(api_url)
        self.live = Live(self.api, self._on_live)
        self.storage = Storage(page)
        self.keys = Keys()
        self.locator = Locator(page)
        self.files = Files(page)
        self.alarm = Alarm(self.live, self.store, self.run)
        self.bell = Bell(self.live, self.store)
        self.store.web = bool(page.web)
        self.api.on_tokens = self._remember
        self._toasts = 0
        self._unseen: set[asyncio.Task[Any]] = set()
        self._leave_brand: Callable[[], None] | None = None

        page.session.store.set(APP, self)

    @staticmethod
    def of(page: ft.Page) -> "App":
        """The one of a page that has begun."""
        app: App = page.session.store.get(APP)
        return app

    # --- life -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read what is remembered, ask who we are; then the first page can be shown."""
        store = self.store
        language, theme, remembered = await asyncio.gather(*map(self.storage.get, (LANGUAGE, THEME, TOKENS)))
        store.language = language or await language_of(self.page)
        store.theme_choice = theme or "system"
        self.apply_theme()
        if remembered:
            try:
                tokens = msgspec.json.decode(remembered, type=Tokens)
                self.api.tokens = tokens
                store.account = tokens.account
            except msgspec.DecodeError:
                await self.storage.remove(TOKENS)
        self.page.run_task(self.live.run)
        await self.load_meta()

    async def load_meta(self) -> None:
        store = self.store
        try:
            meta = await self.api.get("/meta", Meta)
            store.meta, store.brand = meta, meta.brand
            store.unreachable = False
        except ApiError:
            store.unreachable = True
        self.apply_theme()
        store.ready = True
        if store.account is not None:
            self._follow_brand()

    async def stop(self) -> None:
        self._toasts += 1  # nobody is there any more whose toast could go
        self.alarm.end()
        await self.live.stop()
        await self.api.close()

    def run(self, work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> None:
        """Start something that takes a while, from an event of a control or from what is heard.

        Also while nobody looks: a browser that lost its link may come back and wants to see what happened.
        """
        if self.page.session.connection is None:
            task = asyncio.get_running_loop().create_task(work(*arguments))
            self._unseen.add(task)
            task.add_done_callback(self._unseen.discard)
        else:
            self.page.run_task(work, *arguments)

    # --- looks ------------------------------------------------------------------------------------------

    @property
    def brand(self) -> Brand:
        return self.store.brand or DEFAULT_BRAND

    def apply_theme(self) -> None:
        """Set colours after the choice, the device or the brand changed."""
        store, page = self.store, self.page
        system_dark = page.platform_brightness is ft.Brightness.DARK
        store.dark = system_dark if store.theme_choice == "system" else store.theme_choice == "dark"
        page.theme_mode = ft.ThemeMode.DARK if store.dark else ft.ThemeMode.LIGHT
        page.theme = theme.material(theme.tokens(self.brand.seed_color, False))
        page.dark_theme = theme.material(theme.tokens(self.brand.seed_color, True))
        page.bgcolor = theme.tokens(self.brand.seed_color, store.dark).background
        page.title = self.brand.name
        # What the client says by itself, such as “Alert” of a dialog, in the person's language.
        page.locale_configuration = ft.LocaleConfiguration(
            supported_locales=[ft.Locale("en", "GB"), ft.Locale("de", "DE")],
            current_locale=ft.Locale("de", "DE") if store.language == "de" else ft.Locale("en", "GB"),
        )
        page.update()

    async def choose_theme(self, choice: str) -> None:
        """system, light or dark."""
        self.store.theme_choice = choice
        await self.storage.set(THEME, choice)
        self.apply_theme()

    async def choose_language(self, language: str) -> None:
        self.store.language = language
        await self.storage.set(LANGUAGE, language)
        self.apply_theme()

    def _follow_brand(self) -> None:
        if self._leave_brand is None:
            self._leave_brand = self.live.follow("brand", self._on_brand)
        self.alarm.follow()
        self.bell.follow()

    def _on_brand(self, message: LiveMessage) -> None:
        try:
            self.store.brand = msgspec.json.decode(message.data, type=Brand)
        except msgspec.DecodeError:
            return
        self.apply_theme()

    def _on_live(self, connected: bool) -> None:
        self.store.live = connected

    # --- moving -----------------------------------------------------------------------------------------

    def go(self, route: str) -> None:
        self.page.navigate(route)

    def toast(self, text: str, *, bad: bool = False) -> None:
        """One short sentence that goes by itself."""
        self.store.toast, self.store.toast_bad = text, bad
        self._toasts += 1
        self.run(self._end_toast, self._toasts)

    async def _end_toast(self, number: int) -> None:
        await asyncio.sleep(TOAST_S)
        if number == self._toasts:
            self.store.toast = ""

    # --- signing in -------------------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str) -> None:
        """Raises ApiError."""
        await self._welcome(await self.api.post("/auth/sign-in", SignIn(email=email, password=password), Tokens))

    async def sign_up(self, email: str, password: str, name: str) -> None:
        """Raises ApiError."""
        body = SignUp(email=email, password=password, name=name)
        await self._welcome(await self.api.post("/auth/sign-up", body, Tokens))

    async def _welcome(self, tokens: Tokens) -> None:
        await self.api.use(tokens)
        self._follow_brand()
        target, self.store.next_route = self.store.next_route or "/", ""
        if tokens.account.temporary_password:  # the first thing to do, before it runs out
            target = "/settings" if self.store.operator else "/me"
        self.go(target)

    async def sign_out(self) -> None:
        if self._leave_brand is not None:
            self._leave_brand()
            self._leave_brand = None
        # Away from the page first: where somebody was is not where the next one wants to go.
        self.store.route = "/"
        self.go("/")
        await self.api.sign_out()

    async def _remember(self, tokens: Tokens | None) -> None:
        # Kept first, then shown: whoever sees a page of theirs finds it again, whatever happens to the server now.
        if tokens is None:
            await self.storage.remove(TOKENS)
        else:
            await self.storage.set(TOKENS, msgspec.json.encode(tokens).decode())
        before, self.store.account = self.store.account, tokens.account if tokens else None
        if before is not None and (tokens is None or tokens.account.id != before.id):
            self.alarm.leave()
            self.bell.leave()
            await self.live.hang_up()
