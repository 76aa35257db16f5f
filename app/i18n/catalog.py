"""Texts by language. English is the key; a text without a translation stays English."""

GERMAN = {
    "Find": "Finden",
    "Charge": "Laden",
    "History": "Verlauf",
    "Me": "Ich",
    "Overview": "Übersicht",
    "Stations": "Stationen",
    "Sessions": "Ladevorgänge",
    "Incidents": "Störungen",
    "Analytics": "Auswertung",
    "Settings": "Einstellungen",
    "Sign in": "Anmelden",
    "Sign out": "Abmelden",
    "Create account": "Konto anlegen",
    "E-mail": "E-Mail",
    "Password": "Passwort",
    "Name": "Name",
    "Try again": "Erneut versuchen",
    "Start charging": "Laden starten",
    "Stop charging": "Laden beenden",
    "Available": "Frei",
    "Charging": "Lädt",
    "Occupied": "Belegt",
    "Paused": "Pausiert",
    "Finishing": "Beendet",
    "Reserved": "Reserviert",
    "Out of service": "Außer Betrieb",
    "Faulted": "Gestört",
    "Offline": "Offline",
    "Unknown": "Unbekannt",
}
CATALOGS: dict[str, dict[str, str]] = {"de": GERMAN}


def translate(text: str, language: str) -> str:
    return CATALOGS.get(language, {}).get(text, text)
