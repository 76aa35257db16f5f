"""The hub and the outbox of the live socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.context import Context
from backend.errors import NotAllowed, NotFound
from backend.events import BrandChanged, Event, StationChanged
from backend.live import hub as hub_module
from backend.live.hub import Hub
from backend.live.outbox import MOST_BYTES, MOST_IN_ALL, MOST_WAITING, Outbox
from backend.live.topic import Subject, Topic
from backend.web.guards import Actor
from shared.accounts import Role
from tests import world
from tests.conftest import Clock

TENANT, OTHER_TENANT = UUID(int=1), UUID(int=2)


class Screen:
    """A subscriber that keeps everything."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, Any]] = []
        self._more = asyncio.Event()

    def push(self, topic: str, message: bytes) -> None:
        self._keep(topic, message)

    def replace(self, topic: str, message: bytes) -> None:
        self._keep(topic, message)

    def _keep(self, topic: str, message: bytes) -> None:
        decoded = msgspec.json.decode(message)
        self.got.append((topic, decoded["kind"], decoded["data"]))
        self._more.set()

    async def until(self, amount: int) -> list[tuple[str, str, Any]]:
        async with asyncio.timeout(5):
            while len(self.got) < amount:
                self._more.clear()
                await self._more.wait()
        return self.got


class Shelf:
    """Something to watch: numbers by name. It counts how often it was looked at."""

    def __init__(self) -> None:
        self.things: dict[str, int] = {"a": 0}
        self.loads = 0
        self.asked: list[frozenset[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self, _ctx: Context, _subject: Subject) -> dict[str, int]:
        self.loads += 1
        seen = dict(self.things)
        await self.gate.wait()
        return seen

    async def changes(self, _ctx: Context, _subject: Subject, keys: frozenset[str]) -> list[dict[str, int]]:
        self.asked.append(keys)
        return [{key: self.things[key]} for key in sorted(keys)]

    def topic(self, **more: Any) -> Topic:
        return Topic(
            **{
                "pattern": "shelf",
                "role": Role.DRIVER,
                "load": self.load,
                "changes": self.changes,
                "events": {StationChanged: lambda event, _subject: event.identity},
                "interval_s": 0.1,
                **more,
            }
        )


def actor(role: Role = Role.OPERATOR, tenant_id: UUID = TENANT) -> Actor:
    return Actor(account_id=uuid4(), tenant_id=tenant_id, role=role, name="")


def changed(ctx: Context, name: str, tenant_id: UUID = TENANT) -> Awaitable[None]:
    event: Event = StationChanged(tenant_id=tenant_id, at=ctx.now(), station_id=uuid4(), identity=name)
    return ctx.bus.publish(f"event.{tenant_id}.StationChanged", msgspec.json.encode(event))


Start = Callable[..., Any]


@pytest.fixture
def start(clock: Clock) -> Start:
    @asynccontextmanager
    async def running(*topics: Topic) -> AsyncIterator[Hub]:
        ctx = world.make_context(clock)
        async with ctx.bus, Hub(ctx, topics).running() as hub:
            yield hub

    return running


# --- hub ---------------------------------------------------------------------------------------------


async def test_a_snapshot_and_then_what_changed(start: Start) -> None:
    shelf, screen = Shelf(), Screen()
    async with start(shelf.topic()) as hub:
        await hub.subscribe(screen, actor(), "shelf")
        shelf.things["b"] = 1
        await changed(hub.ctx, "b")
        assert await screen.until(2) == [("shelf", "snapshot", {"a": 0}), ("shelf", "upsert", {"b": 1})]


async def test_many_changes_are_gathered_and_loaded_once_for_all_screens(start: Start) -> None:
    shelf, screens = Shelf(), [Screen() for _ in range(20)]
    async with start(shelf.topic()) as hub:
        await asyncio.gather(*(hub.subscribe(screen, actor(), "shelf") for screen in screens))
        assert shelf.loads == 1
        for number in range(100):
            shelf.things["a"] = number
            await changed(hub.ctx, "a")
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.25)
    # 100 changes in at least 0.2 s, at most one update each 0.1 s, the first at once.
    assert 2 <= len(shelf.asked) <= 8
    for screen in screens:
        assert screen.got[-1] == ("shelf", "upsert", {"a": 99})
        assert len(screen.got) == len(shelf.asked) + 1


async def test_several_things_that_change_together_come_in_one_go(start: Start) -> None:
    shelf, screen = Shelf(), Screen()
    shelf.things = dict.fromkeys("abc", 1)
    async with start(shelf.topic()) as hub:
        await hub.subscribe(screen, actor(), "shelf")
        for name in "abcabc":
            await changed(hub.ctx, name)
        await screen.until(4)
    assert shelf.asked == [frozenset("abc")]


