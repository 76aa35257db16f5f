"""A channel that is down: one line of the log each time, with its reason, and the message is tried again."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from firebase_admin import exceptions, messaging
from structlog.testing import capture_logs

from backend import jobs, wiring
from backend.db.engine import DB
from backend.notify import posting, rules, setup
from backend.notify import service as notify
from backend.notify.channels import Gone, Refused, Trouble, push, webhook
from backend.payments.providers.base import Unavailable
from shared.notify import HookKind, HookSet
from tests import world
from tests.conftest import Clock
from tests.jobs.test_worker import working
from tests.services.test_mail import MailServer
from tests.services.test_mail import server as server
from tests.services.test_notify import context, deliveries, fault, operator
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
    monkeypatch.setattr(jobs, "DEQUEUE_TIMEOUT", timedelta(seconds=0.3))  # the next try is seen by looking again
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


async def test_a_mistake_of_ours_keeps_its_trace(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DEQUEUE_TIMEOUT", timedelta(seconds=0.3))

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


async def test_a_payment_provider_that_is_down_is_one_line_too(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DEQUEUE_TIMEOUT", timedelta(seconds=0.3))

    async def handle(_: dict[str, Any]) -> None:
        raise Unavailable("the hold is not settled yet")

    await jobs.enqueue("test.job")
    with capture_logs() as logs:
        async with working(jobs.Worker(db, {"test.job": handle}, retries=QUICK)):
            await until(lambda: len(told(logs)) >= 2)
    found = {(line.get("reason"), line.get("exc_info")) for line in told(logs)}
    assert found == {("the hold is not settled yet", None)}


# --- e-mail --------------------------------------------------------------------------------------------------


async def test_what_the_mail_server_says_is_what_became_of_the_message(
    clock: Clock, server: tuple[MailServer, int]
) -> None:
    taken, port = server
    set_up = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_from": "news@example.com"}
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS, **set_up), await world.add_tenant()
    await world.add_account(tenant_id, "Olga", "operator")

    async def state(answer: str) -> tuple[str, int, int, bool]:
        """Of the message, its tries, failures of the channel, and whether that is down."""
        taken.answer = answer
        with contextlib.suppress(Trouble):
            await posting.deliver(ctx, {"delivery_id": str(row["id"])})
        [now] = await deliveries(tenant_id, "email")
        assert answer.startswith("250") or answer[4:] in now["error"]
        email = (await setup.channels(ctx, tenant_id, secret=False))[1]
        return now["state"], now["attempts"], email.failures, email.down

    await fault(ctx, await world.add_station(tenant_id))
    await notify.tell(ctx, {"tenant_id": str(tenant_id)})
    [row] = await deliveries(tenant_id, "email")
    assert [await state("451 busy") for _ in range(3)] == [
        ("queued", 1, 1, False),
        ("queued", 2, 2, False),
        ("queued", 3, 3, True),
    ]
    assert await state("250 OK") == ("sent", 4, 0, False)
    assert [letter["Message-ID"] for letter in taken.letters] == [f"<{row['id']}@example.com>"]
    await DB.run("UPDATE delivery SET state = 'queued', attempts = 0")
    assert await state("554 not from you") == ("failed", 1, 1, False)
    await DB.run("UPDATE delivery SET state = 'queued', attempts = $1", rules.TRIES - 1)
    assert await state("451 busy") == ("failed", rules.TRIES, 2, False)


# --- push ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (messaging.UnregisteredError("Requested entity was not found."), Gone),
        (messaging.SenderIdMismatchError("SenderId mismatch"), Gone),
        (exceptions.InvalidArgumentError("The registration token is not a valid FCM registration token"), Gone),
        (exceptions.InvalidArgumentError("Invalid value at 'message.data[0].value' (TYPE_STRING), 12"), Refused),
        (messaging.QuotaExceededError("Quota"), Trouble),
        (exceptions.UnauthenticatedError("Request had invalid authentication credentials."), Trouble),
        (exceptions.UnavailableError("Failed to establish a connection"), Trouble),
    ],
)
def test_what_firebase_says(error: Exception, becomes: type[Exception]) -> None:
    with pytest.raises(becomes, match=type(error).__name__):
        push.judge(error)


async def test_credentials_that_dont_work_are_seen_and_no_message_waits_for_ever(clock: Clock, tmp_path: Path) -> None:
    tenant_id = await world.add_tenant()
    await operator(context(clock), tenant_id, token="token-of-olga")
    await fault(context(clock), await world.add_station(tenant_id))
    await notify.tell(context(clock), {"tenant_id": str(tenant_id)})
    [row] = await deliveries(tenant_id)
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account = {"type": "service_account", "project_id": "p", "private_key": key.decode(), "client_email": "a@b.example"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    async with receiver() as tokens:  # in this loop: who holds it up gets no answer
        tokens.answer = lambda _body: (400, {"error": "invalid_grant"})
        files: list[tuple[Any, str]] = [
            ({}, "can't be used"),
            (account | {"token_uri": tokens.url}, "invalid_grant"),
            (account | {"token_uri": nobody}, "TransportError"),
            ([], "AttributeError"),
        ]
        for number, (content, said) in enumerate(files, 1):
            file = tmp_path / f"{number}.json"
            file.write_text(json.dumps(content))
            ctx = world.make_context(clock, fcm_credentials=str(file))
            with pytest.raises((Trouble, AttributeError)):
                await posting.deliver(ctx, {"delivery_id": str(row["id"])})
            [now] = await deliveries(tenant_id)
            assert (now["state"], now["attempts"]) == ("queued", number)
            assert said in now["error"]
            shown = (await setup.channels(ctx, tenant_id, secret=False))[0]
            assert (shown.failures, shown.error) == (number, now["error"])
    await DB.run("UPDATE delivery SET attempts = $1", rules.TRIES - 1)
    with pytest.raises(AttributeError):
        await posting.deliver(ctx, {"delivery_id": str(row["id"])})
    assert (await deliveries(tenant_id))[0]["state"] == "failed"
