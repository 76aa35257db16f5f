"""The app's live socket against a real server: what it follows stays up to date through losses and changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from app import live
from app.api import Api
from app.live import Live
from shared.accounts import Role, Tokens
from shared.operations import LiveKind, LiveMessage
from tests import world
from tests.support.node import Node, running_node


class Watcher:
    """Follows topics as a screen does."""

    def __init__(self, node: Node, tokens: Tokens) -> None:
        self.states: list[bool] = []
        self.heard: list[tuple[str, LiveKind, Any]] = []
        self.api = Api(node.url)
        self.api.tokens = tokens
        self.live = Live(self.api, self.states.append)

    def take(self, message: LiveMessage) -> None:
        self.heard.append((message.topic, message.kind, msgspec.json.decode(message.data)))

    def follow(self, topic: str) -> Callable[[], None]:
        return self.live.follow(topic, self.take)

    def of(self, topic: str, kind: LiveKind) -> list[Any]:
        return [data for one, found, data in self.heard if (one, found) == (topic, kind)]

    async def until(self, true: Callable[[], Any], within: float = 5) -> None:
        async with asyncio.timeout(within):
            while not true():  # noqa: ASYNC110  # it polls what a screen would show
                await asyncio.sleep(0.01)


@asynccontextmanager
async def watching(node: Node, role: Role = Role.OPERATOR, tokens: Tokens | None = None) -> AsyncIterator[Watcher]:
    watcher = Watcher(node, tokens or await node.tokens(role))
    running = asyncio.get_running_loop().create_task(watcher.live.run())
    try:
        yield watcher
        assert not running.done(), running
    finally:
        await watcher.live.stop()
        await watcher.api.close()
        await running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FIRST_PAUSE_S", 0.05)


async def rename(node: Node, name: str) -> None:
    admin = await node.client(Role.ADMIN)
    assert (await admin.put("/api/v1/brand", json={"name": name})).status_code == 200


async def test_a_topic_begins_with_a_snapshot_and_goes_on_with_changes(node: Node) -> None:
    async with watching(node) as watcher:
        watcher.follow("brand")
        await watcher.until(lambda: watcher.of("brand", LiveKind.SNAPSHOT))
        assert watcher.states == [True]
        await rename(node, "Hafenstrom")
        await watcher.until(lambda: [one["name"] for one in watcher.of("brand", LiveKind.UPSERT)] == ["Hafenstrom"])


async def test_nothing_is_connected_until_something_is_followed(node: Node) -> None:
    async with watching(node) as watcher:
        await asyncio.sleep(0.1)
        assert watcher.states == []


async def test_what_is_left_is_heard_no_more_and_the_rest_goes_on(node: Node) -> None:
    async with watching(node) as watcher:
        leave = watcher.follow("brand")
        second: list[LiveMessage] = []
        watcher.live.follow("brand", second.append)
        await watcher.until(lambda: watcher.heard and second)
        leave()
        heard = len(watcher.heard)
        await rename(node, "Hafenstrom")
        await watcher.until(lambda: any(one.kind is LiveKind.UPSERT for one in second))
        assert len(watcher.heard) == heard


async def test_a_second_listener_gets_a_snapshot_of_its_own(node: Node) -> None:
    async with watching(node) as watcher:
        watcher.follow("brand")
        await watcher.until(lambda: watcher.heard)
        late: list[LiveMessage] = []
        watcher.live.follow("brand", late.append)
        await watcher.until(lambda: late)
        assert late[0].kind is LiveKind.SNAPSHOT


async def test_after_a_loss_everything_is_followed_again_with_what_happened_meanwhile(node: Node) -> None:
    location_id = await world.add_location(node.tenant_id)
    async with watching(node) as watcher:
        watcher.follow("brand")
        watcher.follow("stations")
        await watcher.until(
            lambda: watcher.of("stations", LiveKind.SNAPSHOT) and watcher.of("brand", LiveKind.SNAPSHOT)
        )
        await node.web.stop()
        await watcher.until(lambda: watcher.states[-1] is False)
        await world.add_station(node.tenant_id, "CP-NEW", location_id=location_id)
        await rename(node, "Hafenstrom")
        await node.web.start()
        await watcher.until(lambda: watcher.states[-1] is True)
        await watcher.until(lambda: len(watcher.of("stations", LiveKind.SNAPSHOT)) == 2)
        await watcher.until(lambda: len(watcher.of("brand", LiveKind.SNAPSHOT)) == 2)
        assert [one["identity"] for one in watcher.of("stations", LiveKind.SNAPSHOT)[1]] == ["CP-NEW"]
        assert watcher.of("brand", LiveKind.SNAPSHOT)[1]["name"] == "Hafenstrom"


async def test_a_topic_that_is_not_for_this_role_says_so_and_harms_no_other(node: Node) -> None:
    async with watching(node, Role.DRIVER) as watcher:
        watcher.follow("stations")
        watcher.follow("brand")
        await watcher.until(lambda: watcher.of("brand", LiveKind.SNAPSHOT))
        await watcher.until(lambda: watcher.of("stations", LiveKind.ERROR))
        assert watcher.of("stations", LiveKind.ERROR)[0]["code"] == "not_allowed"


async def test_a_listener_that_fails_harms_no_other(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: LiveMessage) -> None:
        raise ValueError("can't be shown")

    async with watching(node) as watcher:
        watcher.live.follow("brand", fail)
        watcher.follow("brand")
        await watcher.until(lambda: watcher.heard)
        await rename(node, "Hafenstrom")
        await watcher.until(lambda: watcher.of("brand", LiveKind.UPSERT))
    assert "a live message could not be taken: brand" in caplog.text


async def test_a_remembered_token_that_ran_out_is_replaced_at_once(node: Node) -> None:
    tokens = await node.tokens(Role.OPERATOR)
    old = msgspec.structs.replace(tokens, access_token=tokens.access_token[:-4] + "AAAA")
    async with watching(node, tokens=old) as watcher:
        watcher.follow("brand")
        await watcher.until(lambda: watcher.of("brand", LiveKind.SNAPSHOT), within=2)
        assert watcher.states == [True]


async def test_signing_out_while_connecting_ends_nothing(node: Node) -> None:
    """The next sign-in finds a socket that works."""
    tokens = await node.tokens(Role.OPERATOR)
    for pause in (0, 0.002, 0.005, 0.01, 0.03):
        async with watching(node, tokens=tokens) as watcher:
            watcher.follow("brand")
            await asyncio.sleep(pause)
            watcher.api.tokens = None
            await watcher.live.hang_up()
            await asyncio.sleep(0.02)
            watcher.heard.clear()
            watcher.api.tokens = await node.tokens(Role.DRIVER)
            await watcher.until(lambda: watcher.of("brand", LiveKind.SNAPSHOT))
            assert False not in watcher.states


async def test_a_socket_outlives_its_first_token(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.live.api.GRACE_S", 0.2)
    async with running_node(db, served=True, access_token_s=1) as node, watching(node) as watcher:
        watcher.follow("brand")
        await watcher.until(lambda: watcher.states)
        await asyncio.sleep(2.2)
        await rename(node, "Hafenstrom")
        await watcher.until(lambda: watcher.of("brand", LiveKind.UPSERT))
        assert watcher.states == [True]
