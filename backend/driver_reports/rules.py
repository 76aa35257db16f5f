"""Who counts, how long a report holds, and what proves that it is over. Pure."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from shared.driver_reports import ProblemKind as Kind

AN_HOUR, MOST_AN_HOUR = timedelta(hours=1), 5
"""Outlets that one person may report within an hour."""
THERE_WITHIN = timedelta(hours=24)
"""How long ago somebody's last try at a station may be, to count as having stood there."""
LASTS = {kind: timedelta(days=3) for kind in Kind} | {
    Kind.BLOCKED: timedelta(hours=3),
    Kind.DAMAGE: timedelta(days=30),
}
"""After that long a report that nobody repeated counts no more."""
PROVEN_BY_CHARGING = frozenset({Kind.WONT_START, Kind.CABLE_STUCK, Kind.BLOCKED})
"""What can't be so any more once somebody charged there. A dark screen, a terminal and damage may well be."""
PROOF_WH = 500
TEXTS = {
    Kind.WONT_START: "A driver: charging doesn't start.",
    Kind.SCREEN_DARK: "A driver: the screen is dark.",
    Kind.CABLE_STUCK: "A driver: the cable is stuck.",
    Kind.PAYMENT: "A driver: paying doesn't work.",
    Kind.BLOCKED: "A driver: the place is blocked.",
    Kind.DAMAGE: "A driver: something is damaged.",
    Kind.OTHER: "A driver has a problem.",
}
"""Lines of an incident's timeline."""


def of_account(account_id: UUID) -> str:
    return f"account:{account_id.hex}"


def of_visit(visit_id: UUID) -> str:
    return f"visit:{visit_id.hex}"


def of_address(secret: str, address: str) -> str:
    """Of somebody without account or session: the same for the same address, and nobody can tell which it is."""
    return f"address:{hmac.digest(secret.encode(), f'reporter:{address}'.encode(), hashlib.sha256).hex()[:40]}"


def tidy(words: str) -> str:
    """On one line, without what no column takes."""
    return " ".join(words.replace("\0", "").split())
