"""Webhooks, signed as standardwebhooks.com says: to programs, to chats, and to gateways that send SMS."""

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from backend.addresses import Inside, leads_inside, pinned
from backend.context import Context
from backend.notify.channels.base import Gone, Letter, Refused, Trouble

TIMEOUT_S = 15
OPEN = {"de": "Öffnen"}
COLORS = {"critical": "attention", "warning": "warning", "info": "good"}


def generic(letter: Letter) -> Any:
    return {
        "type": letter.kind,
        "timestamp": letter.at.isoformat(),
        "data": {
            "id": str(letter.id),
            "severity": letter.severity,
            "language": letter.language,
            "title": letter.title,
            "body": letter.body,
            "url": letter.url,
            **letter.data,
        },
    }


def slack(letter: Letter) -> Any:
    opens = OPEN.get(letter.language, "Open")
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": letter.title[:150]}},
        {"type": "section", "text": {"type": "mrkdwn", "text": _plain(letter.body)[:2900] or " "}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<{letter.url}|{opens} in {_plain(letter.sender)}>"}},
    ]
    return {"text": _plain(letter.title), "blocks": blocks}


def _plain(text: str) -> str:
    """Slack's own signs, without their meaning."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(letter: Letter) -> Any:
    card = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": letter.title,
                "weight": "bolder",
                "size": "medium",
                "wrap": True,
                "color": COLORS.get(letter.severity, "default"),
            },
            *({"type": "TextBlock", "text": line, "wrap": True} for line in letter.body.splitlines() if line),
        ],
        "actions": [{"type": "Action.OpenUrl", "title": OPEN.get(letter.language, "Open"), "url": letter.url}],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def sms(letter: Letter) -> Any:
    """One text message: the gateway knows the numbers."""
    text = f"{letter.title}: {letter.body}".replace("\n", ", ")
    return {"id": str(letter.id), "text": text if len(text) <= 300 else text[:299] + "…", "url": letter.url}


FORMS: dict[str, Callable[[Letter], Any]] = {"generic": generic, "slack": slack, "teams": teams, "sms": sms}


async def may_call(ctx: Context, url: str) -> bool:
    """Only addresses of the open internet, and the hosts of WATTLINE_WEBHOOK_HOSTS inside the own network."""
    return url.startswith(("http://", "https://")) and not await leads_inside(url, ctx.settings.webhook_hosts)


async def send(ctx: Context, letter: Letter) -> None:
    if not letter.address.startswith(("http://", "https://")):
        raise Refused("This is no web address.")
    try:
        where = await pinned(letter.address, ctx.settings.webhook_hosts)
    except Inside:
        raise Refused("This address leads into the own network; WATTLINE_WEBHOOK_HOSTS may allow it.") from None
    except OSError:
        raise Trouble("The name of its host can't be resolved.") from None
    body = msgspec.json.encode(FORMS[letter.form](letter)).decode()
    now = ctx.now()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(letter.id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(letter.secret).sign(str(letter.id), now, body),
    }
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.post(
                where.url, content=body, headers=headers | where.headers, extensions=where.extensions
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Trouble(f"{type(error).__name__}: {error}"[:500]) from None
    if answer.is_success:
        return
    said = f"It answered {answer.status_code}: {answer.text[:200]}"
    if answer.status_code == 410:
        raise Gone(said)
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        raise Trouble(said)
    raise Refused(said)
