"""Wallet, cards and tariffs in German."""

TEXTS = {
    "Letters about a payment that failed": "Briefe zu einer fehlgeschlagenen Zahlung",
    "Subject of the letter": "Betreff",
    "While it is tried again": "Solange es noch einmal versucht wird",
    "When it is a debt": "Wenn es eine Schuld ist",
    "You can use {name}, {amount} and {operator}. Empty a field to have the usual words again.": (
        "{name}, {amount} und {operator} werden ersetzt. Ein leeres Feld bringt die üblichen Worte zurück."
    ),
    "Put in": "Eingezahlt",
    "Credit from the operator": "Guthaben vom Betreiber",
    "Refund": "Erstattung",
    "An earlier payment failed. Settle it, so that you can go on charging.": (
        "Eine frühere Zahlung ist fehlgeschlagen. Begleichen Sie sie, damit Sie weiter laden können."
    ),
    "Settle it": "Begleichen",
    "What was owed, paid": "Offenen Betrag bezahlt",
    "Given back to your card": "Auf Ihre Karte zurückgezahlt",
    "Taken back by your bank": "Von Ihrer Bank zurückgeholt",
    "Back after your bank's decision": "Nach Entscheidung Ihrer Bank wieder da",
    "It is taken from your wallet first, the rest from your card.": (
        "Es wird zuerst vom Guthaben genommen, der Rest von Ihrer Karte."
    ),
    "Reserved for a session": "Für einen Ladevorgang reserviert",
    "Reserved for what is owed": "Für den offenen Betrag reserviert",
    "Reserved, nothing taken": "Reserviert, nichts genommen",
    "Paid for a session": "Ladevorgang bezahlt",
    "{reserved} reserved, {returned} given back": "{reserved} reserviert, {returned} wieder frei",
    "Settled. You can charge again.": "Beglichen. Sie können wieder laden.",
    "Wallet": "Guthaben",
    "Put money in": "Geld einzahlen",
    "Wallet and cards": "Guthaben und Karten",
    "It pays first; your card pays the rest.": "Es zahlt zuerst, Ihre Karte den Rest.",
    "{amount} more is reserved for a session.": "{amount} sind zusätzlich für einen Ladevorgang reserviert.",
    "The price here is in another currency than the operator is paid in. Please tell the operator.": (
        "Der Preis hier ist in einer anderen Währung, als der Betreiber bezahlt wird. Bitte sagen Sie es dem Betreiber."
    ),
    "You owe {amount}": "Offener Betrag: {amount}",
    "A payment of {when} failed: {why}": "Eine Zahlung vom {when} ist fehlgeschlagen: {why}",
    "Pay now": "Jetzt bezahlen",
    "Your card is entered at our payment provider; its number never comes to us.": (
        "Ihre Karte geben Sie beim Zahlungsdienst ein; ihre Nummer kommt nie zu uns."
    ),
    "No card yet": "Noch keine Karte",
    "pays": "zahlt",
    "Use": "Verwenden",
    "Nothing yet.": "Noch nichts.",
    "Enter an amount, such as 20.": "Geben Sie einen Betrag ein, etwa 20.",
    "Amount in {currency}": "Betrag in {currency}",
    "No card is saved yet. Add one first: it pays what you put in.": (
        "Es ist noch keine Karte gespeichert. Geben Sie zuerst eine an: Sie bezahlt, was Sie einzahlen."
    ),
    "Open the receipt": "Beleg öffnen",
    "It is taken from your card now.": "Er wird jetzt von Ihrer Karte abgebucht.",
    "Your cards, your wallet and what you owe.": "Ihre Karten, Ihr Guthaben und offene Beträge.",
    "For each kWh": "Je kWh",
    "For each hour of charging": "Je Stunde Laden",
    "For each hour after charging": "Je Stunde nach dem Laden",
    "Once a session": "Je Ladevorgang",
    "VAT in percent": "Umsatzsteuer in Prozent",
    "Free minutes after charging": "Freie Minuten nach dem Laden",
    "After charging at most": "Nach dem Laden höchstens",
    "A session costs at least": "Ein Ladevorgang kostet mindestens",
    "A session costs at most": "Ein Ladevorgang kostet höchstens",
    "For each kWh at other hours": "Je kWh zu anderen Zeiten",
    "From, such as 22:00": "Von, etwa 22:00",
    "Until, such as 06:00": "Bis, etwa 06:00",
    "Fast charging at noon": "Schnellladen am Mittag",
    "A stop in the evening": "Ein Halt am Abend",
    "Over night": "Über Nacht",
    "Retire the tariff {name}?": "Tarif {name} zurückziehen?",
    "Its connectors take the first tariff of the list. Sessions that run keep it.": (
        "Seine Anschlüsse nehmen den ersten Tarif der Liste. Laufende Ladevorgänge behalten ihn."
    ),
    "Retire": "Zurückziehen",
    "Tariffs": "Tarife",
    "Charging is free until there is one.": "Laden ist kostenlos, bis es einen gibt.",
    "No tariff yet": "Noch kein Tarif",
    "New tariff": "Neuer Tarif",
    "Each hour": "Je Stunde",
    "Each hour after": "Je Stunde danach",
    "{amount} with VAT": "{amount} mit MwSt.",
    "The whole session": "Der ganze Ladevorgang",
    "Reserving": "Reservieren",
    "Retire {name}": "{name} zurückziehen",
    "Give the tariff a name.": "Geben Sie dem Tarif einen Namen.",
    "This tariff can't be used.": "Dieser Tarif ist so nicht möglich.",
    "This is no currency of ISO 4217.": "Das ist keine Währung nach ISO 4217.",
    "Each kind of price may stand once in an element.": "Jede Art von Preis darf in einem Element nur einmal stehen.",
    "It must be more than the beginning; this never applies.": ("Es muss mehr sein als der Anfang; so gilt es nie."),
    "VAT is from 0 to 100 percent.": "Die Umsatzsteuer liegt zwischen 0 und 100 Prozent.",
    "Reserving is priced once or by time; it takes no energy and is no parking.": (
        "Eine Reservierung kostet einmal oder nach Zeit; sie braucht keine Energie und ist kein Parken."
    ),
    "This never applies: an element before it has this kind of price at all times.": (
        "Das gilt nie: Ein Element davor hat diese Art von Preis zu jeder Zeit."
    ),
    "With VAT it can't be less than without.": "Mit Umsatzsteuer kann es nicht weniger sein als ohne.",
    "The minimum price is above the maximum price.": "Der Mindestpreis liegt über dem Höchstpreis.",
    "The amount is finer than the smallest coin of the currency.": (
        "Der Betrag ist feiner als die kleinste Münze der Währung."
    ),
    "This is no number: {field}": "Das ist keine Zahl: {field}",
    "Free minutes are a whole number from 0 to {most}.": "Freie Minuten sind eine ganze Zahl von 0 bis {most}.",
    "This is no JSON object.": "Das ist kein JSON-Objekt.",
    "In the form of OCPI 2.2.1": "In der Form von OCPI 2.2.1",
    "Prices are without VAT.": "Preise ohne Umsatzsteuer.",
    "More, in the form of OCPI": "Mehr, in der Form von OCPI",
    "Prices": "Preise",
    "What sessions would cost": "Was Ladevorgänge kosten würden",
    "{kwh} kWh in {charging}, then {parking} connected, from {begins}": (
        "{kwh} kWh in {charging}, dann {parking} verbunden, ab {begins}"
    ),
    "What charging costs, with a preview of sample sessions.": "Was Laden kostet, mit Vorschau auf Beispiele.",
}
