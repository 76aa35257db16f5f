"""German: what the backend says of faults, by where it is said."""

TEXTS = {
    # --- codes of makers
    "Say which code it is, and what it means.": "Sagen Sie, welcher Code es ist und was er bedeutet.",
    "This meaning doesn't exist any more.": "Diese Bedeutung gibt es nicht mehr.",
    "Error of the maker's own": "Eigener Fehler des Herstellers",
    "Its code is not known here: look it up in the manual and add its meaning under Rules. A restart often helps.": (
        "Sein Code ist hier noch nicht bekannt: Schlagen Sie ihn im Handbuch nach und tragen Sie die Bedeutung unter "
        "Regeln ein. Oft hilft ein Neustart."
    ),
    "Direct current leaks (6 mA protection)": "Gleichstrom fließt ab (6-mA-Schutz)",
    "Restart it. Back with several cars: have the sensor ring and its cable checked; with one only: that car.": (
        "Starten Sie sie neu. Kommt es bei mehreren Autos wieder, müssen Sensorring oder Flachkabel geprüft "
        "werden; bei nur einem Auto dieses."
    ),
    "Power board doesn't switch": "Leistungsplatine schaltet nicht",
    "Update its firmware and switch it off for ten seconds. If it comes back, have its power board looked at.": (
        "Aktualisieren Sie die Firmware und schalten Sie sie zehn Sekunden aus. Kommt es wieder, lassen Sie Kabel, "
        "Sicherungen und Relais der Leistungsplatine ansehen."
    ),
    "Earth is missing, or neutral and phase are swapped": "Erde fehlt, oder Neutralleiter und Phase sind vertauscht",
    "How the station was wired": "Wie die Station verdrahtet wurde",
    "Keep it out of service until an electrician has checked earth, neutral and phases.": (
        "Außer Betrieb lassen, bis eine Elektrofachkraft Erde, Neutralleiter und Phasen geprüft hat."
    ),
    "The car draws too much": "Das Auto zieht zu viel",
    "The car draws far too much": "Das Auto zieht viel zu viel",
    "Boards of the station don't talk to each other": "Platinen der Station verstehen sich nicht",
    "A loose plug inside, or a board that failed": "Ein loser Stecker im Inneren oder eine defekte Platine",
    "A phase is missing": "Eine Phase fehlt",
    "A fuse, a breaker or the grid": "Eine Sicherung, ein Schalter oder das Netz",
    "Contactor isn't let on by the current monitor": "Stromüberwachung gibt das Schütz nicht frei",
    "A protection of the station that isn't ready": "Ein Schutz der Station, der nicht bereit ist",
    "Contactor isn't let on by the controller": "Laderegler gibt das Schütz nicht frei",
    "Contactor doesn't close although it was told to": "Schütz zieht trotz Befehl nicht an",
    "Weak link": "Schwache Verbindung",
    "Look at its antenna, its provider or its cable before it drops out. Commands may take long until then.": (
        "Sehen Sie nach Antenne, Anbieter oder Kabel, bevor sie ausfällt. Befehle dauern bis dahin vielleicht lange."
    ),
    "A weak radio signal, or a crowded cell": "Schwaches Funksignal oder volle Funkzelle",
    "A bad cable, a router or its provider": "Ein schlechtes Kabel, ein Router oder der Anbieter",
    # --- reports of drivers
    "Charging doesn't start": "Das Laden beginnt nicht",
    "Reports of drivers": "Meldungen von Fahrern",
    "Drivers report: charging doesn't start": "Fahrer melden: Das Laden beginnt nicht",
    "Drivers report: the screen is dark": "Fahrer melden: Der Bildschirm ist dunkel",
    "Drivers report: the cable is stuck": "Fahrer melden: Das Kabel klemmt",
    "Drivers report: paying doesn't work": "Fahrer melden: Das Bezahlen geht nicht",
    "Drivers report: the place is blocked": "Fahrer melden: Der Platz ist versperrt",
    "Drivers report: something is damaged": "Fahrer melden: Etwas ist beschädigt",
    "Drivers report a problem": "Fahrer melden ein Problem",
    "Restart the station. If the screen stays dark, send somebody.": (
        "Starten Sie die Station neu. Bleibt der Bildschirm dunkel, schicken Sie jemanden hin."
    ),
    "Unlock the connector from here. If it stays stuck, send somebody.": (
        "Entriegeln Sie den Anschluss von hier. Klemmt es weiter, schicken Sie jemanden hin."
    ),
    "Look at the terminal and at the payments of the last hours.": (
        "Sehen Sie sich das Terminal und die Zahlungen der letzten Stunden an."
    ),
    "Ask whoever looks after the place to have it cleared.": (
        "Bitten Sie die Zuständigen vor Ort, den Platz räumen zu lassen."
    ),
    "Take it out of service and send somebody before anyone gets hurt.": (
        "Nehmen Sie ihn außer Betrieb und schicken Sie jemanden hin, bevor sich jemand verletzt."
    ),
    "Read what the drivers wrote, and try a charge.": "Lesen Sie, was die Fahrer schreiben, und laden Sie zur Probe.",
    "A driver: charging doesn't start.": "Ein Fahrer: Das Laden beginnt nicht.",
    "A driver: the screen is dark.": "Ein Fahrer: Der Bildschirm ist dunkel.",
    "A driver: the cable is stuck.": "Ein Fahrer: Das Kabel klemmt.",
    "A driver: paying doesn't work.": "Ein Fahrer: Das Bezahlen geht nicht.",
    "A driver: the place is blocked.": "Ein Fahrer: Der Platz ist versperrt.",
    "A driver: something is damaged.": "Ein Fahrer: Etwas ist beschädigt.",
    "A driver has a problem.": "Ein Fahrer hat ein Problem.",
    # --- reported by stations
    "a fault": "einen Fehler",
    "The connection was lost and hasn't come back.": "Die Verbindung ging verloren und kam noch nicht wieder.",
    "Fault without a reason": "Fehler ohne Grund",
    "Plug lock doesn't move": "Steckerverriegelung klemmt",
    "No understanding with the car": "Keine Verständigung mit dem Auto",
    "Residual current protection tripped": "Fehlerstromschutz ausgelöst",
    "Too hot inside": "Innen zu heiß",
    "Internal error of the station": "Interner Fehler der Station",
    "List of cards is out of step": "Kartenliste ist nicht im Gleichstand",
    "Error the standard has no name for": "Fehler ohne Namen im Standard",
    "Over-current protection tripped": "Überstromschutz ausgelöst",
    "Mains voltage too high": "Netzspannung zu hoch",
    "Energy meter can't be read": "Energiezähler nicht lesbar",
    "Power contactor fails": "Leistungsschütz versagt",
    "Card reader fails": "Kartenleser versagt",
    "Restart failed": "Neustart misslungen",
    "Mains voltage too low": "Netzspannung zu niedrig",
    "Weak radio signal": "Schwaches Funksignal",
    "Security event": "Sicherheitsereignis",
    "Look at the station's security events and ask for its security log. Close this when it is explained.": (
        "Sehen Sie die Sicherheitsereignisse der Station an und fordern Sie ihr Sicherheitsprotokoll an. Schließen Sie "
        "dies, wenn es erklärt ist."
    ),
    "Station is offline": "Station ist offline",
    "Station is silent": "Station ist stumm",
    "Meter ran backwards": "Zähler lief rückwärts",
    "Restart the station. If the fault comes back, read its display and send a technician.": (
        "Station neu starten. Kommt der Fehler wieder, Anzeige ablesen und einen Techniker schicken."
    ),
    "Try Unlock cable. If that doesn't help, look for dirt or ice in the socket on site.": (
        "Kabel entriegeln versuchen. Hilft das nicht, vor Ort nach Schmutz oder Eis in der Buchse sehen."
    ),
    "Ask the driver to unplug, wait ten seconds and plug in again. Several cars in a row: check cable and socket.": (
        "Den Fahrer bitten, abzustecken, zehn Sekunden zu warten und neu anzustecken. Bei mehreren Autos: Kabel und "
        "Buchse prüfen."
    ),
    "Keep the connector out of service. An electrician must find the cause and reset the protection.": (
        "Anschluss außer Betrieb lassen. Eine Elektrofachkraft muss die Ursache finden und den Schutz zurücksetzen."
    ),
    "It charges slower or pauses until it has cooled. Check fans, filters and sun exposure if it happens again.": (
        "Sie lädt langsamer oder pausiert, bis sie abgekühlt ist. Bei Wiederholung Lüfter, Filter und Sonne prüfen."
    ),
    "Restart the station. If the error comes back, ask the manufacturer with the log of this station.": (
        "Station neu starten. Kommt der Fehler wieder, den Hersteller mit dem Protokoll dieser Station fragen."
    ),
    "The station's own list of cards contradicts ours. Clear the station's cache and list; charging goes on.": (
        "Die Kartenliste der Station widerspricht unserer. Zwischenspeicher und Liste leeren; das Laden geht weiter."
    ),
    "The vendor's code tells more: look it up in the station's manual. Restarting often helps.": (
        "Der Herstellercode sagt mehr: im Handbuch der Station nachsehen. Neu starten hilft oft."
    ),
    "Keep the connector out of service until an electrician has checked wiring and protection.": (
        "Anschluss außer Betrieb lassen, bis eine Elektrofachkraft Leitungen und Schutz geprüft hat."
    ),
    "Wait for the grid to recover. If it lasts, measure the supply and call the network operator.": (
        "Warten, bis sich das Netz erholt. Dauert es an, Einspeisung messen und den Netzbetreiber anrufen."
    ),
    "Sessions can't be billed by the meter. Restart the station, then have the meter checked.": (
        "Vorgänge lassen sich nicht nach Zähler abrechnen. Station neu starten, dann den Zähler prüfen lassen."
    ),
    "Keep the connector out of service: the contactor may be welded. A technician must replace it.": (
        "Anschluss außer Betrieb lassen: das Schütz kann verschweißt sein. Ein Techniker muss es ersetzen."
    ),
    "Drivers can still start from the app. Restart the station; have the reader replaced if that doesn't help.": (
        "Fahrer können weiter aus der App starten. Station neu starten; hilft das nicht, den Leser ersetzen lassen."
    ),
    "Try a hard reset. If that fails too, somebody must switch the station off and on again on site.": (
        "Harten Neustart versuchen. Misslingt auch er, muss jemand die Station vor Ort aus- und einschalten."
    ),
    "Wait for the grid to recover. If it lasts, check the feed and what else is drawing from it.": (
        "Warten, bis sich das Netz erholt. Dauert es an, Einspeisung und andere Verbraucher daran prüfen."
    ),
    "The station may drop out. Check the antenna, or use a wired network or another provider.": (
        "Die Station kann ausfallen. Antenne prüfen, ein Kabelnetz oder einen anderen Anbieter nutzen."
    ),
    "Check the station's power and network. Sessions that were running go on and are reported later.": (
        "Strom und Netz der Station prüfen. Laufende Vorgänge gehen weiter und werden nachgemeldet."
    ),
    "Ask it for a heartbeat (Trigger). Without an answer, restart it.": (
        "Sie um einen Heartbeat bitten (Auslösen). Ohne Antwort neu starten."
    ),
    "Try a start yourself and read the station's log. If it refuses, restart it.": (
        "Selbst einen Start versuchen und das Protokoll der Station lesen. Weigert sie sich, neu starten."
    ),
    "Check the bill of this session, then have the meter or its connection to the station checked.": (
        "Rechnung dieses Vorgangs prüfen, dann Zähler und seine Verbindung zur Station prüfen lassen."
    ),
    # --- names of rules
    "Reported faults": "Gemeldete Störungen",
    "Reported problems of components": "Gemeldete Probleme von Bauteilen",
    "Security events": "Sicherheitsereignisse",
    "Halted bulk actions": "Angehaltene Sammelaktionen",
    "Station offline": "Station offline",
    "Station silent": "Station schweigt",
    "Connection comes and goes": "Verbindung kommt und geht",
    "Station sends too much": "Station sendet zu viel",
    "Draws more than it was given": "Nimmt mehr als zugeteilt",
    "Mains voltage": "Netzspannung",
    "Balance of phases": "Gleichgewicht der Phasen",
    "Less power than offered": "Weniger Leistung als angeboten",
    "Meter jumps": "Zähler springt",
    "Meter stands still": "Zähler steht still",
    "Meter runs backwards": "Zähler läuft rückwärts",
    "Starts fail": "Starts scheitern",
    "Plugged in and not charging": "Angesteckt und lädt nicht",
    "Outlet doesn't become free": "Anschluss wird nicht frei",
    "Charging, no session": "Lädt ohne Ladevorgang",
    "Charging without energy": "Lädt ohne Energie",
    "Session that doesn't end": "Ladevorgang, der nicht endet",
    "Sessions without energy": "Ladevorgänge ohne Energie",
    "Sessions stop after seconds": "Ladevorgänge enden nach Sekunden",
    "No sessions for long": "Lange kein Ladevorgang",
    "Clock is wrong": "Uhr geht falsch",
    "Certificate expires": "Zertifikat läuft ab",
    "Firmware runs out": "Firmware läuft aus",
    # --- playbooks
    "It ended by itself.": "Es endete von selbst.",
    "Nobody charges there any more, so whether it helped isn't known.": "Dort lädt niemand mehr; ob es geholfen hat, "
    "ist nicht bekannt.",
    "Every step was tried and none helped.": "Jeder Schritt wurde versucht, keiner half.",
    "Nobody agreed within a day.": "Binnen eines Tages hat niemand zugestimmt.",
    "A session is running.": "Ein Ladevorgang läuft.",
    "The station is not connected.": "Die Station ist nicht verbunden.",
    "Quiet hours.": "Ruhezeit.",
    "Somebody stopped it.": "Jemand hat ihn angehalten.",
    "Say where the firmware is.": "Sagen Sie, wo die Firmware liegt.",
    "Say which message is wanted.": "Sagen Sie, welche Nachricht gewünscht ist.",
    "Restarting a session needs the permission to touch one.": (
        "Einen Ladevorgang neu zu starten braucht die Erlaubnis, einen zu stören."
    ),
    "A fault code can't be meant and left alone at once.": (
        "Ein Fehlercode kann nicht zugleich gemeint und in Ruhe gelassen sein."
    ),
    "Quiet hours need a beginning and an end.": "Eine Ruhezeit braucht Anfang und Ende.",
    "It is out of service already.": "Sie ist schon außer Betrieb.",
    "There is no session to restart.": "Es gibt keinen Ladevorgang, der neu zu starten wäre.",
    "The session didn't end.": "Der Ladevorgang endete nicht.",
    "A guest's session isn't restarted: their page knows only this one.": (
        "Der Ladevorgang eines Gastes wird nicht neu gestartet: Seine Seite kennt nur diesen."
    ),
    "It isn't known where and for whom this session runs.": "Wo und für wen dieser Ladevorgang läuft, ist unbekannt.",
    "Somebody took care of it.": "Jemand hat sich darum gekümmert.",
    "Somebody is repairing at this station.": "An dieser Station wird gerade repariert.",
    # --- to drivers
    "Your session is finished": "Ihr Ladevorgang ist fertig",
    "Your session was interrupted": "Ihr Ladevorgang wurde unterbrochen",
    "It works again": "Sie geht wieder",
    "You can charge there now.": "Sie können dort jetzt laden.",
    "the station lost its power": "die Station hatte keinen Strom",
    "the emergency stop was pressed": "der Notausschalter wurde gedrückt",
    "the station restarted": "die Station startete neu",
    "the station's protection tripped": "der Schutz der Station hat ausgelöst",
    "the grid wasn't stable": "das Netz war nicht stabil",
    "the cable was unlocked": "das Kabel wurde entriegelt",
    "the credit was used up": "das Guthaben war aufgebraucht",
    "the car wasn't connected in time": "das Auto wurde nicht rechtzeitig angeschlossen",
    "the station ended it": "die Station beendete ihn",
    # --- why a message wasn't sent
    "No device of theirs gets push.": "Keines ihrer Geräte bekommt Push.",
    "The name of its host can't be resolved.": "Der Name des Servers ist nicht auffindbar.",
    "The name of the push service can't be resolved.": "Der Name des Push-Dienstes ist nicht auffindbar.",
    "No mail server is set (WATTLINE_SMTP_HOST).": "Kein Mailserver ist eingerichtet (WATTLINE_SMTP_HOST).",
    "All of it was over when the quiet hours ended.": "Alles war vorbei, als die Ruhezeit endete.",
    "It took too long.": "Es dauerte zu lange.",
    "Nothing of it was left to tell.": "Nichts davon war noch zu melden.",
    "This address was removed.": "Diese Adresse wurde entfernt.",
    "This person is no longer on the team.": "Diese Person ist nicht mehr im Team.",
    # --- tests of a way
    "It works": "Es funktioniert",
    "Messages reach you here.": "Meldungen erreichen Sie hier.",
    "A test": "Ein Test",
    "Somebody tries whether messages arrive here.": "Jemand prüft, ob Meldungen hier ankommen.",
    "Detection rule switched off": "Erkennungsregel abgeschaltet",
    "Tell whoever looks after Wattline. Then switch the rule on again under Rules.": (
        "Sagen Sie es denen, die Wattline betreuen. Schalten Sie die Regel dann unter Regeln wieder ein."
    ),
    "A mistake in the rule, or facts that nobody foresaw": "Ein Fehler in der Regel, oder Tatsachen, die niemand ahnte",
}
