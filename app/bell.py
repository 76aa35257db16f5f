"""One's own messages: how many are unread, on every page, live."""

import logging
from collections.abc import Callable

import msgspec

from app.live import Live
from app.state import Store
from shared.notify import Notice
from shared.operations import LiveKind, LiveMessage

log = logging.getLogger(__name__)


class Bell:
    """Follows the messages of whoever is signed in, and tells the store."""

    def __init__(self, live: Live, store: Store) -> None:
        self._live, self._store = live, store
        self._leave: Callable[[], None] | None = None

    def follow(self) -> None:
        if self._store.account is not None and self._leave is None:
            self._leave = self._live.follow(f"notices:{self._store.account.id}", self._take)

    def leave(self) -> None:
        if self._leave is not None:
            self._leave()
            self._leave = None
        self._store.unread = 0

    def _take(self, message: LiveMessage) -> None:
        if message.kind not in (LiveKind.SNAPSHOT, LiveKind.UPSERT):
            return
        try:
            found = msgspec.json.decode(message.data, type=list[Notice])
        except msgspec.DecodeError:
            log.exception("messages could not be read")
            return
        unread = sum(not one.read for one in found)
        if unread != self._store.unread:
            self._store.unread = unread
