"""German texts of a station's upkeep: firmware, files, security, certificates, screens, limits; and of its log."""

LOG: dict[str, str] = {
    "Save the log": "Protokoll speichern",
    "Save the OCPP log": "OCPP-Protokoll speichern",
    "The newest 5,000 messages that fit the filters, with secrets blanked.": (
        "Die neuesten 5.000 Meldungen, die zu den Filtern passen; Geheimes ist geschwärzt."
    ),
    "Table (CSV), for a spreadsheet": "Tabelle (CSV)",
    "JSON lines, for a program": "JSON-Zeilen",
    "The receiver doesn't know this action at all.": "Der Empfänger kennt diese Aktion nicht.",
    "The receiver knows this action but can't do it.": "Der Empfänger kennt diese Aktion, kann sie aber nicht.",
    "The receiver failed inside while it worked on this message.": (
        "Beim Empfänger ging innen etwas schief, während er an dieser Meldung arbeitete."
    ),
    "The message is incomplete or breaks the rules of OCPP.": (
        "Die Meldung ist unvollständig oder verstößt gegen die Regeln von OCPP."
    ),
    "A security check failed, so the message was not carried out.": (
        "Eine Sicherheitsprüfung schlug fehl, darum wurde die Meldung nicht ausgeführt."
    ),
    "The payload doesn't have the form that this action asks for.": (
        "Der Inhalt hat nicht die Form, die diese Aktion verlangt."
    ),
    "A field has a value that is not allowed, such as one too long or out of range.": (
        "Ein Feld hat einen unerlaubten Wert, etwa einen zu langen oder zu großen."
    ),
    "A field is missing, or comes more often than allowed.": "Ein Feld fehlt oder kommt öfter vor als erlaubt.",
    "A field has the wrong type, such as a text in place of a number.": (
        "Ein Feld hat den falschen Typ, etwa Text statt einer Zahl."
    ),
    "The message is neither a call nor an answer that this version of OCPP has.": (
        "Die Meldung ist weder ein Aufruf noch eine Antwort dieser OCPP-Version."
    ),
    "The frame is no valid OCPP message, so nobody can tell what was meant.": (
        "Das ist keine gültige OCPP-Meldung; was gemeint war, kann niemand sagen."
    ),
    "Something went wrong that no other code of OCPP names.": (
        "Etwas ging schief, wofür OCPP keinen anderen Code hat."
    ),
    "The receiver refused with a code of its own.": "Der Empfänger lehnte mit einem eigenen Code ab.",
    "This was no OCPP message, so it could not be read.": "Das war keine OCPP-Meldung und nicht zu lesen.",
}

FIRMWARE: dict[str, str] = {
    "Upkeep": "Wartung",
    "Firmware": "Firmware",
    "Files": "Dateien",
    "Older ones": "Ältere",
    "Update": "Aktualisieren",
    "Runs {version}": "Es läuft {version}",
    "Version not told yet": "Version noch nicht gemeldet",
    "No update so far. Each one appears here, step by step.": (
        "Noch keine Aktualisierung. Jede erscheint hier, Schritt für Schritt."
    ),
    "Update the firmware of {name}": "Firmware von {name} aktualisieren",
    "File": "Datei",
    "Upload a file": "Datei hochladen",
    "Or an address": "Oder eine Adresse",
    "In an hour": "In einer Stunde",
    "Tonight at 2:00": "Heute Nacht um 2:00",
    "The station fetches the file, waits for cars that charge, and restarts with it.": (
        "Die Station holt die Datei, wartet auf ladende Autos und startet damit neu."
    ),
    "Start update": "Aktualisierung starten",
    "This file is too large to go through here. Give an address instead.": (
        "Diese Datei ist hierfür zu groß. Geben Sie stattdessen eine Adresse an."
    ),
    "Choose a file or give an address.": "Wählen Sie eine Datei oder geben Sie eine Adresse an.",
    "An address begins with https://, http:// or ftp://.": "Eine Adresse beginnt mit https://, http:// oder ftp://.",
}

STEPS: dict[str, str] = {
    "Asked": "Angefragt",
    "The station agreed": "Die Station hat zugestimmt",
    "The station agreed and dropped the one before": "Die Station hat zugestimmt und die vorige verworfen",
    "Called off for a newer one": "Für eine neuere abgebrochen",
    "The station refused": "Die Station hat abgelehnt",
    "It did not work": "Es hat nicht geklappt",
    "Nothing under way": "Nichts im Gange",
    "Fetching the file": "Holt die Datei",
    "File fetched": "Datei geholt",
    "Will fetch the file later": "Holt die Datei später",
    "Fetching paused": "Holen angehalten",
    "The file could not be fetched": "Die Datei war nicht zu holen",
    "Signature is in order": "Signatur ist in Ordnung",
    "The signature is wrong": "Die Signatur ist falsch",
    "The signing certificate is wrong": "Das Signaturzertifikat ist falsch",
    "The signing certificate was revoked": "Das Signaturzertifikat wurde widerrufen",
    "The file arrived damaged": "Die Datei kam beschädigt an",
    "Installing": "Installiert",
    "Will install later": "Installiert später",
    "Restarting": "Startet neu",
    "The new firmware failed its check": "Die neue Firmware bestand die Prüfung nicht",
    "Installed": "Fertig installiert",
    "Installing failed": "Installation misslungen",
    "Offered to its stations": "Den Stationen angeboten",
    "Could not be offered": "War nicht anzubieten",
    "Sending the file": "Sendet die Datei",
    "File arrived": "Datei ist da",
    "The file could not be sent": "Die Datei war nicht zu senden",
    "The station didn't understand the request": "Die Station hat die Anfrage nicht verstanden",
    "The station can't send it this way": "Die Station kann sie so nicht senden",
    "The station was not let in to send it": "Die Station wurde zum Senden nicht eingelassen",
    "The station has nothing to send": "Die Station hat nichts zu senden",
}

FILES: dict[str, str] = {
    "Files of the station": "Dateien der Station",
    "Diagnostics": "Diagnose",
    "Security log": "Sicherheitsprotokoll",
    "Ask for diagnostics": "Diagnose anfordern",
    "Ask for the security log": "Sicherheitsprotokoll anfordern",
    "No files yet. Ask for one: the station sends it here, and you can save it.": (
        "Noch keine Dateien. Fordern Sie eine an: Die Station sendet sie hierher, und Sie können sie speichern."
    ),
    "Security events": "Sicherheitsereignisse",
    "Critical": "Kritisch",
    "None so far. A wrong certificate, an opened cover or a changed setting appears here.": (
        "Bisher keine. Ein falsches Zertifikat, ein geöffneter Deckel oder eine geänderte Einstellung erscheint hier."
    ),
}

TEXTS = LOG | FIRMWARE | STEPS | FILES
