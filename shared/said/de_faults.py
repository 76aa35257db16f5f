"""German: faults that OCPP 1.6 has no name for (backend/alerts/rules/connector_faulted.py)."""

TEXTS = {
    "Emergency stop pressed": "Not-Aus gedrückt",
    "Ask on site what happened before anybody releases the button. Then restart the station.": (
        "Vor Ort klären, was geschah, bevor jemand den Knopf löst. Dann die Station neu starten."
    ),
    "Nobody identified in time": "Niemand hat sich rechtzeitig ausgewiesen",
    "The cable was plugged in and no card or app followed. Look at the reader if it happens again.": (
        "Das Kabel wurde gesteckt, aber weder Karte noch App folgten. Bei Wiederholung den Kartenleser prüfen."
    ),
    "The car is not ready to charge": "Das Auto ist nicht ladebereit",
    "Ask the driver to switch the car off or into park, then to plug in again.": (
        "Den Fahrer bitten, das Auto auszuschalten oder auf Parken zu stellen und neu anzustecken."
    ),
    "Insulation test failed before charging": "Isolationstest vor dem Laden misslungen",
    "Ask the driver to plug in again. Several cars in a row: keep it out of service and have the cable measured.": (
        "Den Fahrer bitten, neu anzustecken. Bei mehreren Autos: außer Betrieb lassen und das Kabel messen lassen."
    ),
    "Voltage doesn't match the car's": "Spannung passt nicht zu der des Autos",
    "Ask the driver to plug in again. Several cars in a row: have the power modules checked.": (
        "Den Fahrer bitten, neu anzustecken. Bei mehreren Autos: die Leistungsmodule prüfen lassen."
    ),
    "The station has no internet": "Die Station hat kein Internet",
    "Check its antenna, router and provider. Sessions are reported when it is back.": (
        "Antenne, Router und Anbieter prüfen. Ladevorgänge werden gemeldet, sobald sie wieder da ist."
    ),
    "Pilot signal out of range": "Pilotsignal außerhalb des Bereichs",
    "Ask the driver to unplug and plug in again. Several cars in a row: have cable and plug checked.": (
        "Den Fahrer bitten, ab- und wieder anzustecken. Bei mehreren Autos: Kabel und Stecker prüfen lassen."
    ),
    "No mains supply": "Keine Netzversorgung",
    "Check the breaker and whether the site has power. Sessions may have been cut short.": (
        "Sicherung prüfen und ob der Standort Strom hat. Ladevorgänge können abgebrochen sein."
    ),
    "Contactor of the car fails": "Schütz des Autos versagt",
    "The car's own fault: the driver needs a garage. Several cars in a row: have the station checked.": (
        "Ein Fehler des Autos: der Fahrer braucht eine Werkstatt. Bei mehreren Autos: die Station prüfen lassen."
    ),
    "Contactor doesn't open or close": "Schütz öffnet oder schließt nicht",
    "Cable too hot, charging slower": "Kabel zu heiß, es lädt langsamer",
    "Look for dirt or damage at the plug's contacts, and at the cable's cooling, if it happens again.": (
        "Bei Wiederholung die Kontakte des Steckers auf Schmutz und Schäden und die Kühlung des Kabels prüfen."
    ),
    "Cable too hot, charging stopped": "Kabel zu heiß, Laden beendet",
    "Keep the connector out of service until somebody has looked at the plug's contacts and the cable's cooling.": (
        "Anschluss außer Betrieb lassen, bis jemand die Kontakte des Steckers und die Kühlung des Kabels geprüft hat."
    ),
    "Plug not all the way in": "Stecker nicht ganz eingesteckt",
    "Ask the driver to unplug, wait ten seconds and push the plug in until it clicks.": (
        "Den Fahrer bitten, abzustecken, zehn Sekunden zu warten und bis zum Klicken neu einzustecken."
    ),
    "Too much capacitance in the car": "Zu hohe Kapazität im Auto",
    "Ask the driver to plug in again. Several cars in a row: have the station's measuring checked.": (
        "Den Fahrer bitten, neu anzustecken. Bei mehreren Autos: die Messung der Station prüfen lassen."
    ),
    "Insulation too low while charging": "Isolation beim Laden zu schwach",
    "Keep the connector out of service until an electrician has measured cable and outlet.": (
        "Anschluss außer Betrieb lassen, bis eine Elektrofachkraft Kabel und Anschluss gemessen hat."
    ),
    "Plug detection out of range": "Steckererkennung außerhalb des Bereichs",
    "Look at the plug: its latch or the contact that detects it may be damaged or dirty.": (
        "Den Stecker ansehen: Riegel oder Erkennungskontakt können beschädigt oder verschmutzt sein."
    ),
    "Voltage at the plug when there should be none": "Spannung am Stecker, wo keine sein darf",
    "Keep the connector out of service and the place closed off until a technician has been there.": (
        "Anschluss außer Betrieb lassen und den Platz absperren, bis ein Techniker da war."
    ),
    "Latch of the plug is broken": "Riegel des Steckers gebrochen",
    "Keep the connector out of service until the plug has been replaced.": (
        "Anschluss außer Betrieb lassen, bis der Stecker ersetzt ist."
    ),
    "Cable is cut or torn off": "Kabel durchtrennt oder abgerissen",
    "Switch the connector off at the breaker and send somebody. Report a theft to the police.": (
        "Anschluss an der Sicherung abschalten und jemanden schicken. Einen Diebstahl der Polizei melden."
    ),
}
