"""Every channel. A new one is a file with `send` and its line here."""

from collections.abc import Awaitable, Callable, Mapping

from backend.context import Context
from backend.notify.channels import email, push, webhook
from backend.notify.channels.base import Gone, Letter, NotSetUp, Refused, Trouble
from shared.notify import Channel

Send = Callable[[Context, Letter], Awaitable[None]]

CHANNELS: Mapping[Channel, Send] = {
    Channel.PUSH: push.send,
    Channel.EMAIL: email.send,
    Channel.WEBHOOK: webhook.send,
}
"""In the app a message stands by being written down."""

__all__ = ["CHANNELS", "Gone", "Letter", "NotSetUp", "Refused", "Trouble"]
