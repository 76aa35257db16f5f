"""E-mail: what the mail server says of a letter is what became of the message."""

from html import escape

from backend.context import Context
from backend.errors import InvalidInput
from backend.jobs import TryAgain
from backend.mail import service as mail
from backend.notify.channels.base import Letter, NotSetUp, Refused, Trouble


async def send(ctx: Context, letter: Letter) -> None:
    if not mail.configured(ctx):
        raise NotSetUp("No mail server is set (WATTLINE_SMTP_HOST).")
    lines = "".join(f"<p>{escape(line)}</p>" for line in letter.body.splitlines() if line)
    more = f'<p><a href="{escape(letter.url)}">{escape(letter.url)}</a></p>' if letter.link else ""
    try:
        await mail.hand_over(
            ctx,
            letter.id,
            letter.address,
            letter.title,
            f"{letter.body}\n\n{letter.url if letter.link else ''}".strip() + "\n",
            f"<h2>{escape(letter.title)}</h2>{lines}{more}",
            sender_name=letter.sender,
            at=letter.at,
        )
    except InvalidInput as error:
        raise Refused(error.detail) from None
    except mail.Refused as error:
        raise Refused(str(error), ails=not error.recipient) from None
    except TryAgain as error:
        raise Trouble(str(error)) from None
