"""The app without a browser: its real code in a real Flet session, talking to a real node over HTTP and WebSocket.

    async def test_somebody_starts_to_charge(node: Node) -> None:  # the fixture of tests/app/conftest.py
        async with app_for(node, role=Role.DRIVER, size=(390, 844), route="/locations/…") as phone:
            await phone.wait("start-charging")         # until it is on the screen; 5 s at most
            await phone.click("start-charging")        # the control with this identifier, or the first inside it
            await phone.type("email", "a@b.example")   # into a text field; `submit=True` presses Enter after it
            await phone.wait_for_text("12.4 kWh")      # a part of any text
            assert phone.has("receipt") and "Paid" in phone.texts() and phone.text("session-state") == "Charging"

Only the screen is missing: what would go to the browser is packed as for a browser and dropped. `click` goes where a
finger would: not to what is disabled, not behind an open dialog. A test fails when a part of the screen broke, the
session crashed or anything logged an error; take expected ones out with `phone.errors.clear()`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import is_dataclass
from typing import Any

import flet as ft
import msgpack
import msgspec
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page
from flet.messaging.connection import Connection
from flet.messaging.protocol import Message, MessageAction, configure_encode_object_for_msgpack
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from app.main import begin
from app.session import THEME, TOKENS
from shared.accounts import Role
from tests.support.node import Node

PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
PATIENCE_S = 5.0
_ENCODE = configure_encode_object_for_msgpack(BaseControl)
_PRESS = ("on_click", "on_tap", "on_change", "on_select")


class Client(Connection):
    """What a browser does besides drawing: keeps the storage, moves in the history, closes dialogs."""

    def __init__(self, storage: dict[str, str]) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.pubsubhub = PubSubHub(self.loop)
        self.page_url = "http://127.0.0.1"
        self.storage = storage
        self.opened: list[str] = []
        """Addresses that the app asked to open outside of itself."""
        self.saved: list[tuple[str, bytes]] = []
        """Files that the app gave to the device: name and content."""
        self.crashes: list[str] = []
        self.session: Session
        self._tasks: set[asyncio.Task[Any]] = set()

    def send_message(self, message: Message) -> None:
        msgpack.packb([message.action, message.body], default=_ENCODE)  # packing primes Flet's diffing
        if message.action is MessageAction.SESSION_CRASHED:
            self.crashes.append(message.body.message)
        elif message.action is MessageAction.INVOKE_METHOD:
            self.soon(self._invoked(message.body))

    def soon(self, work: Any) -> "asyncio.Task[Any]":
        """In a task of its own: Flet keeps the page of a task in its context."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _invoked(self, call: Any) -> None:
        arguments, answer = call.args or {}, None
        if call.name == "get":
            answer = self.storage.get(arguments["key"])
        elif call.name == "set":
            self.storage[arguments["key"]] = arguments["value"]
        elif call.name == "remove":
            self.storage.pop(arguments["key"], None)
        elif call.name == "push_route":
            await self.moved(arguments["route"])
        elif call.name == "launch_url":
            self.opened.append(str(arguments["url"]))
        elif call.name == "save_file":
            self.saved.append((arguments["file_name"], bytes(arguments["src_bytes"])))
        self.session.handle_invoke_method_results(call.control_id, call.call_id, answer, None)

    async def moved(self, route: str) -> None:
        page = self.session.page
        self.session.apply_page_patch({"route": route})
        await self.session.dispatch_event(page._i, "route_change", {"route": route})

    async def dialogs_left(self) -> None:
        """A closed dialog is gone for the browser when its animation ended."""
        for dialog in list(self.session.page._dialogs.controls):
            if not dialog.open:
                await self.session.dispatch_event(dialog._i, "dismiss", None)


