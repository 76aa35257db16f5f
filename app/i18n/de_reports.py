"""German texts of the operator's sessions, incidents, analytics and settings."""

# Longer than 400 lines: a dictionary, in parts by page.

SESSIONS: dict[str, str] = {
    "Now": "Jetzt",
    "Ended": "Beendet",
    "Not started": "Nicht gestartet",
    "Waits for the car": "Wartet aufs Auto",
    "Paused by the car": "Auto pausiert",
    "Paused by the station": "Station pausiert",
    "Plugged in": "Angesteckt",
    "Card {number}": "Karte {number}",
    "No. {number}": "Nr. {number}",
    "{n} charging": "{n} laden",
    "{n} waiting for the car": "{n} warten aufs Auto",
    "Earlier": "Früher",
    "Nobody is charging now.": "Gerade lädt niemand.",
    "No running session fits this search.": "Kein laufender Vorgang passt zu dieser Suche.",
    "A session appears here the moment that a station begins it.": (
        "Ein Vorgang erscheint hier, sobald eine Station ihn beginnt."
    ),
    "Since": "Seit",
    "No session fits": "Kein Vorgang passt",
    "No session has ended yet": "Noch kein Vorgang ist beendet",
    "Each ended session is kept here with its energy, time, cost and receipt.": (
        "Jeder beendete Vorgang bleibt hier mit Energie, Dauer, Kosten und Beleg."
    ),
    "Look at the stations": "Zu den Stationen",
    "Loading …": "Lädt …",
    "Look at its notes": "Hinweise ansehen",
    "Search driver, card, station or number": "Fahrer, Karte, Station oder Nummer suchen",
    "Session {number}": "Vorgang {number}",
    "Highest power": "Höchste Leistung",
    "Battery at the end": "Batterie am Ende",
    "{name} was asked to stop.": "{name} soll beenden.",
    "Cancel the start at {name}?": "Start an {name} abbrechen?",
    "The reservation on the card is given back.": "Die Reservierung auf der Karte wird freigegeben.",
    "Keep it running": "Weiterlaufen lassen",
    "free": "kostenlos",
    "The first reading comes within a minute.": "Der erste Messwert kommt innerhalb einer Minute.",
    "How fast did it charge?": "Wie schnell wurde geladen?",
    "Connector: {power}": "Anschluss: {power}",
    "How much energy went in?": "Wie viel Energie floss?",
    "What to know about this session": "Was man über diesen Vorgang wissen sollte",
    "The station never began.": "Die Station hat nie begonnen.",
    "Nothing was charged. Look at the station's log for what it was asked and answered.": (
        "Es wurde nichts berechnet. Das Protokoll der Station zeigt, was sie gefragt wurde und geantwortet hat."
    ),
    "What happened": "Was geschah",
    "Unknown: charged with a card": "Unbekannt: mit Karte geladen",
    "Card": "Karte",
    "Who and at which price": "Wer und zu welchem Preis",
    "By invoice: nobody is signed in with a payment method.": (
        "Auf Rechnung: niemand ist mit einem Zahlungsmittel angemeldet."
    ),
    "Nothing to pay.": "Nichts zu bezahlen.",
    "At the end": "Am Ende",
    "Last reading": "Letzter Messwert",
    "At the start": "Am Anfang",
    "Readings": "Messwerte",
    "Meter": "Zähler",
    "Method": "Zahlungsmittel",
    "Taken": "Eingezogen",
    "Asking for the reservation": "Reservierung läuft",
    "Being taken": "Wird eingezogen",
    "Being given back": "Wird freigegeben",
    "Given back": "Freigegeben",
    "Failed": "Fehlgeschlagen",
    "Start asked for": "Start angefordert",
    "Session began": "Vorgang begonnen",
    "Energy flows": "Energie fließt",
    "The car pauses": "Das Auto pausiert",
    "The station pauses": "Die Station pausiert",
    "Stop asked for": "Ende angefordert",
    "Session ended": "Vorgang beendet",
    "Session ended: {reason}": "Vorgang beendet: {reason}",
    "It never began": "Er hat nie begonnen",
    "Receipt {value} written": "Beleg {value} geschrieben",
    "The station told of the start {value} min later": "Die Station meldete den Start {value} min später",
    "The station told of the stop {value} min later": "Die Station meldete das Ende {value} min später",
    "Amount reserved": "Betrag reserviert",
    "Reserved amount given back": "Reservierter Betrag freigegeben",
    "stopped at the station": "an der Station beendet",
    "stopped from the app": "aus der App beendet",
    "the cable was pulled out": "Kabel abgezogen",
    "the power failed": "Stromausfall",
    "emergency stop": "Not-Halt",
    "not authorized": "nicht berechtigt",
    "the station's stop never came": "das Ende wurde nie gemeldet",
    "the cable was unlocked from here": "Kabel von hier aus entriegelt",
    "stopped by the car": "vom Auto beendet",
    "the battery is full enough": "die Batterie ist voll genug",
    "the energy limit was reached": "die Energiegrenze ist erreicht",
    "the time limit was reached": "die Zeitgrenze ist erreicht",
    "nobody plugged in": "niemand hat angesteckt",
    "residual current protection": "Fehlerstromschutz",
    "over-current protection": "Überstromschutz",
}

