"""The live socket: sign in with the first message, then subscribe to topics. docs/live.md is for its users."""

import asyncio
from typing import Any

import msgspec
import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from backend.context import Context
from backend.errors import NotSignedIn, WattlineError
from backend.live.hub import Hub, encode
from backend.live.outbox import Outbox
from backend.web.guards import Actor, TokenReader
from shared.operations import Authenticate, LiveKind, LiveRequest, Subscribe, Unsubscribe

log = structlog.get_logger(__name__)

SIGN_IN_WITHIN_S = 10.0
SEND_WITHIN_S = 30.0
"""A reader that takes nothing for so long is gone."""
GRACE_S = 60.0
"""How much longer than its token a socket lives, so that the app has time to send the next one."""
AGAIN_S = 5.0
"""Until a topic that could not be loaded (the database is away, most likely) is tried again."""
MOST_TOPICS = 50
MOST_MISTAKES = 20

NOT_SIGNED_IN, MISUSED, GOING_AWAY = 4401, 4400, 1001

_request = msgspec.json.Decoder(LiveRequest)
Socket = WebSocket[Any, Any, Any]


class Session:
    """One socket. Three tasks run beside each other: reading, sending, and the end of its token."""

    def __init__(self, ctx: Context, hub: Hub, socket: Socket, read_token: TokenReader) -> None:
        self.ctx = ctx
        self.hub = hub
        self.socket = socket
        self.read_token = read_token
        self.outbox = Outbox()
        self.topics: set[str] = set()
        self._failing: set[str] = set()
        self.actor: Actor | None = None
        self._mistakes = 0
        self._signed_in = asyncio.Event()

    async def run(self) -> None:
        await self.socket.accept()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work()) for work in (self._read, self._send, self._watch_token)]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
        finally:
            for topic in self.topics:
                self.hub.unsubscribe(self.outbox, topic)

    # --- reading -------------------------------------------------------------------------------------

    async def _read(self) -> None:
        """Until the socket closes or is misused."""
        while True:
            try:
                message = await self.socket.receive_data(mode="text")
            except WebSocketDisconnect:
                return
            try:
                await self._act(_request.decode(message))
            except (msgspec.MsgspecError, UnicodeError):
                self._refuse("", "invalid_input", 'Send JSON such as {"type": "subscribe", "topic": "stations"}.')
            if self._mistakes > MOST_MISTAKES:
                await self._close(MISUSED, "too many mistakes")
                return

    async def _act(self, request: LiveRequest) -> None:
        match request:
            case Authenticate(token=token):
                self._sign_in(token)
            case Subscribe(topic=topic):
                await self._subscribe(topic)
            case Unsubscribe(topic=topic):
                self.topics.discard(topic)
                self._failing.discard(topic)
                self.hub.unsubscribe(self.outbox, topic)
                self.outbox.forget(topic)

    def _sign_in(self, token: str) -> None:
        """The first message; later ones bring the next token of the same person in the same role."""
        try:
            actor = self.read_token(token)
            if self.actor is not None and _rights(self.actor) != _rights(actor):
                raise NotSignedIn("This token has other rights; open a new connection.", code="other_account")
        except NotSignedIn as error:
            self._refuse("", error.problem_code, error.detail)
            return
        self.actor = actor
        self._signed_in.set()
        self.outbox.push("", encode("", LiveKind.READY))

    async def _subscribe(self, topic: str) -> None:
        if self.actor is None:
            self._refuse(topic, "not_signed_in", "Authenticate first.")
        elif len(self.topics) >= MOST_TOPICS and topic not in self.topics:
            self._refuse(topic, "too_many_topics", f"One connection takes {MOST_TOPICS} topics.")
        else:
            await self._load(topic, self.actor)

    async def _load(self, topic: str, actor: Actor) -> None:
        self.topics.add(topic)
        try:
            await self.hub.subscribe(self.outbox, actor, topic)
        except WattlineError as error:
            self.topics.discard(topic)
            self._failing.discard(topic)
            self._refuse(topic, error.problem_code, error.detail or error.title)
        except Exception:
            if topic not in self._failing:
                self._failing.add(topic)
                log.exception("a live topic could not be loaded", topic=topic)
                detail = "This can't be shown now. It is tried again by itself."
                self.outbox.push(topic, _error(topic, "internal_error", detail))
            asyncio.get_running_loop().call_later(AGAIN_S, self._again, topic)
        else:
            self._failing.discard(topic)

    def _again(self, topic: str) -> None:
        """Screens heal by themselves: nobody has to ask once more."""
        if topic in self.topics and topic in self._failing:
            self.outbox.reload(topic)

    def _refuse(self, topic: str, code: str, detail: str) -> None:
        self._mistakes += 1
        self.outbox.push(topic, _error(topic, code, detail))

    # --- sending -------------------------------------------------------------------------------------

    async def _send(self) -> None:
        while True:
            topic, message = await self.outbox.next()
            if message is None:
                if self.actor is not None and topic in self.topics:
                    await self._load(topic, self.actor)
                continue
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await self.socket.send_data(message, mode="text")
            except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
                return  # The reader is stuck or gone.

    async def _watch_token(self) -> None:
        """Ends the session of somebody who didn't sign in, or whose token ran out without a new one."""
        patience_s = SIGN_IN_WITHIN_S
        try:
            while True:
                async with asyncio.timeout(patience_s):
                    await self._signed_in.wait()
                self._signed_in.clear()
                patience_s = self.ctx.settings.access_token_s + GRACE_S
        except TimeoutError:
            await self._close(NOT_SIGNED_IN, "sign in again")

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self.socket.close(code=code, reason=reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            return  # Gone already.


def _rights(actor: Actor) -> tuple[Any, ...]:
    """What decided about the topics that are followed already."""
    return actor.account_id, actor.tenant_id, actor.role


def _error(topic: str, code: str, detail: str) -> bytes:
    return encode(topic, LiveKind.ERROR, {"code": code, "detail": detail})


@websocket("/api/v1/live", public=True)
async def live(socket: Socket, ctx: Context) -> None:
    hub: Hub = socket.app.state.live
    await Session(ctx, hub, socket, socket.app.state.read_token).run()


routes = [live]
