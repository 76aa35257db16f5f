"""What components ask for: the app, the colours, data that loads, data that stays fresh."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

import flet as ft
import msgspec

from app import theme
from app.errors import ApiError
from app.i18n import speak, translate
from app.keys import Handlers
from app.session import DEFAULT_BRAND, App
from app.state import Store
from shared.base import Page
from shared.operations import LiveKind, LiveMessage

T = TypeVar("T")
NOTHING: Any = None


def use_app() -> App:
    """From the page, not down from the root: a dialog that closes is drawn for a moment longer than its parents."""
    return App.of(ft.context.page)


def use_store() -> Store:
    """What the session knows; the component is drawn anew when it changes."""
    store, _ = ft.use_state(use_app().store)
    speak(store.language, store.zone)  # numbers and times that this component writes
    return store


def use_tokens() -> theme.Tokens:
    """The colours of the moment."""
    store = use_store()
    return theme.tokens((store.brand or DEFAULT_BRAND).seed_color, store.dark, store.letters)


def use_words() -> Callable[[str], str]:
    language = use_store().language
    return lambda text: translate(text, language)


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """`data` None and no error: still loading. An error beside data: what is shown is old."""

    data: T | None = None
    error: ApiError | None = None
    reload: Callable[[], None] = lambda: None

    @property
    def loading(self) -> bool:
        return self.data is None and self.error is None


def use_load(load: Callable[[], Awaitable[T]], dependencies: Sequence[Any] = ()) -> Loaded[T]:
    """Load once, again when a dependency changes, and when `reload` is called. Old data stays until new comes."""
    app = use_app()
    data, set_data = ft.use_state(NOTHING)
    error, set_error = ft.use_state(NOTHING)
    turn, set_turn = ft.use_state(0)
    latest = ft.use_ref(0)

    async def run() -> None:
        latest.current = (latest.current or 0) + 1
        mine = latest.current
        try:
            found = await load()
        except ApiError as failure:
            if mine == latest.current:
                set_error(failure)
            return
        if mine == latest.current:
            set_data(found)
            set_error(None)

    ft.use_effect(lambda: app.run(run), [turn, *dependencies])
    return Loaded(data, error, lambda: set_turn(lambda value: value + 1))


@dataclass(frozen=True)
class Paged(Generic[T]):
    """`items` None and no error: still loading. `more` None: that was all. `busy`: more is on its way."""

    items: list[T] | None = None
    error: ApiError | None = None
    more: Callable[[], None] | None = None
    busy: bool = False
    reload: Callable[[], None] = lambda: None


def use_pages(load: Callable[[str | None], Awaitable[Page[T]]], dependencies: Sequence[Any] = ()) -> Paged[T]:
    """A list that comes in pages. `load` gets the cursor. It begins anew when a dependency changes or by `reload`;
    what is known stays until then."""
    app = use_app()
    state, set_state = ft.use_state((NOTHING, NOTHING, NOTHING))  # items, the next cursor, error
    busy, set_busy = ft.use_state(False)
    turn, set_turn = ft.use_state(0)
    latest = ft.use_ref(0)

    async def run(known: list[T], cursor: str | None) -> None:
        latest.current = (latest.current or 0) + 1
        mine = latest.current
        set_busy(cursor is not None)
        try:
            found = await load(cursor)
            after: Any = ([*known, *found.items], found.next_cursor, None)
        except ApiError as failure:
            after = (*state[:2], failure)
        if mine == latest.current:
            set_state(after)
            set_busy(False)

    items, following, error = state

    def begin() -> None:
        app.run(run, [], None)

    def more() -> None:
        app.run(run, items, following)

    ft.use_effect(begin, [turn, *dependencies])
    return Paged(items, error, more if following else None, busy, lambda: set_turn(lambda value: value + 1))


def use_settled(value: str, seconds: float = 0.25) -> str:
    """What somebody typed, once they pause: not every letter is a question to the backend."""
    app = use_app()
    settled, set_settled = ft.use_state(value)
    newest: Any = ft.use_ref(value)
    newest.current = value

    async def wait() -> None:
        await asyncio.sleep(seconds)
        if newest.current == value:
            set_settled(value)

    ft.use_effect(lambda: app.run(wait) if value != settled else None, [value])
    return settled


def use_live(
    topic: str | None, kind: type[T], *, merge: bool = False, join: Callable[[T, T], T] | None = None
) -> Loaded[T]:
    """Follow a topic. With `merge` the topic is a list, and changed items take the place of those with their `id`.

    With `join` an update is of the same kind as the whole, and `join(known, update)` is the new whole.
    `topic` None follows nothing.
    """
    app = use_app()
    state, set_state = ft.use_state((NOTHING, NOTHING))
    held: Any = ft.use_ref(None)
    item = get_args(kind)[0] if merge else kind

    def take(message: LiveMessage) -> None:
        if message.kind is LiveKind.ERROR:
            detail = msgspec.json.decode(message.data, type=dict)
            passing = detail.get("code") == "internal_error"
            if passing and held.current is not None:
                return  # the backend tries again by itself; until then what is known stays
            status = 503 if passing else 403 if detail.get("code") == "not_allowed" else 404
            problem = ApiError(detail.get("detail", ""), code=detail.get("code", ""), status=status)
            set_state((held.current, problem))
            return
        if message.kind is LiveKind.UPSERT and merge:
            if held.current is None:
                return
            new: Any = msgspec.json.decode(message.data, type=item)
            found = [new if one.id == new.id else one for one in held.current]
            if all(one is not new for one in found):
                found = [new, *found]
            held.current = found
        elif message.kind is LiveKind.UPSERT and join and held.current is not None:
            held.current = join(held.current, msgspec.json.decode(message.data, type=kind))
        else:
            held.current = msgspec.json.decode(message.data, type=kind)
        set_state((held.current, None))

    def follow() -> Any:
        held.current = None
        set_state((None, None))
        leave_ref.current = app.live.follow(topic, take) if topic else None

    def leave() -> None:
        if leave_ref.current is not None:
            leave_ref.current()
            leave_ref.current = None

    leave_ref: Any = ft.use_ref(None)
    ft.use_effect(follow, [topic], leave)
    data, error = state
    return Loaded(data, error)


def use_keys(handlers: Handlers) -> None:
    """Keys that do something as long as this part is on the screen (app/keys.py has their names)."""
    app = use_app()
    newest: Any = ft.use_ref(None)
    leaving: Any = ft.use_ref(None)
    newest.current = handlers

    def follow() -> None:
        leaving.current = app.keys.follow(lambda: newest.current or {})

    def leave() -> None:
        if leaving.current is not None:
            leaving.current()
            leaving.current = None

    ft.use_effect(follow, [], leave)
