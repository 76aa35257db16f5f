"""How a letter looks on the wire. Pure."""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import msgspec

_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]{1,64}@[^@\s<>,;:\"\\]{1,250}")


class Attachment(msgspec.Struct, frozen=True):
    """kind: its media type, such as `application/pdf`."""

    name: str
    kind: str
    content: bytes


def is_address(text: str) -> bool:
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def one_line(text: str) -> str:
    """A header can't hold a line break: whoever wrote one wanted to add headers of their own."""
    return " ".join(text.split())[:250]


def stored(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    """As JSON."""
    return [
        {"name": one.name, "kind": one.kind, "content": base64.b64encode(one.content).decode()} for one in attachments
    ]


def message(
    *,
    id: str,
    sender: str,
    sender_name: str,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    attachments: Sequence[dict[str, str]] = (),
    at: datetime,
) -> EmailMessage:
    """The same letter has the same Message-ID each time it is sent: a server that got it twice can tell."""
    letter = EmailMessage()
    letter["Message-ID"] = f"<{id}@{sender.rpartition('@')[2]}>"
    letter["Date"] = format_datetime(at)
    letter["From"] = Address(display_name=one_line(sender_name), addr_spec=sender)
    letter["To"] = Address(addr_spec=recipient)
    if reply_to and is_address(reply_to):
        letter["Reply-To"] = Address(addr_spec=reply_to)
    letter["Subject"] = one_line(subject)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    for one in attachments:
        main, _, sub = one["kind"].partition("/")
        letter.add_attachment(base64.b64decode(one["content"]), maintype=main, subtype=sub, filename=one["name"])
    return letter
