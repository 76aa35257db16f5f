"""Service partners, and the tickets they get about incidents."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Id = Annotated[str, msgspec.Meta(min_length=36, max_length=36)]
Note = Annotated[str, msgspec.Meta(max_length=2000)]


class PartnerKind(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class PartnerSet(Request):
    """`address`: an e-mail address, or an https address that gets signed JSON. `location_ids` empty: for all sites."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    kind: PartnerKind
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    location_ids: Annotated[list[Id], msgspec.Meta(max_length=500)] = []


class Partner(Message):
    """`secret` signs what a webhook gets (standardwebhooks.com); administrators see it."""

    id: str
    name: str
    kind: PartnerKind
    address: str
    location_ids: list[str]
    secret: str = ""
    open_tickets: int = 0


class Partners(Message):
    partners: list[Partner]


class TicketState(StrEnum):
    """FAILED: it couldn't be delivered. DECLINED: the partner doesn't take it."""

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    DECLINED = "declined"
    FAILED = "failed"


class TicketNew(Request):
    """`partner_id` None: the one for this site."""

    partner_id: Id | None = None
    note: Note = ""


class Ticket(Message):
    """`attempts` and `error`: of a delivery that has trouble. `answer`: the partner's last words."""

    id: str
    number: str
    incident_id: str
    partner_id: str | None
    partner: str
    state: TicketState
    note: str
    by: str
    attempts: int
    error: str
    answer: str
    created_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    ended_at: datetime | None


class TicketAnswerState(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    DECLINED = "declined"


class TicketAnswer(Request):
    """What a service partner says; the link in the ticket stands for their sign-in."""

    state: TicketAnswerState
    note: Note = ""


class TicketShown(Message):
    """A ticket as its service partner sees it."""

    number: str
    state: TicketState
    title: str
    answer: str