async def test_what_a_storm_of_events_washed_away_is_loaded_anew_at_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "INBOX_SIZE", 5)
    shelf, screen = Shelf(), Screen()
    async with start(shelf.topic()) as hub:
        await hub.subscribe(screen, actor(), "shelf")
        shelf.things["washed away"] = 1
        await changed(hub.ctx, "washed away")
        for _ in range(5):
            await changed(hub.ctx, "a", OTHER_TENANT)
        assert await screen.until(2) == [
            ("shelf", "snapshot", {"a": 0}),
            ("shelf", "snapshot", {"a": 0, "washed away": 1}),
        ]


async def test_a_change_while_the_snapshot_loads_comes_after_it(start: Start) -> None:
    shelf, screen = Shelf(), Screen()
    async with start(shelf.topic()) as hub:
        shelf.gate.clear()
        subscribing = asyncio.create_task(hub.subscribe(screen, actor(), "shelf"))
        await asyncio.sleep(0.02)
        shelf.things["a"] = 5
        await changed(hub.ctx, "a")
        await asyncio.sleep(0.05)
        assert screen.got == []
        shelf.gate.set()
        await subscribing
        assert await screen.until(2) == [("shelf", "snapshot", {"a": 0}), ("shelf", "upsert", {"a": 5})]


async def test_a_late_screen_never_gets_an_old_snapshot(start: Start) -> None:
    shelf, first, second = Shelf(), Screen(), Screen()
    async with start(shelf.topic()) as hub:
        await hub.subscribe(first, actor(), "shelf")
        shelf.things["a"] = 1
        await changed(hub.ctx, "a")
        await first.until(2)
        await hub.subscribe(second, actor(), "shelf")
        assert second.got == [("shelf", "snapshot", {"a": 1})]


async def test_tenants_are_kept_apart(start: Start) -> None:
    shelf, ours, theirs = Shelf(), Screen(), Screen()
    async with start(shelf.topic()) as hub:
        await hub.subscribe(ours, actor(), "shelf")
        await hub.subscribe(theirs, actor(tenant_id=OTHER_TENANT), "shelf")
        await changed(hub.ctx, "a", OTHER_TENANT)
        await theirs.until(2)
        assert len(ours.got) == 1


async def test_drivers_see_their_own_and_operators_share(start: Start) -> None:
    subjects: list[Subject] = []

    async def load(_ctx: Context, subject: Subject) -> str:
        subjects.append(subject)
        return str(subject.actor.account_id)

    topic = Topic(pattern="mine", role=Role.DRIVER, load=load, events={}, personal=True)
    one, two = actor(Role.DRIVER), actor(Role.DRIVER)
    async with start(topic) as hub:
        for who in (one, two, actor(Role.OPERATOR), actor(Role.ADMIN)):
            await hub.subscribe(Screen(), who, "mine")
    assert [subject.actor.account_id for subject in subjects[:2]] == [one.account_id, two.account_id]
    assert len(subjects) == 3


async def test_roles_and_unknown_topics(start: Start) -> None:
    shelf = Shelf()
    async with start(shelf.topic(role=Role.OPERATOR), shelf.topic(pattern="thing:*")) as hub:
        with pytest.raises(NotAllowed):
            await hub.subscribe(Screen(), actor(Role.DRIVER), "shelf")
        for name in ("nothing", "shelf:1", "thing", "thing:", ""):
            with pytest.raises(NotFound):
                await hub.subscribe(Screen(), actor(), name)
        assert hub.find(actor(), "thing:a:b")[1] == "a:b"
        assert shelf.loads == 0


async def test_nothing_is_loaded_when_nobody_watches(start: Start) -> None:
    shelf, screen = Shelf(), Screen()
    async with start(shelf.topic()) as hub:
        await hub.subscribe(screen, actor(), "shelf")
        hub.unsubscribe(screen, "shelf")
        hub.unsubscribe(screen, "shelf")
        await changed(hub.ctx, "a")
        await asyncio.sleep(0.1)
        assert (shelf.asked, len(screen.got)) == ([], 1)
        assert len(asyncio.all_tasks()) == 2  # the hub's follower and this test


async def test_a_failure_is_tried_again_and_leaves_other_topics_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.live.hub.AFTER_A_FAILURE_S", 0.01)
    shelf, screen, failures = Shelf(), Screen(), [RuntimeError("the database is away")] * 2

    async def flaky(ctx: Context, subject: Subject, keys: frozenset[str]) -> list[dict[str, int]]:
        if failures:
            raise failures.pop()
        return await shelf.changes(ctx, subject, keys)

    def broken(_event: Event, _subject: Subject) -> str:
        raise RuntimeError("a mistake in a select")

    topics = (
        shelf.topic(changes=flaky),
        Topic(pattern="broken", role=Role.DRIVER, load=shelf.load, events={BrandChanged: broken}),
    )
    async with start(*topics) as hub:
        await hub.subscribe(screen, actor(), "broken")
        await hub.subscribe(screen, actor(), "shelf")
        brand = BrandChanged(tenant_id=TENANT, at=hub.ctx.now())
        await hub.ctx.bus.publish(f"event.{TENANT}.BrandChanged", msgspec.json.encode(brand))
        await hub.ctx.bus.publish(f"event.{TENANT}.StationChanged", b"not an event")
        await changed(hub.ctx, "a")
        assert (await screen.until(3))[-1] == ("shelf", "upsert", {"a": 0})


