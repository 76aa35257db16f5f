"""Texts by language. English is the key; a text without a translation stays English."""

from app.i18n import de_bulk, de_cards, de_common, de_driver, de_faults, de_reports, de_stations

GERMAN = de_bulk.TEXTS | de_cards.TEXTS | de_common.TEXTS | de_driver.TEXTS | de_stations.TEXTS | de_reports.TEXTS | de_faults.TEXTS
CATALOGS: dict[str, dict[str, str]] = {"de": GERMAN}


def translate(text: str, language: str) -> str:
    return CATALOGS.get(language, {}).get(text, text)
