"""What reserving costs, in plain words. Pure."""

from collections.abc import Callable
from decimal import Decimal

from app import i18n
from shared.money import PriceHeadline
from shared.reservations import ReservationPrice

Words = Callable[[str], str]


def reserving_sentence(headline: PriceHeadline | None, price: ReservationPrice | None, words: Words) -> str:
    """What it costs that a connector is kept, and not to come; empty: nothing. `price` None: not known (yet)."""
    said = [_kept_sentence(headline, words), *_unused_sentences(price, words)]
    return " ".join(one for one in said if one)


def _unused_sentences(price: ReservationPrice | None, words: Words) -> list[str]:
    if price is None or price.held is None:
        return []
    said = []
    if price.unused is not None:
        said.append(words("If you don't come: {amount}.").format(amount=i18n.money(price.unused)))
    if price.given_back is not None:
        said.append(words("If you give it back earlier: up to {amount}.").format(amount=i18n.money(price.given_back)))
    else:
        said.append(words("Giving it back in time costs nothing."))
    return [*said, words("We set {amount} aside until then.").format(amount=i18n.money(price.held))]


def _kept_sentence(headline: PriceHeadline | None, words: Words) -> str:
    if headline is None or not (headline.reservation or headline.reservation_flat):
        return ""

    def money(value: Decimal | None) -> str:
        return i18n.amount(value or Decimal(0), headline.currency)

    if not headline.reservation_flat:
        said = words("Reserving costs up to {hourly} for each hour that the connector is kept for you.")
    elif not headline.reservation:
        said = words("Reserving costs up to {once}.")
    else:
        said = words("Reserving costs up to {once}, and {hourly} for each hour that the connector is kept for you.")
    said = said.format(hourly=money(headline.reservation), once=money(headline.reservation_flat))
    return f"{said} {words('It is part of the bill of your session.')}"
