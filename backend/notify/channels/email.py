"""E-mail: a letter that `mail` delivers with retries of its own."""

from html import escape

from backend.context import Context
from backend.errors import InvalidInput
from backend.mail import service as mail
from backend.notify.channels.base import Letter, NotSetUp, Refused


async def send(ctx: Context, letter: Letter) -> None:
    if not mail.configured(ctx):
        raise NotSetUp("No mail server is set (WATTLINE_SMTP_HOST).")
    lines = "".join(f"<p>{escape(line)}</p>" for line in letter.body.splitlines() if line)
    more = f'<p><a href="{escape(letter.url)}">{escape(letter.url)}</a></p>' if letter.link else ""
    try:
        await mail.send(
            ctx,
            letter.address,
            letter.title,
            f"{letter.body}\n\n{letter.url if letter.link else ''}".strip() + "\n",
            f"<h2>{escape(letter.title)}</h2>{lines}{more}",
            tenant_id=letter.tenant_id,
            sender_name=letter.sender,
        )
    except InvalidInput as error:
        raise Refused(error.detail) from None
