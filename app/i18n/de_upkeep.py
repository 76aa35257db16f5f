"""German texts of a station's upkeep: firmware, files, security, certificates, screens, limits; and of its log."""

LOG: dict[str, str] = {
    "Save the log": "Protokoll speichern",
    "Save the OCPP log": "OCPP-Protokoll speichern",
    "The newest 5,000 messages that fit the filters, with secrets blanked.": (
        "Die neuesten 5.000 Meldungen, die zu den Filtern passen; Geheimes ist geschwärzt."
    ),
    "No message fits the filters. One that does appears the moment it passes.": (
        "Keine Meldung passt zu den Filtern. Eine passende erscheint im selben Moment."
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

CERTIFICATES: dict[str, str] = {
    "Certificates": "Zertifikate",
    "Root of the central system": "Wurzel des Zentralsystems",
    "Root of the maker": "Wurzel des Herstellers",
    "Root for cars (V2G)": "Wurzel für Autos (V2G)",
    "Root of mobility operators": "Wurzel der Fahrstromanbieter",
    "Chain for cars (V2G)": "Kette für Autos (V2G)",
    "Own certificate": "Eigenes Zertifikat",
    "Certificate towards cars": "Zertifikat gegenüber Autos",
    "Own certificate, cars too": "Eigenes Zertifikat, auch für Autos",
    "waits to be signed": "wartet auf Unterschrift",
    "on its way to the station": "auf dem Weg zur Station",
    "in use": "in Gebrauch",
    "not signed": "nicht unterschrieben",
    "refused by the station": "von der Station abgelehnt",
    "revoked": "widerrufen",
    "Revoke": "Widerrufen",
    "Revoke this certificate of {name}?": "Dieses Zertifikat von {name} widerrufen?",
    "This can't be shown now. It is tried again by itself.": (
        "Das lässt sich gerade nicht zeigen. Es wird von selbst wieder versucht."
    ),
    "No station gets in with it any more. This can't be undone.": (
        "Keine Station kommt damit mehr herein. Das lässt sich nicht zurücknehmen."
    ),
    "Delete this root from {name}?": "Diese Wurzel aus {name} löschen?",
    "The station then trusts nothing that it signed.": "Die Station vertraut dann nichts mehr, was sie unterschrieb.",
    "number {serial}": "Nummer {serial}",
    "ended on {day}": "endete am {day}",
    "ends on {day}": "endet am {day}",
    "None was signed for this station. Let it ask for one.": (
        "Für diese Station wurde keines unterschrieben. Lassen Sie sie eines anfordern."
    ),
    "Renew its own": "Eigenes erneuern",
    "None known. Ask the station which it has.": "Keine bekannt. Fragen Sie die Station, welche sie hat.",
    "Ask the station": "Station fragen",
    "Install our root": "Unsere Wurzel einspielen",
    "The station could not do it.": "Die Station konnte es nicht.",
    "The station has no such certificate.": "So ein Zertifikat hat die Station nicht.",
    "The station can't renew its certificate on request.": (
        "Die Station kann ihr Zertifikat nicht auf Wunsch erneuern."
    ),
    "Its own certificates": "Ihre eigenen Zertifikate",
    "Roots that it trusts": "Wurzeln, denen sie vertraut",
}

SCREEN: dict[str, str] = {
    "Screen": "Bildschirm",
    "Messages on the screen": "Meldungen auf dem Bildschirm",
    "OCPP 1.6 knows no messages on screens.": "OCPP 1.6 kennt keine Meldungen auf Bildschirmen.",
    "In turn": "Im Wechsel",
    "First": "Zuerst",
    "Always in front": "Immer vorn",
    "No message known. Show one, or ask the station which it has.": (
        "Keine Meldung bekannt. Zeigen Sie eine, oder fragen Sie die Station, welche sie hat."
    ),
    "Remove": "Entfernen",
    "New message": "Neue Meldung",
    "Show it": "Anzeigen",
    "The station shows it.": "Die Station zeigt sie.",
    "The station removed it.": "Die Station hat sie entfernt.",
    "The station sends its messages.": "Die Station sendet ihre Meldungen.",
    "The station has no such message.": "So eine Meldung hat die Station nicht.",
    "The station can't show this format; try plain text (UTF8 or ASCII).": (
        "Dieses Format kann die Station nicht zeigen; versuchen Sie reinen Text."
    ),
    "The station doesn't know this priority; try another one.": (
        "Diese Rangfolge kennt die Station nicht; versuchen Sie eine andere."
    ),
    "The station can't tie a message to this state; leave the state out.": (
        "Die Station kann eine Meldung nicht an diesen Zustand binden; lassen Sie ihn weg."
    ),
    "The station doesn't know this transaction, or it has ended.": (
        "Die Station kennt diesen Vorgang nicht, oder er ist zu Ende."
    ),
    "The station refused the message without saying why.": "Die Station lehnt die Meldung ohne Grund ab.",
}

LIMITS: dict[str, str] = {
    "Limits": "Grenzen",
    "The whole station at most": "Höchstens für die ganze Station",
    "Every session": "Jeder Vorgang",
    "One session": "Ein Vorgang",
    "Set by somebody else": "Von anderen gesetzt",
    "an energy management system": "einem Energiemanager",
    "the grid operator": "dem Netzbetreiber",
    "Wattline": "Wattline",
    "somebody else": "jemand anderem",
    "set by {who}": "gesetzt von {who}",
    "The whole station": "Die ganze Station",
    "the grid needs it": "das Netz braucht es",
    "Lift": "Aufheben",
    "Lift this limit of {name}?": "Diese Grenze von {name} aufheben?",
    "Cars may draw more at once.": "Autos dürfen sofort mehr ziehen.",
    "No limit is known. Cars draw what the station gives.": (
        "Keine Grenze bekannt. Autos ziehen, was die Station gibt."
    ),
    "Most for the station (kW)": "Höchstens für die Station (kW)",
    "A number of kilowatts, such as 11.": "Eine Zahl in Kilowatt, etwa 11.",
    "Set": "Setzen",
    "The station refused it without saying why.": "Die Station lehnt es ohne Grund ab.",
    "The station has no smart charging.": "Die Station kann kein gesteuertes Laden.",
    "The station has no profile that fits.": "Die Station hat kein passendes Profil.",
    "Limits of others": "Grenzen von anderen",
    "What the station makes of all limits over the next 24 hours.": (
        "Was die Station aus allen Grenzen der nächsten 24 Stunden macht."
    ),
    "Taken together": "Zusammengenommen",
    "The station knows no limit.": "Die Station kennt keine Grenze.",
    "Our own calculation says the same.": "Unsere eigene Rechnung sagt dasselbe.",
    "Our own calculation differs from {when} on.": "Unsere eigene Rechnung weicht ab {when} ab.",
}

UNMATCHED: dict[str, str] = {
    "waits until {when}": "wartet bis {when}",
    "Call off": "Abbrechen",
    "Messages without a session": "Meldungen ohne Vorgang",
    "{n} messages fit no session": "{n} Meldungen passen zu keinem Vorgang",
    "One message fits no session": "Eine Meldung passt zu keinem Vorgang",
    "Resolve": "Klären",
    "To resolve": "Zu klären",
    "Attached": "Zugeordnet",
    "Dismissed": "Verworfen",
    "A session that began": "Ein begonnener Vorgang",
    "A session that went on": "Ein laufender Vorgang",
    "A session that ended": "Ein beendeter Vorgang",
    "Every message has its session": "Jede Meldung hat ihren Vorgang",
    "What a station tells of a session that nobody knows stands here, until somebody says what it is.": (
        "Was eine Station von einem unbekannten Vorgang meldet, steht hier, bis jemand sagt, was es ist."
    ),
    "Which session is it of?": "Zu welchem Vorgang gehört sie?",
    "No session of this station is known.": "Von dieser Station ist kein Vorgang bekannt.",
    "Attach": "Zuordnen",
    "Dismiss it": "Verwerfen",
    "It counts as if it had named the session. If it is of none, say why and dismiss it.": (
        "Sie zählt, als hätte sie den Vorgang genannt. Gehört sie zu keinem, sagen Sie warum und verwerfen sie."
    ),
    "Why it is of none": "Warum sie zu keinem gehört",
}

METERS = {
    "Meters between sessions": "Zähler außerhalb von Ladevorgängen",
    "The meters can't be read now.": "Die Zähler lassen sich gerade nicht lesen.",
    "Main meter": "Hauptzähler",
    "Register {value}": "Zählerstand {value}",
}

TEXTS = METERS | UNMATCHED | LOG | FIRMWARE | STEPS | FILES | CERTIFICATES | SCREEN | LIMITS
