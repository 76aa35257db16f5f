"""Links nobody guesses, forms nobody forges, and what to do at a connector that can't be used. Pure."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from shared.money import PriceHeadline, TargetNew

FORM_LIFE_S = 1800
"""A form that was opened earlier is shown anew before money moves: prices and states may have changed."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{32}")
_OUTLET = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def _mac(secret: str, purpose: str, text: str) -> str:
    digest = hmac.digest(secret.encode(), f"{purpose}:{text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()


def _short(value: UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def visit_token(secret: str, visit_id: UUID) -> str:
    """The name of a visit in its link: 192 bits of it can only be made with the secret."""
    return f"{_short(visit_id)}.{_mac(secret, 'visit', visit_id.hex)}"


def visit_of(secret: str, token: str) -> UUID | None:
    """The visit that a link names; None for one that we never made."""
    if not _TOKEN.fullmatch(token):
        return None
    visit_id = UUID(bytes=base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    return visit_id if hmac.compare_digest(visit_token(secret, visit_id), token) else None


def form_key(secret: str, connector_id: UUID, visit_id: UUID, now: datetime) -> str:
    """What a form carries: the visit that it will begin (once, however often it is sent), where, and since when."""
    text = f"{visit_id.hex}.{int(now.timestamp())}"
    return f"{text}.{_mac(secret, 'form', f'{connector_id.hex}.{text}')}"


def visit_of_form(secret: str, connector_id: UUID, key: str, now: datetime) -> UUID | None:
    """None for a form that isn't ours, is for another connector, or was opened too long ago."""
    visit, _, rest = key.partition(".")
    since, _, mac = rest.partition(".")
    if not (re.fullmatch(r"[0-9a-f]{32}", visit) and re.fullmatch(r"\d{1,12}", since)):
        return None
    right = hmac.compare_digest(_mac(secret, "form", f"{connector_id.hex}.{visit}.{since}").encode(), mac.encode())
    fresh = 0 <= now.timestamp() - int(since) + 5 <= FORM_LIFE_S
    return UUID(visit) if right and fresh else None


def outlet(label: str) -> tuple[int, int] | None:
    """(evse, number) of what is printed beside an outlet: `2` or `2-1`."""
    match = _OUTLET.fullmatch(label)
    return (int(match[1]), int(match[2] or 1)) if match else None


def address(public_url: str, identity: str, label: str) -> str:
    """What the code on a connector says."""
    return f"{public_url}/qr/{quote(identity, safe='')}/{label}"


def own_site(headers: dict[str, str], host: str) -> bool:
    """Whether a form was sent from a page of ours. Old browsers tell neither: then its key alone must do."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin", "")
    return not origin or origin.partition("://")[2] == host


UNITS = {"money": "", "energy": "kWh", "minutes": "min"}


def units(price: PriceHeadline | None) -> list[tuple[str, str]]:
    """(word of a form, unit) of what a guest may stop at."""
    return [(kind, unit or (price.currency if price else "")) for kind, unit in UNITS.items()]


def wished(kind: str, value: str) -> TargetNew | None:
    """What a form says of a target; None: nothing. Raises ValueError for what is none."""
    text = value.strip().replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text) or kind not in UNITS:
        raise ValueError(value)
    amount = Decimal(text)
    if kind == "money":
        found: dict[str, Any] = {"money": amount}
    elif kind == "energy":
        found = {"energy_wh": int(amount * 1000)}
    else:
        found = {"minutes": int(amount)}
    return msgspec.convert(found, TargetNew)


ADVICE = {
    "target_impossible": "Choose a higher target, or leave the field empty.",
    "station_offline": "Use another charger, or try again in some minutes: chargers often come back by themselves.",
    "connector_taken": "Use another connector, or come back when the car has left. This page tells when it is free.",
    "connector_faulted": "Use another connector. The operator sees the fault and has been told.",
    "connector_unavailable": "Use another connector. The operator has taken this one out of service.",
    "connector_reserved": "Use another connector. If the reservation is yours, start from the app.",
    "start_rejected": "Check that the cable is plugged in at both ends, then try again.",
    "station_timeout": "Wait a moment, then try again; or use another charger.",
    "payment_declined": "Try another card. Nothing was charged.",
    "payment_unavailable": "Try again in a minute. Nothing was charged.",
    "currency_differs": "Use another charger. The operator has to correct the price of this one.",
    "form_old": "This page was open for long. Look at the price once more, then start.",
    "no_choice": "Choose one of the lines below.",
    "words_missing": "Write what you see, then send it again.",
    "too_many": "Wait a minute, then try again.",
}
"""What to do next, by the code of what stands in the way."""