NOTES: dict[str, str] = {
    "One reading can't be true and was left out.": "Ein Messwert kann nicht stimmen und zählt nicht.",
    "{n} readings can't be true and were left out.": "{n} Messwerte können nicht stimmen und zählen nicht.",
    "The energy is estimated from the last reading that can be believed.": (
        "Die Energie ist aus dem letzten glaubwürdigen Messwert geschätzt."
    ),
    "The station never told of the stop. If it does later, the bill follows.": (
        "Die Station hat das Ende nie gemeldet. Meldet sie es noch, folgt die Rechnung."
    ),
    "The meter ran backwards; such readings are not billed.": (
        "Der Zähler lief rückwärts; solche Werte werden nicht berechnet."
    ),
    "The meter jumped further than this connector can deliver; such readings are not billed.": (
        "Der Zähler sprang weiter, als dieser Anschluss liefern kann; solche Werte werden nicht berechnet."
    ),
    "The station didn't tell the meter at the start, so no energy is billed.": (
        "Die Station nannte keinen Zählerstand am Anfang, darum wird keine Energie berechnet."
    ),
    "The meter's signature doesn't fit its data.": "Die Signatur des Zählers passt nicht zu seinen Daten.",
    "The signed registers say another energy than the session.": (
        "Die signierten Zählerstände ergeben eine andere Energie als der Ladevorgang."
    ),
    "The station sent kWh where it said Wh; it was put right.": (
        "Die Station sandte kWh und nannte es Wh; das ist berichtigt."
    ),
    "The station was offline for a part of it and told us later.": (
        "Die Station war zeitweise offline und hat es nachgemeldet."
    ),
    "The station skipped some messages of this session.": "Die Station hat Meldungen dieses Vorgangs ausgelassen.",
    "The station never told of the start; it is known from what came later.": (
        "Die Station hat den Start nie gemeldet; er ist aus dem Späteren bekannt."
    ),
    "The stop came after the session was closed here and billed.": (
        "Das Ende kam, als der Vorgang hier schon geschlossen und abgerechnet war."
    ),
    "The station's clock is wrong: times are those at which its messages came.": (
        "Die Uhr der Station geht falsch: es gelten die Zeiten, zu denen ihre Meldungen kamen."
    ),
    "The card isn't allowed to charge. The station was asked to stop.": (
        "Die Karte darf nicht laden. Die Station wurde gebeten zu beenden."
    ),
    "Energy flowed although nobody was allowed to charge.": "Es floss Energie, obwohl niemand laden durfte.",
    "The station itself says that this connector is free.": "Die Station selbst meldet diesen Anschluss als frei.",
    "A new session began on this connector before this one was stopped.": (
        "Ein neuer Vorgang begann an diesem Anschluss, bevor dieser beendet war."
    ),
}

