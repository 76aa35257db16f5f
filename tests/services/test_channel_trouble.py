"""A channel that is down: one line of the log each time, with its reason, and the message is tried again."""

import asyncio
import socket
from collections.abc import Mapping, MutableMapping
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from backend import jobs
from backend.notify import posting, setup
from backend.notify.channels import webhook
from backend.payments.providers.base import Unavailable
from shared.notify import HookKind, HookSet
from tests import world
from tests.conftest import Clock
from tests.jobs.test_worker import working
from tests.services.test_notify import context, deliveries
from tests.support.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")
QUICK = jobs.Retries(tries=5, first_s=0.01)


def told(logs: list[MutableMapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in logs if line["event"].startswith("a job failed")]


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - lines of a log
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("way", ["error", "refused", "slow"])
async def test_a_webhook_that_is_down_is_one_line_and_tried_again(
    db: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    async with receiver() as one, await asyncio.start_server(lambda _r, _w: asyncio.sleep(60), "127.0.0.1", 0) as mute:
        one.answer = lambda _body: (503, {"said": "later"})
        slow = f"http://127.0.0.1:{mute.sockets[0].getsockname()[1]}/"
        url = {"error": one.url, "refused": nobody, "slow": slow}[way]
        hook = await setup.put_hook(ctx, tenant_id, None, HookSet(name="Chat", kind=HookKind.GENERIC, url=url))
        await posting.test_hook(ctx, tenant_id, UUID(hook.id))
        with capture_logs() as logs:
            async with working(jobs.Worker(db, {"notify.deliver": partial(posting.deliver, ctx)}, retries=QUICK)):
                await until(lambda: len(told(logs)) >= 2)
        reason = {"error": "It answered 503", "refused": "ConnectError", "slow": "ReadTimeout"}[way]
        for line in told(logs):
            assert line["reason"].startswith(reason)
            assert "exc_info" not in line
        [row] = await deliveries(tenant_id, "webhook")
        assert (row["state"], row["attempts"] >= 2) == ("queued", True)
        assert row["error"].startswith(reason)


async def test_a_mistake_of_ours_keeps_its_trace(db: str) -> None:
    async def handle(_: dict[str, Any]) -> None:
        raise ValueError("who did this")

    await jobs.enqueue("test.job")
    with capture_logs() as logs:
        async with working(jobs.Worker(db, {"test.job": handle}, retries=jobs.Retries(tries=2, first_s=0.01))):
            await until(lambda: len(told(logs)) == 2)
    assert [(line["log_level"], isinstance(line["exc_info"], ValueError)) for line in told(logs)] == [
        ("warning", True),
        ("error", True),
    ]


async def test_a_payment_provider_that_is_down_is_one_line_too(db: str) -> None:
    async def handle(_: dict[str, Any]) -> None:
        raise Unavailable("the hold is not settled yet")

    await jobs.enqueue("test.job")
    with capture_logs() as logs:
        async with working(jobs.Worker(db, {"test.job": handle}, retries=QUICK)):
            await until(lambda: len(told(logs)) >= 2)
    found = {(line.get("reason"), line.get("exc_info")) for line in told(logs)}
    assert found == {("the hold is not settled yet", None)}
