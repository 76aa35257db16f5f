"""German for what detection rules say: titles, likely causes, next steps."""

TEXTS = {
    "Site is offline": "Standort ist offline",
    "Many stations are offline at once": "Viele Stationen sind zugleich offline",
    "Many faults at once": "Viele Störungen zugleich",
    "Charging without a session": "Lädt ohne Ladevorgang",
    "Meter jumped": "Zähler ist gesprungen",
    "Bulk action halted": "Sammelaktion angehalten",
    "Phases out of balance": "Phasen ungleich belastet",
    # Next steps
    "Restart the station after this session, then have the meter checked. The bill will be too low.": (
        "Station nach diesem Ladevorgang neu starten, dann den Zähler prüfen lassen. Die Rechnung wird zu niedrig."
    ),
    "Ask the station for the session's state, then stop it; it is closed with its last reading.": (
        "Station nach dem Stand des Ladevorgangs fragen, dann beenden; er schließt mit ihrem letzten Zählerstand."
    ),
    "Ask the station for its status (Trigger), then restart it.": (
        "Station nach ihrem Zustand fragen (Trigger), dann neu starten."
    ),
    "Look at the results of its stations, then let it go on or cancel it.": (
        "Ergebnisse ihrer Stationen ansehen, dann fortsetzen oder abbrechen."
    ),
    "Ask for a heartbeat, whose answer sets it. If that doesn't help, look at its time server setting.": (
        "Um einen Heartbeat bitten, dessen Antwort sie stellt. Hilft das nicht, den eingestellten Zeitserver ansehen."
    ),
    "If several cars get as little, have power modules, contactors and the cable's cooling checked.": (
        "Bekommen mehrere Autos so wenig: Leistungsmodule, Schütze und Kabelkühlung prüfen lassen."
    ),
    "Its neighbours get less meanwhile. Stop the session or take the outlet out of service if it goes on.": (
        "Die Nachbarn bekommen solange weniger. Ladevorgang beenden oder den Anschluss sperren, wenn es weitergeht."
    ),
    "Unlock the cable. If no car is there, restart the station.": (
        "Kabel entriegeln. Ist kein Auto da, die Station neu starten."
    ),
    "Look for a power cut in the region, a disturbance of the mobile network, or one on our own side. "
    "Stations come back by themselves; those that don't get an incident of their own.": (
        "Nach einem Stromausfall in der Gegend, einer Störung des Mobilfunks oder einer bei uns sehen. "
        "Stationen kommen von selbst zurück; die es nicht tun, bekommen eine eigene Störung."
    ),
    "Look for what they have in common before looking at one of them: the grid, the weather, an update.": (
        "Erst nach dem sehen, was sie gemeinsam haben: das Netz, das Wetter, eine Aktualisierung."
    ),
    "Check the site's power supply, then its router or SIM card; look at one station only if the others are back.": (
        "Stromversorgung des Standorts prüfen, dann Router oder SIM-Karte; eine einzelne Station erst ansehen, wenn "
        "die anderen zurück sind."
    ),
    "Restart the session. If the next car gets nothing either, take the connector out of service.": (
        "Ladevorgang neu starten. Bekommt auch das nächste Auto nichts, den Anschluss sperren."
    ),
    "Check the bill of this session, then have the meter or its connection checked.": (
        "Rechnung dieses Ladevorgangs prüfen, dann den Zähler oder seine Verbindung prüfen lassen."
    ),
    "Plan an update of these stations as a bulk action.": "Aktualisierung dieser Stationen als Sammelaktion planen.",
    "See whether a driver waits there. Without a car, restart the station: it may be stuck.": (
        "Sehen, ob dort jemand wartet. Ohne Auto die Station neu starten: sie hängt vielleicht."
    ),
    "Let the station renew its certificate; without one it can't connect any more.": (
        "Station ihr Zertifikat erneuern lassen; ohne kann sie sich nicht mehr verbinden."
    ),
    "Restart the station. If the next session stops as well, take the connector out of service.": (
        "Station neu starten. Bricht auch der nächste Ladevorgang ab, den Anschluss sperren."
    ),
    "Have fuses, terminals and the feed of this station measured before a contact burns.": (
        "Sicherungen, Klemmen und Zuleitung dieser Station messen lassen, bevor ein Kontakt verbrennt."
    ),
    "Look at its OCPP log for what it repeats; where nothing is there it is pings, which aren't logged. "
    "Often a restart or newer firmware ends it.": (
        "Im OCPP-Protokoll ansehen, was sie wiederholt; steht dort nichts, sind es Pings, die nicht darin "
        "stehen. Oft helfen ein Neustart oder neuere Firmware."
    ),
    "Try a charge yourself, or restart the station. Take it out of service if it goes on.": (
        "Selbst einen Ladeversuch machen oder die Station neu starten. Sperren, wenn es weitergeht."
    ),
    "Try a charge on site, or restart it. See whether the place can be reached and is shown rightly.": (
        "Vor Ort einen Ladeversuch machen oder sie neu starten. Sehen, ob der Platz erreichbar und richtig gezeigt ist."
    ),
    "Look at its signal, antenna, cable and router. Sessions go on and are reported later.": (
        "Signal, Antenne, Kabel und Router ansehen. Ladevorgänge laufen weiter und werden später gemeldet."
    ),
    # Likely causes
    "A loose cable, or a router that restarts": "Ein loses Kabel, oder ein Router, der neu startet",
    "A weak radio signal": "Ein schwaches Funksignal",
    "A meter that hangs, or lost its connection to the station": "Ein Zähler, der hängt oder die Verbindung verlor",
    "A meter that hangs, or its cable to the controller": "Ein Zähler, der hängt, oder sein Kabel zur Steuerung",
    "Dirty or worn contacts, or cooling that is low on liquid": (
        "Schmutzige oder abgenutzte Kontakte, oder zu wenig Kühlflüssigkeit"
    ),
    "Dirty or worn contacts, or cooling that failed": (
        "Schmutzige oder abgenutzte Kontakte, oder ausgefallene Kühlung"
    ),
    "Dirt, ice or a worn actuator in the socket, or a cable under tension": (
        "Schmutz, Eis oder ein abgenutzter Antrieb in der Dose, oder ein Kabel unter Zug"
    ),
    "Something outside of the stations": "Etwas außerhalb der Stationen",
    "A time server that can't be reached, or an empty buffer battery": (
        "Ein unerreichbarer Zeitserver oder eine leere Pufferbatterie"
    ),
    "A meter that restarted or was exchanged, or a reading in another unit": (
        "Ein Zähler, der neu startete oder getauscht wurde, oder ein Wert in anderer Einheit"
    ),
    "No power, or a router, SIM card or provider that fails": (
        "Kein Strom, oder Router, SIM-Karte oder Anbieter fallen aus"
    ),
    "A power module that failed, heat, or a car that can't take more": (
        "Ein ausgefallenes Leistungsmodul, Hitze, oder ein Auto, das nicht mehr nimmt"
    ),
    "The grid, or a feed that is too weak for what it carries": "Das Netz, oder eine zu schwache Zuleitung",
    "A contactor, a cable check or a communication with cars that fails": (
        "Ein Schütz, eine Kabelprüfung oder die Verständigung mit Autos versagt"
    ),
    "Theft, or a car that drove off with the cable": "Diebstahl, oder ein Auto, das mit dem Kabel wegfuhr",
    "Where the antenna stands, or the provider": "Der Ort der Antenne, oder der Anbieter",
    "A car that stays after charging, or a station stuck in Finishing": (
        "Ein Auto, das nach dem Laden stehen bleibt, oder eine Station, die in Finishing hängt"
    ),
    "A driver who couldn't identify, or a station stuck in Preparing": (
        "Jemand konnte sich nicht ausweisen, oder die Station hängt in Preparing"
    ),
    "Moisture or damaged insulation in cable, plug or car": (
        "Feuchtigkeit oder beschädigte Isolierung in Kabel, Stecker oder Auto"
    ),
    "Moisture or damaged insulation in cable or car": "Feuchtigkeit oder beschädigte Isolierung in Kabel oder Auto",
    "Moisture in the plug, or insulation of cable or car": (
        "Feuchtigkeit im Stecker, oder die Isolierung von Kabel oder Auto"
    ),
    "The car is switched on or in gear": "Das Auto ist eingeschaltet oder ein Gang ist eingelegt",
    "A reader that hangs or was damaged": "Ein Leser, der hängt oder beschädigt wurde",
    "The car, or the station's insulation monitor": "Das Auto, oder der Isolationswächter der Station",
    "A power cut, a mobile network, or the way to this server": (
        "Ein Stromausfall, ein Mobilfunknetz, oder der Weg zu diesem Server"
    ),
    "A list that was sent only in part": "Eine Liste, die nur zum Teil gesendet wurde",
    "The station's software or controller": "Software oder Steuerung der Station",
    "A station that hangs, or a link that died without a word": (
        "Eine Station, die hängt, oder eine Verbindung, die lautlos starb"
    ),
    "Sun, a blocked filter or a fan that stands still": "Sonne, ein verstopfter Filter oder ein stehender Lüfter",
    "A damaged latch, or a dirty contact": "Eine beschädigte Rastnase oder ein schmutziger Kontakt",
    "A plug that is not pushed in to the end": "Ein Stecker, der nicht ganz eingesteckt ist",
    "A driver who gave up, or a reader that doesn't read": "Jemand gab auf, oder ein Leser liest nicht",
    "Antenna, router, SIM card or provider": "Antenne, Router, SIM-Karte oder Anbieter",
    "A breaker, a fuse or the grid": "Ein Schutzschalter, eine Sicherung oder das Netz",
    "A contactor that doesn't open": "Ein Schütz, das nicht öffnet",
    "Wear, or a plug that fell": "Verschleiß, oder ein Stecker, der herunterfiel",
    "A short circuit, or a car that draws more than it is allowed": (
        "Ein Kurzschluss, oder ein Auto, das mehr zieht als es darf"
    ),
    "A feed that is too weak, or a phase that is missing": "Eine zu schwache Zuleitung oder eine fehlende Phase",
    "A contactor that doesn't close, or a car that doesn't ask": (
        "Ein Schütz, das nicht schließt, oder ein Auto, das nichts verlangt"
    ),
    "No power at the site, or its common connection to the internet": (
        "Kein Strom am Standort, oder seine gemeinsame Internetverbindung"
    ),
    "A protection that trips under load, or a station that restarts": (
        "Ein Schutz, der unter Last auslöst, oder eine Station, die neu startet"
    ),
    "Something that the station doesn't notice: a blocked place, a broken reader, screen or plug": (
        "Etwas, das die Station nicht merkt: ein zugestellter Platz, defekter Leser, Bildschirm oder Stecker"
    ),
    "The car's contactors": "Die Schütze des Autos",
    "A worn or welded contactor": "Ein abgenutztes oder verschweißtes Schütz",
    "Known to the manufacturer only": "Nur dem Hersteller bekannt",
    "A start that never arrived, or a status that is not true any more": (
        "Ein Start, der nie ankam, oder ein Zustand, der nicht mehr stimmt"
    ),
    "The grid, or a broken neutral": "Das Netz, oder ein gebrochener Neutralleiter",
    "Somebody pressed the button, in need or for fun": "Jemand drückte den Knopf, aus Not oder zum Spaß",
    "A station that takes no starts from afar, or cars that can't be talked to": (
        "Eine Station, die keine Fernstarts annimmt, oder Autos, mit denen keine Verständigung gelingt"
    ),
    "A damaged plug, or the car's pilot circuit": "Ein beschädigter Stecker, oder der Pilotkreis des Autos",
    "A blown fuse, a loose terminal or a contactor that lost a phase": (
        "Eine durchgebrannte Sicherung, eine lose Klemme oder ein Schütz, dem eine Phase fehlt"
    ),
    "A stop that the station never sent, after a restart or a loss of power": (
        "Ein Ende, das die Station nie meldete, nach Neustart oder Stromausfall"
    ),
    "The car, or a worn pilot contact in cable or socket": (
        "Das Auto, oder ein abgenutzter Pilotkontakt in Kabel oder Dose"
    ),
    "A power module, or the car's battery contactors": "Ein Leistungsmodul, oder die Batterieschütze des Autos",
}