class Errors(logging.Handler):
    """Everything that was logged as an error, in the words of the log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.found.append(f"{record.name}: {record.getMessage()}\n{trace}".strip())


class Phone:
    """One person's app. `storage` is what the device keeps: hand it to another `app_for` to open the app again."""

    def __init__(self, client: Client, errors: list[str]) -> None:
        self.client = client
        self.session = client.session
        self.errors = errors

    # --- looking ----------------------------------------------------------------------------------------

    @property
    def page(self) -> ft.Page:
        return self.session.page

    @property
    def storage(self) -> dict[str, str]:
        return self.client.storage

    @property
    def route(self) -> str:
        return self.page.route

    def controls(self, under: Any = None) -> Iterator[BaseControl]:
        """Everything visible, in drawing order; open dialogs last."""
        yield from _walk([self.page.views, self._dialogs()] if under is None else under)

    def _dialogs(self) -> list[Any]:
        return [one for one in self.page._dialogs.controls if one.open]

    def identifiers(self) -> list[str]:
        return [one.identifier for one in self.controls() if isinstance(one, ft.Semantics) and one.identifier]

    def find(self, identifier: str) -> ft.Semantics | None:
        return next((one for one in self.controls() if _named(one, identifier)), None)

    def has(self, identifier: str) -> bool:
        return self.find(identifier) is not None

    def texts(self, identifier: str | None = None) -> list[str]:
        """Texts on the screen, or inside one control; spans of one text joined."""
        under = None if identifier is None else self._the(identifier)
        return [found for one in self.controls(under) for found in _texts(one)]

    def text(self, identifier: str | None = None) -> str:
        return " ".join(self.texts(identifier))

    def _the(self, identifier: str) -> ft.Semantics:
        found = self.find(identifier)
        assert found is not None, f"{identifier!r} is not on the screen; there are: {', '.join(self.identifiers())}"
        return found

    # --- waiting ----------------------------------------------------------------------------------------

    async def until(self, true: Callable[[], Any], what: str, within: float = PATIENCE_S) -> None:
        """Poll. Fails with what is on the screen, and at once when something broke."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            await self.client.dialogs_left()
            self.check()
            if true():
                return
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(
                    f"no {what} within {within} s at {self.route}\nidentifiers: {', '.join(self.identifiers())}\n"
                    f"texts: {' | '.join(self.texts())}"
                )
            await asyncio.sleep(0.02)

    async def wait(self, identifier: str, within: float = PATIENCE_S) -> None:
        await self.until(lambda: self.has(identifier), repr(identifier), within)

    async def wait_gone(self, identifier: str, within: float = PATIENCE_S) -> None:
        await self.until(lambda: not self.has(identifier), f"screen without {identifier!r}", within)

    async def wait_for_text(self, part: str, identifier: str | None = None, within: float = PATIENCE_S) -> None:
        def shown() -> bool:
            return (identifier is None or self.has(identifier)) and part in self.text(identifier)

        await self.until(shown, f"text {part!r}", within)

    async def wait_for_route(self, route: str, within: float = PATIENCE_S) -> None:
        await self.until(lambda: self.route == route, f"move to {route}", within)

    async def settle(self, seconds: float = 0.1) -> None:
        """Let what is under way happen."""
        await asyncio.sleep(seconds)
        await self.client.dialogs_left()
        self.check()

    def check(self) -> None:
        assert not self.client.crashes, "\n".join(self.client.crashes)
        assert not self.errors, "\n".join(self.errors)
        assert not self.has("broken"), self.texts()

    # --- doing ------------------------------------------------------------------------------------------

    async def click(self, identifier: str, within: float = PATIENCE_S) -> None:
        """Waits until it can be pressed."""
        await self.until(lambda: self.pressable(identifier), f"{identifier!r} that can be pressed", within)
        target = self.pressable(identifier)
        assert target is not None
        event = next(name for name in _PRESS if getattr(target, name, None)).removeprefix("on_")
        data = not target.value if isinstance(target, ft.Switch | ft.Checkbox) else None
        if data is not None:
            self.session.apply_patch(target._i, {"value": data})
        await self.event(target, event, data)

    def pressable(self, identifier: str) -> BaseControl | None:
        roots = self._dialogs() or self.page.views  # what lies behind a dialog is out of reach
        found = next((one for one in self.controls(roots) if _named(one, identifier)), None)
        inside = _walk(found, enabled=True) if found is not None else iter(())
        return next((one for one in inside if any(getattr(one, name, None) for name in _PRESS)), None)

    async def type(self, identifier: str, text: str, *, submit: bool = False) -> None:
        """Replaces what is in the field."""
        await self.until(lambda: self._field(identifier), f"field {identifier!r}")
        field = self._field(identifier)
        assert field is not None
        self.session.apply_patch(field._i, {"value": text})
        await self.event(field, "change", text)
        if submit:
            await self.settle(0.02)
            await self.event(self._field(identifier) or field, "submit", text)

    def _field(self, identifier: str) -> ft.TextField | None:
        found = self.find(identifier)
        inside = _walk(found, enabled=True) if found is not None else iter(())
        return next((one for one in inside if isinstance(one, ft.TextField)), None)

    async def event(self, control: BaseControl, name: str, data: Any = None) -> None:
        """Any other event: `await phone.event(phone.find("slider"), "change_end", 5)`."""
        await self.client.soon(self.session.dispatch_event(control._i, name, data))
        await asyncio.sleep(0)

    async def go(self, route: str) -> None:
        """As by a link or the address bar."""
        await self.client.soon(self.client.moved(route))

    async def resize(self, width: float, height: float) -> None:
        self.session.apply_page_patch({"width": width, "height": height})
        await self.event(self.page, "resize", {"width": width, "height": height})
        await self.settle(0.05)


@asynccontextmanager
async def app_for(
    node: Node,
    *,
    role: Role | None = None,
    size: tuple[int, int] = DESKTOP,
    route: str = "/",
    dark: bool = False,
    language: str = "en",
    email: str | None = None,
    storage: dict[str, str] | None = None,
) -> AsyncIterator[Phone]:
    """The app, opened at `route` by somebody with this role (a new account); None: nobody is signed in yet."""
    kept = {} if storage is None else storage
    if role is not None:
        kept[TOKENS] = msgspec.json.encode(await node.tokens(role, email)).decode()
    kept.setdefault(THEME, "system")
    errors = Errors()
    logging.getLogger().addHandler(errors)
    client = Client(kept)
    try:
        await client.soon(_opened(client, node.url, size, route, dark, language))
        phone = Phone(client, errors.found)
        await phone.until(lambda: any(True for _ in _walk(phone.page.views[0].controls)), "first screen")
        yield phone
        await phone.settle(0.02)
    finally:
        await _closed(client)
        logging.getLogger().removeHandler(errors)


async def _opened(client: Client, url: str, size: tuple[int, int], route: str, dark: bool, language: str) -> None:
    session = client.session = Session(client)
    page = session.page
    _context_page.set(page)
    session.apply_page_patch(
        {
            "route": route,
            "width": size[0],
            "height": size[1],
            "web": True,
            "platform_brightness": "dark" if dark else "light",
        }
    )
    page.locale_configuration = ft.LocaleConfiguration(supported_locales=[ft.Locale(language)])
    msgpack.packb(session.get_page_patch(), default=_ENCODE)
    await begin(page, url)
    await session.after_event(page)


async def _closed(client: Client) -> None:
    """As when a browser went and its session ran out."""
    session = client.session
    await client.soon(session.disconnect(0))
    before = asyncio.all_tasks()
    session.close()
    await asyncio.gather(*(asyncio.all_tasks() - before))


# --- the tree ------------------------------------------------------------------------------------------------


def _walk(root: Any, *, enabled: bool = False) -> Iterator[BaseControl]:
    """Visible controls of a tree; `enabled`: without those that are disabled."""
    if isinstance(root, list | tuple):
        for one in root:
            yield from _walk(one, enabled=enabled)
    elif isinstance(root, dict):
        yield from _walk(list(root.values()), enabled=enabled)
    elif isinstance(root, Component):
        yield from _walk(root._b, enabled=enabled)
    elif isinstance(root, BaseControl):
        if getattr(root, "visible", True) is False or (enabled and getattr(root, "disabled", False)):
            return
        yield root
        yield from _walk(_parts(root), enabled=enabled)
    elif is_dataclass(root) and not isinstance(root, type):
        yield from _walk(_parts(root), enabled=enabled)


def _parts(one: Any) -> list[Any]:
    values = getattr(one, "_values", None)
    if values is None:
        return []
    structural = getattr(type(one), "_structural_fields", ())
    named = {name: value for name, value in values.items() if name != "data"}
    named |= {name: getattr(one, name, None) for name in structural if name not in ("_parent", "data")}
    return [value for value in named.values() if isinstance(value, list | tuple | dict) or is_dataclass(value)]


def _named(one: BaseControl, identifier: str) -> bool:
    return isinstance(one, ft.Semantics) and one.identifier == identifier


def _texts(one: BaseControl) -> list[str]:
    """What somebody would read in this very control; the thin spaces in numbers as plain ones."""
    found: list[Any] = []
    if isinstance(one, ft.Text):
        found = [(one.value or "") + "".join(span.text or "" for span in one.spans or [])]
    elif isinstance(one, ft.TextField):
        found = [one.label, one.value, one.hint_text, one.error]
    else:
        found = [getattr(one, "content", None)]
    return [_plain(text) for text in found if isinstance(text, str) and text]


def _plain(text: str) -> str:
    return text.replace("\u2009", " ").replace("\u202f", " ")