INCIDENTS: dict[str, str] = {
    "More": "Mehr",
    "{place}, {n} open": "{place}, {n} offen",
    "and {n} more": "und {n} weitere",
    "Needs you": "Braucht Sie",
    "In hand": "In Arbeit",
    "Closed": "Geschlossen",
    "Critical": "Kritisch",
    "Warning": "Warnung",
    "For your information": "Zur Kenntnis",
    "Nothing is in hand": "Nichts ist in Arbeit",
    "Incidents that somebody has taken stand here until they are closed.": (
        "Störungen, um die sich jemand kümmert, stehen hier, bis sie geschlossen sind."
    ),
    "Nothing needs you now": "Gerade braucht Sie nichts",
    "When a station faults or falls silent, it appears here with what to do.": (
        "Wenn eine Station gestört ist oder verstummt, steht es hier mit dem, was zu tun ist."
    ),
    "Nothing was closed yet": "Noch nichts geschlossen",
    "Closed incidents are kept here with who closed them.": (
        "Geschlossene Störungen bleiben hier, mit dem, der sie geschlossen hat."
    ),
    "Since {when}": "Seit {when}",
    "{name} is on it since {when}": "{name} kümmert sich seit {when}",
    "{name} took care of it": "{name} hat sich gekümmert",
    "closed by {name} {when}": "geschlossen von {name} {when}",
    "ended by itself {when}": "von selbst beendet {when}",
    "Close this incident at {name}?": "Diese Störung an {name} schließen?",
    "It opens anew when the station reports the same again.": (
        "Sie öffnet sich neu, wenn die Station dasselbe wieder meldet."
    ),
    "Close it": "Schließen",
}

RULES: dict[str, str] = {}

ADVICE: dict[str, str] = {}

ANALYTICS: dict[str, str] = {
    "Utilisation": "Auslastung",
    "Uptime": "Verfügbarkeit",
    "Success": "Erfolg",
    "How much energy did cars take?": "Wie viel Energie luden Autos?",
    "What did drivers pay?": "Was zahlten Fahrer?",
    "How much of the time was a port in use?": "Wie viel der Zeit war ein Ladepunkt belegt?",
    "How much of the time did the ports work?": "Wie viel der Zeit waren die Ladepunkte bereit?",
    "How many tries gave energy?": "Wie viele Versuche gelangen?",
    "Where did cars take most energy?": "Wo luden Autos am meisten?",
    "Where did drivers pay most?": "Wo zahlten Fahrer am meisten?",
    "Which site is used most?": "Welcher Standort ist am meisten belegt?",
    "Which site works best?": "Welcher Standort ist am verlässlichsten?",
    "Where does charging succeed?": "Wo gelingt das Laden?",
    "Energy of all sessions that ended on a day, as the stations' meters counted it.": (
        "Energie aller Vorgänge, die an einem Tag endeten, wie die Zähler der Stationen sie zählten."
    ),
    "The bills of all sessions that ended on a day, VAT included. The price for each kWh is without VAT.": (
        "Die Rechnungen aller Vorgänge, die an einem Tag endeten, mit MwSt. Der Preis je kWh ist ohne MwSt."
    ),
    "Hours of ports with a session / hours of all ports. A port serves one car at a time; a car that is full and "
    "stays plugged in still uses it.": (
        "Stunden von Ladepunkten mit Vorgang / Stunden aller Ladepunkte. Ein Ladepunkt dient einem Auto zur Zeit; ein "
        "volles Auto, das angesteckt bleibt, belegt ihn."
    ),
    "Hours of ports without an outage / hours of all ports. Outage: the port says that it is faulted or out of "
    "service, or its station is offline. No exclusions.": (
        "Stunden von Ladepunkten ohne Ausfall / Stunden aller Ladepunkte. Ausfall: der Ladepunkt meldet sich gestört "
        "oder außer Betrieb, oder seine Station ist offline. Ohne Ausnahmen."
    ),
    "Sessions that gave at least 0.1 kWh / all tries. A start from the app that never began is a try as well.": (
        "Vorgänge mit mindestens 0,1 kWh / alle Versuche. Auch ein Start aus der App, der nie begann, ist ein Versuch."
    ),
    "No session ended in this time": "In dieser Zeit endete kein Vorgang",
    "Energy, revenue and success come from ended sessions. Choose another time or another site.": (
        "Energie, Umsatz und Erfolg kommen aus beendeten Vorgängen. Wählen Sie andere Tage oder einen anderen Standort."
    ),
    "Last {n} days": "Letzte {n} Tage",
    "From which day to which?": "Von welchem Tag bis zu welchem?",
    "Show": "Zeigen",
    "{n} days": "{n} Tage",
    "Other days": "Andere Tage",
    "Site": "Standort",
    "All sites": "Alle Standorte",
    "1 session": "1 Vorgang",
    "{n} sessions": "{n} Vorgänge",
    "{amount}/kWh without VAT": "{amount}/kWh ohne MwSt.",
    "Compared with {span}": "Verglichen mit {span}",
    "Nothing is known of these days": "Von diesen Tagen ist nichts bekannt",
    "How it is counted": "Wie gezählt wird",
    "by week": "je Woche",
    "by day": "je Tag",
    "lowest {value} on {day}": "am niedrigsten {value} am {day}",
    "highest {value} on {day}": "am höchsten {value} am {day}",
    "Export CSV": "CSV speichern",
    "as before": "wie zuvor",
    "{change} points": "{change} Punkte",
    "The file could not be kept here. Try again, or in another browser.": (
        "Die Datei konnte hier nicht gespeichert werden. Noch einmal versuchen, oder in einem anderen Browser."
    ),
}

