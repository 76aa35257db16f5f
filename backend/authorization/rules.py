"""Whether an id token may charge: pure decisions."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

MAX_LENGTH = 36
"""OCPP 2.0.1 IdTokenType; 1.6 allows 20, and stations send 21."""
CENTRAL_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class TokenStatus(StrEnum):
    """A word of OCPP's AuthorizationStatus, in our spelling. A token that nobody knows is INVALID."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """What a decision depends on, of a token that has a row."""

    id: UUID
    type: str
    account_id: UUID | None
    parent: str
    blocked_at: datetime | None
    expires_at: datetime | None
    account_disabled_at: datetime | None
    master_pass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`parent` is the group a token belongs to (1.6 parentIdTag, 2.0.1 groupIdToken), empty for none."""

    status: TokenStatus
    type: str = "Central"
    token_id: UUID | None = None
    account_id: UUID | None = None
    parent: str = ""
    expires_at: datetime | None = None
    master_pass: bool = False
    """It stops every session and starts none (2.0.1 C16)."""

    @property
    def accepted(self) -> bool:
        return self.status is TokenStatus.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A token as a station may keep it in its own list."""

    value: str
    type: str
    decision: Decision


def known(row: Mapping[str, Any]) -> KnownToken:
    """Of a row of the table, with `disabled_at` of its account."""
    return KnownToken(
        id=row["id"],
        type=row["type"],
        account_id=row["account"],
        parent=row["parent"],
        blocked_at=row["blocked_at"],
        expires_at=row["expires_at"],
        account_disabled_at=row["disabled_at"],
        master_pass=row["master_pass"],
    )


def normal(value: str) -> str:
    """A token as it is compared: OCPP calls it a case-insensitive string (1.6 CiString20Type)."""
    return value.strip().lower()


def masked(value: str) -> str:
    """As people may see it: enough to know it again."""
    return f"•••{value[-4:]}" if len(value) > 4 else value


def may_be_token(value: str) -> bool:
    return 0 < len(normal(value)) <= MAX_LENGTH and value.isprintable()


def decide(known: KnownToken | None, now: datetime) -> Decision:
    """Blocked wins over expired: it was somebody's decision, and a new date must not undo it."""
    if known is None:
        return Decision(status=TokenStatus.INVALID)
    if known.blocked_at is not None or known.account_disabled_at is not None:
        status = TokenStatus.BLOCKED
    elif known.expires_at is not None and known.expires_at <= now:
        status = TokenStatus.EXPIRED
    else:
        status = TokenStatus.ACCEPTED
    return Decision(
        status=status,
        type=known.type,
        token_id=known.id,
        account_id=known.account_id,
        parent=known.parent,
        expires_at=known.expires_at,
        master_pass=known.master_pass,
    )


def to_start(decision: Decision | None) -> Decision | None:
    """What holds of a token that begins a session: a master pass begins none."""
    if decision is not None and decision.accepted and decision.master_pass:
        return replace(decision, status=TokenStatus.INVALID)
    return decision


def may_change_type(type: str, account_id: UUID | None) -> bool:
    """By its own token the app starts: as a card it would be found no more."""
    return type != "Central" or account_id is None


GUEST_LABEL = "Guest"
_GUEST = "GST"


def new_guest_value() -> str:
    """As `new_central_value`."""
    return _GUEST + new_central_value()[3:]


def is_guest(value: str) -> bool:
    return value.startswith(_GUEST) and len(value) == 17


def new_central_value() -> str:
    """A token for an app user: 17 characters, so that it fits the 20 of OCPP 1.6; 68 bits that nobody guesses."""
    return "APP" + "".join(secrets.choice(CENTRAL_ALPHABET) for _ in range(14))
