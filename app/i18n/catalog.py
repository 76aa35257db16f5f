"""Texts by language. English is the key; a text without a translation stays English."""

from app.i18n import (
    de_bills,
    de_bulk,
    de_cards,
    de_codes,
    de_common,
    de_driver,
    de_driver_reports,
    de_energy,
    de_mend,
    de_money,
    de_monitors,
    de_pay,
    de_repairs,
    de_reports,
    de_routes,
    de_rules,
    de_stations,
    de_terms,
    de_tickets,
    de_waiting,
)
from shared import said

PARTS = (
    de_bills,
    de_bulk,
    de_cards,
    de_codes,
    de_common,
    de_driver,
    de_driver_reports,
    de_stations,
    de_reports,
    de_rules,
    de_monitors,
    de_mend,
    de_money,
    de_pay,
    de_repairs,
    de_energy,
    de_terms,
    de_routes,
    de_tickets,
    de_waiting,
)
GERMAN: dict[str, str] = dict(said.GERMAN)
for _part in PARTS:
    GERMAN |= _part.TEXTS
CATALOGS: dict[str, dict[str, str]] = {"de": GERMAN}


def translate(text: str, language: str) -> str:
    return CATALOGS.get(language, {}).get(text, text)