SETTINGS: dict[str, str] = {
    "Your password is changed. Other devices have to sign in again.": (
        "Ihr Passwort ist geändert. Andere Geräte müssen sich neu anmelden."
    ),
    "Take {n} characters or more.": "Nehmen Sie mindestens {n} Zeichen.",
    "Current password": "Jetziges Passwort",
    "Change password": "Passwort ändern",
    "New password": "Neues Passwort",
    "Address for stations": "Adresse für Stationen",
    "OCPP 1.6 and 2.0.1. {identity} is the name that you gave the station.": (
        "OCPP 1.6 und 2.0.1. {identity} ist der Name, den Sie der Station gegeben haben."
    ),
    "Copy the address": "Adresse kopieren",
    "API": "API",
    "Everything that this app does, for your own programs.": "Alles, was diese App tut, für eigene Programme.",
    "Connections": "Anschlüsse nach außen",
    "Somebody else made your password. Choose an own one before it runs out.": (
        "Ihr Passwort hat jemand anders gemacht. Wählen Sie ein eigenes, bevor es abläuft."
    ),
    "Brand": "Marke",
    "Colour": "Farbe",
    "Logo": "Logo",
    "Support e-mail": "Support-E-Mail",
    "Support e-mail, shown on receipts": "Support-E-Mail, steht auf Belegen",
    "Only administrators change the brand: it is what every customer sees.": (
        "Nur Administratoren ändern die Marke: alle Kunden sehen sie."
    ),
    "Your colour for the brand and for primary actions. States keep theirs: green is always available.": (
        "Ihre Farbe für die Marke und für Hauptaktionen. Zustände behalten ihre: Grün heißt immer frei."
    ),
    "PNG or SVG, at most 140 KB. Square looks best.": "PNG oder SVG, höchstens 140 KB. Am besten quadratisch.",
    "Choose": "Auswählen",
    "Remove the logo": "Logo entfernen",
    "Made {tone} where it has to be read: {color}": "Wo man lesen muss, {tone}: {color}",
    "lighter": "heller",
    "darker": "dunkler",
    "How it looks": "So sieht es aus",
    "Saved. Every open screen wears it now.": "Gespeichert. Jeder offene Bildschirm trägt es jetzt.",
    "Undo": "Verwerfen",
    "Forest": "Wald",
    "Lagoon": "Lagune",
    "Cobalt": "Kobalt",
    "Iris": "Iris",
    "Berry": "Beere",
    "Brick": "Ziegel",
    "Amber": "Bernstein",
    "Slate": "Schiefer",
    "Choose a PNG or an SVG picture.": "Wählen Sie ein Bild als PNG oder SVG.",
    "This picture is too large: at most 140 KB. A logo of 256 pixels is enough.": (
        "Dieses Bild ist zu groß: höchstens 140 KB. Ein Logo mit 256 Pixeln genügt."
    ),
    "This file is empty.": "Diese Datei ist leer.",
    "Your customers need a name to call you by.": "Ihre Kunden brauchen einen Namen für Sie.",
    "At most 100 characters.": "Höchstens 100 Zeichen.",
    "Six digits after the #, such as #0B6E4F.": "Sechs Stellen nach dem #, wie #0B6E4F.",
    "This is no e-mail address.": "Das ist keine E-Mail-Adresse.",
}

