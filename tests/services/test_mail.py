"""Letters on their way through a real mail server."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from backend import jobs
from backend.db.engine import DB
from backend.errors import InvalidInput
from backend.mail import rules
from backend.mail import service as mail
from tests import world
from tests.conftest import Clock

PDF = mail.Attachment("receipt.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


class MailServer:
    """Keeps what it takes; `answer` is what it says to the next letter."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.letters.append(parsed)
        return self.answer


@pytest.fixture
def server() -> Iterator[tuple[MailServer, int]]:
    one = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(one, hostname="127.0.0.1", port=port)
    controller.start()
    yield one, port
    controller.stop()


def context(clock: Clock, port: int = 0) -> Any:
    set_up = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_from": "pay@example.com"}
    return world.make_context(clock, **(set_up if port else {}))


async def row() -> dict[str, Any]:
    return (await DB.run("SELECT * FROM mail"))[0]


async def test_a_letter_arrives_once(db: str, clock: Clock, server: tuple[MailServer, int]) -> None:
    taken, port = server
    ctx = context(clock, port)
    mail_id = await mail.send(
        ctx, "dana@example.com", "Beleg\r\nBcc: x@evil.example", "Grüße", "<p>Grüße</p>", [PDF], sender_name="Nord"
    )
    for _ in range(2):  # a job may run twice
        await mail.deliver(ctx, {"mail_id": str(mail_id)})
    (letter,) = taken.letters
    assert letter["To"] == "dana@example.com"
    assert letter["From"] == "Nord <pay@example.com>"
    assert letter["Subject"] == "Beleg Bcc: x@evil.example"
    assert letter["Bcc"] is None
    assert letter["Message-ID"] == f"<{mail_id}@example.com>"
    text, html, pdf = [part for part in letter.walk() if not part.is_multipart()]
    assert text.get_content().strip() == "Grüße"
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert pdf.get_filename() == "receipt.pdf"
    assert pdf.get_content() == PDF.content
    assert ((await row())["state"], (await row())["attachments"]) == ("sent", [])


async def test_trouble_is_tried_again_and_a_refusal_is_kept(
    db: str, clock: Clock, server: tuple[MailServer, int]
) -> None:
    taken, port = server
    ctx = context(clock, port)
    mail_id = await mail.send(ctx, "dana@example.com", "Receipt", "text")
    taken.answer = "451 busy"
    with pytest.raises(Exception, match="451"):
        await mail.deliver(ctx, {"mail_id": str(mail_id)})
    assert (await row())["state"] == "queued"
    assert "busy" in (await row())["error"]
    taken.answer = "554 we don't want this"
    await mail.deliver(ctx, {"mail_id": str(mail_id)})
    assert (await row())["state"] == "failed"
    assert "we don't want this" in (await row())["error"]


async def test_without_a_server_a_letter_stays_here(db: str, clock: Clock) -> None:
    ctx = context(clock)
    mail_id = await mail.send(ctx, "dana@example.com", "Receipt", "text")
    await mail.deliver(ctx, {"mail_id": str(mail_id)})
    assert (await row())["state"] == "unsent"


async def test_a_letter_exists_only_with_its_fact(db: str, clock: Clock) -> None:
    ctx = context(clock)

    async def undone() -> None:
        async with ctx.unit():
            await mail.send(ctx, "dana@example.com", "Receipt", "text")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    assert await DB.run("SELECT 1 FROM mail") == []
    assert ("mail.deliver", "queued") not in await jobs.queue_sizes()
    with pytest.raises(InvalidInput):
        await mail.send(ctx, "dana@example.com\r\nBcc: x@y.z", "Receipt", "text")


@pytest.mark.parametrize(
    ("text", "good"),
    [("a@b", True), ("a.b+c@d.example", True), ("a@b@c", False), ("a b@c", False), ("<a@b>", False), ("@b", False)],
)
def test_addresses(text: str, good: bool) -> None:
    assert rules.is_address(text) is good


def test_odd_names_make_no_odd_headers() -> None:
    letter = rules.message(
        id="1",
        sender="pay@example.com",
        sender_name='Nord "GmbH"\nX: y',
        recipient="d@example.com",
        subject="s",
        text="t",
        reply_to="not an address",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert letter["X"] is None
    assert letter["Reply-To"] is None
