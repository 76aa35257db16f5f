"""What a service partner sees: the letter, and the page behind its link."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend.tickets import rules
from backend.tickets.words import spoken
from shared.tickets import Ticket, TicketState

FOLDER = Path(__file__).parent / "templates"
_templates = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
CSS = (FOLDER / "ticket.css").read_text(encoding="utf-8")
HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
WORDS = {
    TicketState.QUEUED: "Waits for you",
    TicketState.SENT: "Waits for you",
    TicketState.FAILED: "Waits for you",
    TicketState.ACKNOWLEDGED: "You take care of it",
    TicketState.DONE: "Done – thank you",
    TicketState.DECLINED: "You don't take it",
}


def letter(case: rules.Case) -> str:
    return _templates.get_template("letter.html").render(case=case, rows=rules.rows(case), say=spoken(case.language))


def page(case: rules.Case, ticket: Ticket, trouble: str = "") -> str:
    return _templates.get_template("ticket.html").render(
        case=case,
        ticket=ticket,
        rows=rules.rows(case),
        say=spoken(case.language),
        word=WORDS[ticket.state],
        over=ticket.state in (TicketState.DONE, TicketState.DECLINED),
        taken=ticket.state is TicketState.ACKNOWLEDGED,
        trouble=trouble,
        css=Markup(CSS),
    )


def unknown(language: str) -> str:
    return _templates.get_template("unknown.html").render(language=language, say=spoken(language), css=Markup(CSS))
