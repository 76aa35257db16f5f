"""German texts of cards and reservations."""

TEXTS: dict[str, str] = {
    "Cards": "Karten",
    "All": "Alle",
    "Blocked": "Gesperrt",
    "Expired": "Abgelaufen",
    "Search number, label, group or name": "Nummer, Bezeichnung, Gruppe oder Namen suchen",
    "Or one that there is": "Oder eine, die es gibt",
    "Last day, empty for always": "Letzter Tag, leer für immer",
    "A day, such as 2027-12-31.": "Ein Tag, etwa 2027-12-31.",
    "The app starts sessions by this token; its type stays.": "Mit dieser Kennung startet die App; ihre Art bleibt.",
    "What it is": "Was es ist",
    "No group": "Keine Gruppe",
    "Change {number}": "{number} ändern",
    "Only of the group {name}": "Nur aus der Gruppe {name}",
    "Make {name} the master pass?": "{name} zum Generalpass machen?",
    "Make it the master pass": "Zum Generalpass machen",
    "Master pass": "Generalpass",
    "{n} card": "{n} Karte",
    "{n} cards": "{n} Karten",
    "{n} blocked": "{n} gesperrt",
    "Take away": "Entziehen",
    "Show its cards": "Ihre Karten zeigen",
    "Groups of cards": "Kartengruppen",
    "Card or fob": "Karte oder Anhänger",
    "Card, ISO 15693": "Karte, ISO 15693",
    "Code to type in": "Code zum Eintippen",
    "Contract of a car": "Vertrag eines Autos",
    "Car itself (MAC address)": "Das Auto selbst (MAC-Adresse)",
    "App or central system": "App oder Zentrale",
    "Made by the station": "Von der Station vergeben",
    "Its cards then stop every session at stations with OCPP 2.0.1, such as before a car is towed away. "
    "They start none. The stations are told.": (
        "Ihre Karten beenden dann jeden Ladevorgang an Stationen mit OCPP 2.0.1, etwa vor dem Abschleppen eines Autos. "
        "Sie starten keinen. Die Stationen erfahren es."
    ),
    "None so far. Give cards the same group: they then stop each other's sessions.": (
        "Bisher keine. Geben Sie Karten dieselbe Gruppe: dann beenden sie gegenseitig ihre Ladevorgänge."
    ),
    "No card is found": "Keine Karte gefunden",
    "Cards and fobs that may charge at your stations stand here. People with the app need none.": (
        "Hier stehen Karten und Anhänger, die an Ihren Stationen laden dürfen. Wer die App hat, braucht keine."
    ),
    "group {name}": "Gruppe {name}",
    "until {when}": "bis {when}",
    "Remove {number}": "{number} entfernen",
    "Remove the card {number}?": "Karte {number} entfernen?",
    "It can't charge any more. Its sessions and receipts stay.": (
        "Sie kann nicht mehr laden. Ihre Ladevorgänge und Belege bleiben."
    ),
    "Remove": "Entfernen",
    "Allow": "Freigeben",
    "Block": "Sperren",
    "Block the card {number}?": "Karte {number} sperren?",
    "No station accepts it from now on. A session that runs goes on.": (
        "Ab jetzt nimmt keine Station sie an. Ein laufender Ladevorgang geht weiter."
    ),
    "Enter the number of the card.": "Geben Sie die Nummer der Karte ein.",
    "Number of the card": "Nummer der Karte",
    "Label, such as a name or a number plate": "Bezeichnung, etwa ein Name oder Kennzeichen",
    "Group": "Gruppe",
    "Cards of one group stop each other's sessions.": "Karten einer Gruppe beenden gegenseitig ihre Ladevorgänge.",
    "Add a card": "Karte hinzufügen",
    "None": "Keine",
    "All cards": "Alle Karten",
    "Some groups": "Einige Gruppen",
    "Never sent": "Nie gesendet",
    "Sent as soon as the station answers": "Wird gesendet, sobald die Station antwortet",
    "Being sent": "Wird gesendet",
    "Up to date": "Aktuell",
    "The station refused it": "Die Station hat sie abgelehnt",
    "Groups, with commas": "Gruppen, mit Kommas",
    "Keep these": "Diese behalten",
    "last {when}": "zuletzt {when}",
    "Send now": "Jetzt senden",
    "Let it forget known cards": "Bekannte Karten vergessen lassen",
    "It keeps {n} of them": "Sie hält {n} davon",
    "Cards for when it is offline": "Karten für die Zeit ohne Verbindung",
    "The station keeps no list of cards.": "Die Station führt keine Kartenliste.",
    "The station could not take the list.": "Die Station konnte die Liste nicht annehmen.",
    "Any connector": "Irgendein Anschluss",
    "Cancel it": "Aufheben",
    "Reservations": "Reservierungen",
    "Nobody holds a connector now.": "Gerade hält niemand einen Anschluss.",
    "This card is known already.": "Diese Karte ist schon bekannt.",
    "This is no card number.": "Das ist keine Kartennummer.",
    "Reserved for you until {time}.": "Für Sie reserviert bis {time}.",
    "Give the reservation back": "Reservierung zurückgeben",
    "Reserve for {minutes} minutes": "Für {minutes} Minuten reservieren",
    "Reserving costs up to {hourly} for each hour that the connector is kept for you.": (
        "Reservieren kostet bis zu {hourly} für jede Stunde, die der Anschluss für Sie freigehalten wird."
    ),
    "Reserving costs up to {once}.": "Reservieren kostet bis zu {once}.",
    "Reserving costs up to {once}, and {hourly} for each hour that the connector is kept for you.": (
        "Reservieren kostet bis zu {once}, und {hourly} für jede Stunde, die der Anschluss für Sie freigehalten wird."
    ),
    "It is part of the bill of your session.": "Das steht auf der Rechnung Ihrer Ladung.",
    "If you don't come: {amount}.": "Wenn Sie nicht kommen: {amount}.",
    "If you give it back earlier: up to {amount}.": "Wenn Sie vorher zurückgeben: bis zu {amount}.",
    "Giving it back in time costs nothing.": "Rechtzeitig zurückgeben kostet nichts.",
    "We set {amount} aside until then.": "{amount} legen wir bis dahin zurück.",
    "Reservation not used": "Reservierung nicht genutzt",
    "Reservation given back": "Reservierung zurückgegeben",
    "Reserved from": "Reserviert ab",
    "Until": "Bis",
    "The connector was kept for you, so nobody else could charge there.": (
        "Der Anschluss war für Sie freigehalten, niemand sonst konnte dort laden."
    ),
    "The connector was kept for you until you gave it back.": (
        "Der Anschluss war für Sie reserviert, bis Sie ihn zurückgaben."
    ),
    "Once for a reservation that you gave back.": "Einmal für eine Reservierung, die Sie zurückgaben.",
    "Fee for a reservation given back": "Gebühr für zurückgegebene Reservierung",
    "Connector reserved": "Anschluss reserviert",
    "Reservation over, not used": "Reservierung vorbei, nicht genutzt",
    "Not used": "Nicht genutzt",
    "Reserving, for each hour": "Reservieren, je Stunde",
    "A reservation nobody uses": "Reservierung, die niemand nutzt",
    "Reserved, and nobody came": "Reserviert, und niemand kam",
    "Kept for {span}, from {begins}": "{span} freigehalten, ab {begins}",
    "The charger reports a fault. Please choose another one.": (
        "Die Ladestation meldet eine Störung. Bitte wählen Sie eine andere."
    ),
    "Somebody is there already, or has reserved it. Please choose another one.": (
        "Dort ist schon jemand, oder jemand hat reserviert. Bitte wählen Sie eine andere."
    ),
    "This charger is out of service. Please choose another one.": (
        "Diese Ladestation ist außer Betrieb. Bitte wählen Sie eine andere."
    ),
    "This charger takes no reservations.": "Diese Ladestation nimmt keine Reservierungen an.",
    "You have a reservation already; cancel it first.": (
        "Sie haben schon eine Reservierung; geben Sie sie zuerst zurück."
    ),
    "This connector isn't free now. Please choose another one.": (
        "Dieser Anschluss ist gerade nicht frei. Bitte wählen Sie einen anderen."
    ),
}
