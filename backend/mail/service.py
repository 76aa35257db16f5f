"""Letters: `send` writes one down inside the caller's unit, a job hands it to the mail server."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import structlog

from backend import jobs
from backend.context import Context
from backend.errors import InvalidInput
from backend.mail import rules, store
from backend.mail.rules import Attachment as Attachment
from backend.settings import Settings

log = structlog.get_logger(__name__)
QUEUED, SENT, FAILED, UNSENT = "queued", "sent", "failed", "unsent"
"""FAILED: the mail server refuses it for good. UNSENT: no mail server is set."""
KEPT = timedelta(days=30)
TIMEOUT_S = 30


class Refused(Exception):
    """The mail server will never take this letter. `recipient`: it's for this address only."""

    def __init__(self, said: str, *, recipient: bool) -> None:
        super().__init__(said)
        self.recipient = recipient


def configured(ctx: Context) -> bool:
    """Whether a mail server is set: without one a letter is kept as unsent."""
    return bool(ctx.settings.smtp_host)


async def send(
    ctx: Context,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    *,
    tenant_id: UUID | None = None,
    sender_name: str = "",
    reply_to: str = "",
) -> UUID:
    """Write a letter down and have it delivered; its id. In an open unit it goes out only if that is committed.

    Raises InvalidInput for what is no address.
    """
    if not rules.is_address(to):
        raise InvalidInput("This is no e-mail address.", code="invalid_email")
    mail_id = uuid4()
    async with ctx.unit():
        await store.add(
            {
                "id": mail_id,
                "tenant": tenant_id,
                "recipient": to,
                "sender_name": rules.one_line(sender_name)[:100],
                "reply_to": reply_to,
                "subject": rules.one_line(subject),
                "body_text": text,
                "body_html": html,
                "attachments": rules.stored(attachments),
                "state": QUEUED,
                "created_at": ctx.now(),
            }
        )
        await jobs.enqueue("mail.deliver", {"mail_id": str(mail_id)}, dedupe=str(mail_id))
    return mail_id


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises what the mail server says for now, to be tried again; a refusal for good is kept with the letter."""
    mail_id = UUID(payload["mail_id"])
    row = await store.get(mail_id)
    if row is None or row["state"] != QUEUED:
        return
    if not configured(ctx):
        log.warning("no mail server is set: a letter stays here", to=row["recipient"], subject=row["subject"])
        await store.settled(mail_id, UNSENT, "No mail server is set (WATTLINE_SMTP_HOST).", ctx.now())
        return
    try:
        await hand_over(
            ctx,
            mail_id,
            row["recipient"],
            row["subject"],
            row["body_text"],
            row["body_html"],
            sender_name=row["sender_name"],
            reply_to=row["reply_to"],
            attachments=row["attachments"],
            at=row["created_at"],
        )
    except Refused as error:
        log.warning("the mail server refused a letter", to=row["recipient"], error=str(error))
        await store.settled(mail_id, FAILED, str(error), ctx.now())
    except jobs.TryAgain as error:
        await store.troubled(mail_id, str(error))
        raise
    else:
        await store.settled(mail_id, SENT, "", ctx.now())


async def hand_over(
    ctx: Context,
    mail_id: UUID,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    *,
    at: datetime,
    sender_name: str = "",
    reply_to: str = "",
    attachments: Sequence[dict[str, str]] = (),
) -> None:
    """Give a letter to the mail server now and wait for its answer, for a job that keeps what became of it itself.

    Raises InvalidInput for what is no address, Refused, and TryAgain. Tried again, the letter has the same id.
    """
    if not rules.is_address(to):
        raise InvalidInput("This is no e-mail address.", code="invalid_email")
    letter = rules.message(
        id=str(mail_id),
        sender=ctx.settings.smtp_from or f"noreply@{ctx.settings.smtp_host}",
        sender_name=sender_name or ctx.settings.tenant,
        recipient=to,
        subject=subject,
        text=text,
        html=html,
        reply_to=reply_to,
        attachments=attachments,
        at=at,
    )
    try:
        await asyncio.to_thread(_hand_over, ctx.settings, letter)
    except (smtplib.SMTPException, OSError) as error:
        if _for_good(error):
            raise Refused(_said(error), recipient=isinstance(error, smtplib.SMTPRecipientsRefused)) from error
        raise jobs.TryAgain(_said(error)) from error


def _hand_over(settings: Settings, letter: EmailMessage) -> None:
    """Blocks: for a thread."""
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(letter)


def _for_good(error: Exception) -> bool:
    """5xx about this letter; a wrong password or a server in trouble is mended by somebody, so it is tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and 500 <= error.smtp_code < 600


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


async def forget_old(ctx: Context) -> None:
    """Cron: letters are kept for a month, with what became of them."""
    await store.forget_before(ctx.now() - KEPT)