async def test_a_topic_that_cannot_be_loaded_is_not_followed(start: Start) -> None:
    async def load(_ctx: Context, _subject: Subject) -> None:
        raise NotFound("gone")

    async with start(Topic(pattern="gone", role=Role.DRIVER, load=load, events={})) as hub:
        with pytest.raises(NotFound):
            await hub.subscribe(Screen(), actor(), "gone")
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 2


async def test_what_no_event_told_comes_with_the_next_refresh(start: Start) -> None:
    shelf, screen = Shelf(), Screen()
    async with start(shelf.topic(refresh_s=0.3)) as hub:
        await hub.subscribe(screen, actor(), "shelf")
        shelf.things["a"] = 7
        assert (await screen.until(2))[1] == ("shelf", "snapshot", {"a": 7})


# --- outbox ------------------------------------------------------------------------------------------


async def test_a_slow_reader_gets_a_fresh_snapshot_in_place_of_what_it_missed() -> None:
    outbox = Outbox()
    outbox.replace("busy", b"snapshot")
    for number in range(10 * MOST_WAITING):
        outbox.push("busy", str(number).encode())
    outbox.push("quiet", b"hello")
    assert [await outbox.next(), await outbox.next()] == [("busy", None), ("quiet", b"hello")]
    outbox.push("busy", b"older than the snapshot")
    outbox.replace("busy", b"fresh")
    outbox.push("busy", b"newer")
    assert [await outbox.next(), await outbox.next()] == [("busy", b"fresh"), ("busy", b"newer")]


async def test_large_messages_do_not_pile_up() -> None:
    outbox = Outbox()
    outbox.push("a", b"x" * 2 * MOST_BYTES)  # one is always taken, however large
    outbox.push("b", b"x" * (MOST_BYTES // 2))
    outbox.push("b", b"y" * (MOST_BYTES // 2))
    assert [len((await outbox.next())[1] or b"") for _ in range(3)] == [
        2 * MOST_BYTES,
        MOST_BYTES // 2,
        MOST_BYTES // 2,
    ]
    outbox.push("a", b"x" * MOST_BYTES)
    outbox.push("a", b"y")
    assert await outbox.next() == ("a", None)


async def test_many_topics_together_are_bounded_too() -> None:
    outbox = Outbox()
    names = [str(number) for number in range(50)]
    for name in names * 2:
        outbox.push(name, b"x" * (MOST_BYTES // 4))
    got = [await outbox.next() for _ in names]
    whole = [message for _, message in got if message is not None]
    assert {name for name, _ in got} == set(names)
    assert 0 < sum(map(len, whole)) <= MOST_IN_ALL
    assert [message for _, message in got].count(None) > 30  # these take a snapshot
    for name in names:
        outbox.forget(name)
    for name in names[:10]:
        outbox.push(name, b"there is room again")
        assert await outbox.next() == (name, b"there is room again")


async def test_topics_take_turns() -> None:
    outbox = Outbox()
    for topic, message in (("a", b"1"), ("a", b"2"), ("a", b"3"), ("b", b"4")):
        outbox.push(topic, message)
    assert [(await outbox.next())[1] for _ in range(4)] == [b"1", b"4", b"2", b"3"]
    outbox.push("a", b"5")
    outbox.forget("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await outbox.next()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["push", "replace", "forget", "next"]))))
def test_an_outbox_is_bounded_and_loses_nothing_silently(steps: list[tuple[str, str]]) -> None:
    """A model: what each reader knows of a topic is what was sent last, or it is told to take a snapshot."""

    async def run() -> None:
        outbox, expected = Outbox(), {"a": [], "b": []}  # type: dict[str, list[int] | None]
        for number, (topic, step) in enumerate(steps * 8):
            waiting = expected[topic]
            if step == "push" and waiting is not None:
                expected[topic] = None if len(waiting) >= MOST_WAITING else [*waiting, number]
            if step == "replace":
                expected[topic] = [number]
            if step in ("push", "replace"):
                getattr(outbox, step)(topic, str(number).encode())
            elif step == "forget":
                outbox.forget(topic)
                expected[topic] = []
            elif any(waiting != [] for waiting in expected.values()):
                name, message = await outbox.next()
                known = expected[name]
                if known is None:
                    assert message is None
                    expected[name] = []
                else:
                    assert message == str(known[0]).encode()
                    expected[name] = known[1:]

    asyncio.run(run())