PEOPLE: dict[str, str] = {
    "People": "Menschen",
    "Team": "Team",
    "Drivers": "Fahrer",
    "since {when}": "seit {when}",
    "has not chosen a password yet": "hat noch kein eigenes Passwort",
    "Locked out": "Ausgesperrt",
    "you": "Sie",
    "What can be done": "Was sich tun lässt",
    "Make {name} an administrator?": "{name} zum Administrator machen?",
    "Administrators change the brand and people.": "Administratoren ändern Marke und Menschen.",
    "Make administrator": "Zum Administrator machen",
    "Make {name} an operator?": "{name} zum Betreiber machen?",
    "They watch and control stations, and change neither brand nor people any more.": (
        "Betreiber beobachten und steuern Stationen, ändern aber weder Marke noch Menschen."
    ),
    "Make operator": "Zum Betreiber machen",
    "Make a new password for {name}?": "Neues Passwort für {name} machen?",
    "The old one ends at once and they are signed out everywhere.": (
        "Das alte gilt sofort nicht mehr, und überall wird abgemeldet."
    ),
    "Lock {name} out?": "{name} aussperren?",
    "They are signed out within minutes and can't sign in. Their sessions and receipts stay.": (
        "Binnen Minuten abgemeldet, und keine Anmeldung mehr. Vorgänge und Belege bleiben."
    ),
    "Lock out": "Aussperren",
    "Let in again": "Wieder einlassen",
    "Enter a name and an e-mail address.": "Geben Sie einen Namen und eine E-Mail-Adresse ein.",
    "They get a password for the first seven days; you see it once and pass it on.": (
        "Es gibt ein Passwort für die ersten sieben Tage; Sie sehen es einmal und geben es weiter."
    ),
    "Add somebody": "Jemanden hinzufügen",
    "Add": "Hinzufügen",
    "Password for {name}": "Passwort für {name}",
    "Pass it on now: it is shown only this once.": "Geben Sie es jetzt weiter: es ist nur dieses eine Mal zu sehen.",
    "Copy the password": "Passwort kopieren",
    "Copied.": "Kopiert.",
    "For {email}, good until {when} or until they choose an own one in the settings.": (
        "Für {email}, gültig bis {when} oder bis zu einem eigenen in den Einstellungen."
    ),
    "Done": "Fertig",
    "Search name or e-mail": "Name oder E-Mail suchen",
    "Nobody is found": "Niemand gefunden",
    "Drivers appear here once they made an account in the app.": (
        "Fahrer erscheinen hier, sobald sie in der App ein Konto angelegt haben."
    ),
}

TEXTS: dict[str, str] = SESSIONS | NOTES | INCIDENTS | RULES | ADVICE | ANALYTICS | SETTINGS | PEOPLE
