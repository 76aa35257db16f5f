"""Whose cars go before all others at a site: groups of drivers, groups of cards, tariffs. Chips to turn on and off."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import flet as ft

from app.hooks import Loaded
from app.operator.energy_rules import turned_first
from app.theme import S4, T12, Tokens
from app.widgets import surfaces
from app.widgets.text import muted, text
from shared.accounts import DriverGroup
from shared.base import Page
from shared.money import TariffRow
from shared.sites import GoesFirst
from shared.tokens import TokenGroup

Words = Callable[[str], str]


class Known(NamedTuple):
    """Whom one can choose."""

    drivers: Loaded[Page[DriverGroup]]
    cards: Loaded[Page[TokenGroup]]
    tariffs: Loaded[Page[TariffRow]]


def goes_first(
    known: Known, chosen: GoesFirst, t: Tokens, words: Words, on_change: Callable[[GoesFirst], None]
) -> list[ft.Control]:
    def kind(field: str, head: str, each: Sequence[tuple[str, str]]) -> list[ft.Control]:
        taken = getattr(chosen, field)
        there = {key for key, _ in each}
        gone = [(key, words("gone") if field == "driver_groups" else key) for key in taken if key not in there]
        return _chips(
            head,
            [(key, label, key in taken) for key, label in (*each, *gone)],
            t,
            lambda key: on_change(turned_first(chosen, field, key)),
            field,
        )

    parts: list[ft.Control] = [text(words("Goes first"), t, bold=True)]
    drivers, cards, tariffs = known.drivers.data, known.cards.data, known.tariffs.data
    failed = next((one for one in known if one.error is not None and one.data is None), None)
    if failed is not None and failed.error is not None:
        return [*parts, surfaces.failed(failed.error, t, failed.reload)]
    if drivers is None or cards is None or tariffs is None:
        return [*parts, surfaces.skeleton(t, height=40)]
    parts += kind("driver_groups", words("Groups of drivers"), [(one.id, one.name) for one in drivers.items])
    parts += kind("card_groups", words("Groups of cards"), [(one.name, one.name) for one in cards.items])
    parts += kind("tariffs", words("Tariffs"), [(one.name, one.name) for one in tariffs.items])
    told = words("Their cars get power before all others, whatever is chosen above. No limit is passed for that.")
    return [*parts, muted(told, t, size=T12)]


def _chips(
    head: str, each: Sequence[tuple[str, str, bool]], t: Tokens, on_turn: Callable[[str], None], field: str
) -> list[ft.Control]:
    if not each:
        return []
    chips: list[ft.Control] = [
        surfaces.chip(label, on, t, partial(on_turn, key), identifier=f"first-{field}-{place}")
        for place, (key, label, on) in enumerate(each)
    ]
    return [muted(head, t, size=T12), ft.Row(chips, spacing=S4, run_spacing=S4, wrap=True)]
