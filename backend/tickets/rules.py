"""What a ticket says, who gets it, which answers go on from where, and the link by which one answers. Pure."""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.tickets.words import spoken
from shared.operations import IncidentState
from shared.said.evidence import evidence
from shared.tickets import TicketAnswerState, TicketState

RETRIES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 6 * 3600, 12 * 3600))
"""How long a webhook that is down is waited for before the next try; after the last one the ticket has failed."""
LIVE = (TicketState.QUEUED, TicketState.SENT, TicketState.ACKNOWLEDGED)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{32}")


def _mac(secret: str, text: str) -> str:
    digest = hmac.digest(secret.encode(), f"ticket:{text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()


def token(secret: str, ticket_id: UUID) -> str:
    """Names a ticket in its link; only the house can make one."""
    return base64.urlsafe_b64encode(ticket_id.bytes).decode().rstrip("=") + "." + _mac(secret, ticket_id.hex)


def ticket_of(secret: str, given: str) -> UUID | None:
    """The ticket that a link names; None for one that we never made."""
    if not _TOKEN.fullmatch(given):
        return None
    ticket_id = UUID(bytes=base64.urlsafe_b64decode(given.partition(".")[0] + "=="))
    return ticket_id if hmac.compare_digest(token(secret, ticket_id), given) else None


def chosen(partners: Sequence[Mapping[str, Any]], location: str) -> Mapping[str, Any] | None:
    """Who gets it where nobody chose: the one for this site, else one for all sites, the oldest first."""
    own = [one for one in partners if location and location in one["locations"]]
    every = [one for one in partners if not one["locations"]]
    return next(iter(own or every), None)


def why_not(state: TicketState, answer: TicketAnswerState) -> str:
    """Why an answer can't be taken any more; empty where it can, or where it says what is known."""
    if state in (TicketState.DONE, TicketState.DECLINED) and answer.value != state.value:
        return "This ticket is closed already."
    return ""


def next_incident(answer: TicketAnswerState, now: IncidentState, others: bool) -> IncidentState | None:
    """What an answer makes of its incident. `others`: another partner has a ticket about it. What nobody takes any more
    needs people again."""
    if answer is TicketAnswerState.DECLINED:
        theirs = now in (IncidentState.ACKNOWLEDGED, IncidentState.IN_REPAIR)
        return IncidentState.OPEN if theirs and not others else None
    if now is IncidentState.CLOSED:
        return None
    if answer is TicketAnswerState.DONE:
        return IncidentState.WATCHED
    return IncidentState.IN_REPAIR if now is not IncidentState.WATCHED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a service partner must know."""

    number: str
    sender: str
    contact: str
    title: str
    severity: str
    detail: str
    cause: str
    advice: str
    station: str
    identity: str
    vendor: str
    model: str
    serial: str
    firmware: str
    connector: str
    place: str
    address: str
    opened_at: datetime
    zone: str
    note: str
    by: str
    evidence: Mapping[str, Any]
    link: str
    language: str = "en"
    """Of the letter and its page; what the house says of the fault is in it."""


DATES = {"en": "%Y-%m-%d %H:%M", "de": "%d.%m.%Y %H:%M"}
SEVERITIES = {"critical": "Critical", "warning": "Warning", "info": "For your information"}


def subject(one: Case) -> str:
    where = one.station or one.identity or one.place
    return f"[{one.number}] {one.title}{f' – {where}' if where else ''}"


def rows(one: Case) -> list[tuple[str, str]]:
    """Name and value, only what is known."""
    say = spoken(one.language)
    made = " ".join(part for part in (one.vendor, one.model) if part)
    if one.serial:
        made += f", {say('serial number')} {one.serial}"
    since = f"{one.opened_at.astimezone(ZoneInfo(one.zone)):{DATES.get(one.language, DATES['en'])}} ({one.zone})"
    found = [
        ("Fault", f"{one.title} ({say(SEVERITIES.get(one.severity, one.severity))})"),
        ("Seen", one.detail),
        ("Since", since),
        ("Station", f"{one.station} ({one.identity})" if one.station not in ("", one.identity) else one.identity),
        ("Connector", one.connector),
        ("Model", made),
        ("Firmware", one.firmware),
        ("Site", one.place),
        ("Address", one.address),
        ("Likely cause", one.cause),
        ("Suggested", one.advice),
        ("Message", f"{one.note} ({one.by})" if one.note and one.by else one.note),
    ]
    seen = evidence({name: str(value) for name, value in one.evidence.items()}, say)
    return [(say(name), value) for name, value in found if value] + [
        (f"{say('Measured')}: {name}", value) for name, value in seen
    ]


def text(one: Case) -> str:
    """The letter, to be read without HTML too."""
    say, known = spoken(one.language), rows(one)
    wide = max(len(name) for name, _ in known) + 2
    lines = [say("{sender} asks you to look after a charging station.").format(sender=one.sender), ""]
    lines += [f"{name + ':':<{wide}}{value}" for name, value in known]
    lines += ["", say("Say here that you take it, and that it is done:"), one.link, ""]
    if one.contact:
        lines.append(f"{say('Questions')}: {one.contact}")
    lines.append(f"{say('Ticket')} {one.number}")
    return "\n".join(lines)


def data(one: Case, answer_url: str) -> dict[str, Any]:
    """For a program: `answer_url` takes {"state": "acknowledged" | "done" | "declined", "note": …}."""
    names = ("number", "detail", "cause", "advice", "station", "identity", "vendor", "model", "serial", "firmware")
    more = ("connector", "place", "address", "note")
    values = {name: getattr(one, name) for name in (*names, *more)}
    return {**values, "opened_at": one.opened_at.isoformat(), "evidence": dict(one.evidence), "answer_url": answer_url}


def sites_known(wanted: Collection[str], known: Collection[str]) -> list[str]:
    """Sites that don't exist."""
    return sorted(set(wanted) - set(known))
