"""The words of the public status page. English is the key. Pure."""

from datetime import date

from babel.dates import format_date

from backend.papers.words import Voice

GERMAN = {
    "Working": "In Betrieb",
    "Partly working": "Teilweise in Betrieb",
    "Out of service": "Außer Betrieb",
    "Everything works": "Alles funktioniert",
    "Some chargers don't work": "Einige Ladepunkte funktionieren nicht",
    "Most chargers don't work": "Die meisten Ladepunkte funktionieren nicht",
    "{name} – status": "{name} – Status",
    "{working} of {total} connectors work": "{working} von {total} Anschlüssen funktionieren",
    "{percent} % of the last {days} days": "{percent} % der letzten {days} Tage",
    "{days} days ago": "vor {days} Tagen",
    "today": "heute",
    "There are no places to charge yet.": "Es gibt noch keine Standorte.",
    "As of {at}. This page loads itself anew each minute.": "Stand: {at}. Diese Seite lädt sich jede Minute neu.",
}


class StatusVoice(Voice):
    def __call__(self, text: str, **values: str | int) -> str:
        said = GERMAN.get(text, text) if self.language == "de" else text
        return said.format(**values) if values else said

    def day(self, day: date) -> str:
        return format_date(day, "medium", locale=self.locale)
