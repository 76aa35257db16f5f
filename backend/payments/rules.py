"""The life of a payment. Pure."""

import re
import string
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec

from backend.tariffs.rules import round_money
from backend.tenants.rules import language

PENDING, HELD, CAPTURING, CAPTURED, RELEASING, RELEASED, FAILED = (
    "pending",
    "held",
    "capturing",
    "captured",
    "releasing",
    "released",
    "failed",
)
NEXT: dict[str, frozenset[str]] = {
    PENDING: frozenset({HELD, FAILED, CAPTURED}),
    HELD: frozenset({CAPTURING, RELEASING, RELEASED}),
    CAPTURING: frozenset({CAPTURED, FAILED}),
    RELEASING: frozenset({RELEASED, FAILED}),
    CAPTURED: frozenset(),
    # The provider gave a hold back by itself, before the bill: the card is asked once more.
    RELEASED: frozenset({CAPTURING}),
    # A failed capture or release may be tried again.
    FAILED: frozenset({CAPTURING, RELEASING, HELD}),
}
MOST = Decimal(1_000_000)
RETRY_HOURS = (1, 24, 72)
"""When a capture that was refused is tried again, unless a tenant says otherwise; after the last one it is a debt."""
LONGEST_RETRY_HOURS = 720


def may_become(state: str, wanted: str) -> bool:
    return wanted in NEXT[state]


def retry_after(tries: int, hours: Sequence[int] = RETRY_HOURS) -> timedelta | None:
    """After so many refused tries. None: no more; it becomes a debt."""
    return timedelta(hours=hours[tries - 1]) if 0 < tries <= len(hours) else None


def hours_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def hours_problem(hours: Sequence[int]) -> str:
    if any(not 1 <= one <= LONGEST_RETRY_HOURS for one in hours):
        return f"A payment is tried again after 1 to {LONGEST_RETRY_HOURS} hours."
    return ""


SECRET_NAME = re.compile(r"env:(WATTLINE_PAY_[A-Z0-9_]{1,60})")
"""A secret that isn't stored but named: nothing else of the environment can be named."""


def secret_name(value: str) -> str:
    """The name in the environment; empty: it is the secret itself."""
    found = SECRET_NAME.fullmatch(value.strip())
    return found[1] if found else ""


CREDITED = "credited"
"""How a bill is paid of which nothing is left to pay: it was credited, or nobody asks for it any more."""


def standing(
    total: Decimal, corrected: Decimal, captured: Decimal, written_off: Decimal, state: str
) -> tuple[Decimal, str]:
    """(what is still to pay, how the bill is paid). corrected: the sum of its corrections, credits below zero."""
    owed = max(total + corrected - captured - written_off, Decimal(0))
    let_go = corrected < 0 or written_off > 0
    return owed, CREDITED if state in (FAILED, "invoiced") and let_go and not owed else state


class Split(msgspec.Struct, frozen=True):
    """What is taken from the hold, and what stays owed."""

    capture: Decimal
    owed: Decimal


def split(due: Decimal, held: Decimal) -> Split:
    """Never more than was held is captured; the rest is a debt that an operator sees."""
    return Split(min(due, held), max(due - held, Decimal(0)))


class Shares(msgspec.Struct, frozen=True):
    """Who pays a bill: the wallet's reserve first, the card up to its hold, the rest is owed."""

    wallet: Decimal
    card: Decimal
    owed: Decimal


def shares(due: Decimal, reserved: Decimal, held: Decimal) -> Shares:
    """They add up to `due`; `reserved` is part of `held`, the amount that was asked for."""
    wallet = min(due, reserved)
    card = min(due - wallet, max(held - reserved, Decimal(0)))
    return Shares(wallet, card, due - wallet - card)


def wallet_kind(kind: str, left: Decimal, *, spent: bool) -> str:
    """What a change of a wallet is by now. left: what is gone of a reserve after what came back."""
    if kind != "reserve":
        return kind
    if spent:
        return "spend"
    return "reserve" if left else "restore"


def why_not_amount(amount: Decimal, currency: str) -> str:
    """Plain words of why nobody can pay this; empty: they can."""
    if not amount.is_finite() or amount <= 0:
        return "The amount must be more than zero."
    if amount > MOST:
        return f"The amount can't be more than {MOST}."
    if round_money(amount, currency) != amount:
        return "The amount is finer than the smallest coin of the currency."
    return ""


def why_not_charge(owed: Decimal, wanted: Decimal, *, allowed: bool, limit: Decimal) -> bool:
    """Whether debts stand in the way. allowed: people may owe up to `limit`, with what they want now."""
    if owed <= 0:
        return False
    return not allowed or owed + wanted > limit


def may_go_unpaid(owed: Decimal, wanted: Decimal, *, allowed: bool, limit: Decimal) -> bool:
    """Whether somebody may charge although nothing can be reserved, because the provider is down."""
    return allowed and owed + wanted <= limit


DISPUTE_OVER = frozenset({"won", "lost", "warning_closed"})


def dispute_after(known: str, told: str) -> str:
    """Reports come in any order: what is over stays so."""
    return known if known in DISPUTE_OVER and told not in DISPUTE_OVER else told[:20]


# --- letters ---------------------------------------------------------------------------------------------------

PLACEHOLDERS = ("name", "amount", "operator")
LETTERS = {
    "letter_subject": "Your payment failed",
    "letter_retry": (
        "Hello {name},\n\nthe payment of {amount} for your charging session failed."
        "\n\nWe will try again. You can add another card in the app under Me, Wallet and cards."
    ),
    "letter_last": (
        "Hello {name},\n\nthe payment of {amount} for your charging session failed."
        "\n\nPlease settle it in the app under Me, Wallet and cards. Until then you may not be able to charge."
    ),
}
"""The usual words to people whose payment failed: while it is tried again, and when it is a debt."""
GERMAN_LETTERS = {
    "letter_subject": "Ihre Zahlung ist fehlgeschlagen",
    "letter_retry": (
        "Guten Tag {name},\n\ndie Zahlung von {amount} für Ihren Ladevorgang ist fehlgeschlagen."
        "\n\nWir versuchen es noch einmal. Eine andere Karte können Sie in der App angeben, unter Ich, Guthaben und"
        " Karten."
    ),
    "letter_last": (
        "Guten Tag {name},\n\ndie Zahlung von {amount} für Ihren Ladevorgang ist fehlgeschlagen."
        "\n\nBitte begleichen Sie sie in der App unter Ich, Guthaben und Karten. Bis dahin können Sie vielleicht"
        " nicht laden."
    ),
}


def letters(country: str) -> dict[str, str]:
    return GERMAN_LETTERS if language(None, country) == "de" else LETTERS


def letter_problem(text: str, *, one_line: bool = False) -> str:
    """Why a letter can't be written so; empty: it can."""
    if one_line and ("\n" in text or "\r" in text):
        return "A subject is one line."
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return "A { or } stands alone: write it twice, or name a placeholder."
    for _, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            return f"{{{name}}} is unknown here; you can use {known}."
    return ""


def filled(text: str, **values: str) -> str:
    """With what placeholders stand for; of a text without `letter_problem`. What is put in is never read again."""
    return text.format(**values)
