"""German: where tariffs apply, groups of drivers, how the operator is paid."""

TEXTS = {
    # Where a tariff applies
    "Everywhere": "Überall",
    "A location": "Ein Standort",
    "A station": "Eine Station",
    "Everybody": "Alle",
    "for everybody": "für alle",
    "only for {group}": "nur für {group}",
    "from {day}": "ab {day}",
    "until {day}": "bis {day}",
    "Over": "Vorbei",
    "Nowhere by itself: connectors can choose it, or add a place here.": (
        "Von selbst nirgends: Anschlüsse können ihn wählen, oder füge hier einen Ort hinzu."
    ),
    "The most specific one wins: a driver's group, then station, location, everywhere.": (
        "Der genaueste gilt: die Gruppe, dann Station, Standort, überall."
    ),
    "Remove {name}": "{name} entfernen",
    "A day is written as 2026-12-31 or 31.12.2026.": "Ein Tag wird 2026-12-31 oder 31.12.2026 geschrieben.",
    "Choose the place.": "Wählen Sie den Ort.",
    "First day (empty: at once)": "Erster Tag (leer: sofort)",
    "Last day (empty: for good)": "Letzter Tag (leer: auf Dauer)",
    "Where it applies": "Wo er gilt",
    "It holds where nothing else is said.": "Er gilt, wo sonst nichts gesagt ist.",
    "1 connector has a tariff of its own: it comes first.": "1 Anschluss hat einen eigenen Tarif: Der geht vor.",
    "{n} connectors have a tariff of their own: it comes first.": (
        "{n} Anschlüsse haben einen eigenen Tarif: Der geht vor."
    ),
    "The first tariff of the list, where nothing else is said": "Der erste Tarif der Liste, wo nichts anderes gilt",
    "{places} and {n} more": "{places} und {n} weitere",
    "Holds where nothing else is said": "Gilt, wo nichts anderes gesagt ist",
    "The last day is before the first one.": "Der letzte Tag liegt vor dem ersten.",
    # Drivers and their groups
    "1 tariff applies for it": "1 Tarif gilt für sie",
    "{n} tariffs apply for it": "{n} Tarife gelten für sie",
    "No tariff applies for it yet: choose one under Tariffs.": "Noch gilt kein Tarif für sie: siehe Tarife.",
    "Credit": "Guthaben",
    "Rename": "Umbenennen",
    "Group": "Gruppe",
    "Give the group a name.": "Geben Sie der Gruppe einen Namen.",
    "Name, such as Staff or City taxis": "Name, etwa Belegschaft oder Stadttaxis",
    "New group": "Neue Gruppe",
    "Rename {name}": "{name} umbenennen",
    "In no group": "In keiner Gruppe",
    "From the next session on they pay its prices. A session that runs keeps its own.": (
        "Ab dem nächsten Ladevorgang gelten deren Preise. Ein laufender behält seine."
    ),
    "{name} has {amount} now.": "{name} hat jetzt {amount}.",
    "What for, as the driver reads it": "Wofür, so wie es gelesen wird",
    "It goes into the wallet at once and pays before the card. It can't be paid out.": (
        "Es liegt sofort in der Geldbörse und zahlt vor der Karte. Ausgezahlt wird es nicht."
    ),
    "Credit for {name}": "Guthaben für {name}",
    "Give credit": "Guthaben geben",
    "Groups with prices of their own, and credit as a present.": (
        "Gruppen mit eigenen Preisen, und Guthaben als Geschenk."
    ),
    "Dissolve {name}?": "{name} auflösen?",
    "Its drivers stay and pay what everybody pays. Tariffs that apply for it apply to nobody.": (
        "Die Personen bleiben und zahlen, was alle zahlen. Tarife, die für sie gelten, gelten für niemanden."
    ),
    "Dissolve": "Auflösen",
    "A tariff can apply for a group only: a fleet, the staff, the tenants of a house.": (
        "Ein Tarif kann nur für eine Gruppe gelten: eine Flotte, die Belegschaft, die Mieter eines Hauses."
    ),
    "Choose All, then put drivers into this group.": "Wählen Sie Alle und fügen Sie dann Personen in diese Gruppe.",
    # How the operator is paid
    "Demo (no real money)": "Demo (kein echtes Geld)",
    "Nobody begins a session": "Niemand beginnt einen Ladevorgang",
    "Known drivers charge, up to the limit": "Bekannte laden, bis zur Grenze",
    "No new session until it is paid": "Kein neuer Ladevorgang, bis es bezahlt ist",
    "They charge on, up to the limit": "Sie laden weiter, bis zur Grenze",
    "Every card is accepted and no money moves: for trying things out.": (
        "Jede Karte wird angenommen und kein Geld fließt: zum Ausprobieren."
    ),
    "Secret key (sk_…)": "Geheimer Schlüssel (sk_…)",
    "Webhook secret (whsec_…)": "Geheimnis des Webhooks (whsec_…)",
    "A key can stay out of the database: write env:WATTLINE_PAY_… and set that variable on the server.": (
        "Ein Schlüssel kann der Datenbank fernbleiben: Dafür steht hier env:WATTLINE_PAY_…, und die Variable am Server."
    ),
    "Address for Stripe's webhook": "Adresse für den Webhook von Stripe",
    "Payment provider": "Zahlungsdienst",
    "Taken from {name} on the server.": "Kommt aus {name} am Server.",
    "{name} is not set on the server.": "{name} ist am Server nicht gesetzt.",
    "Stored, encrypted. Type a new one to replace it.": "Gespeichert, verschlüsselt. Ein neuer ersetzt ihn.",
    "Not entered yet.": "Noch nicht eingegeben.",
    "{what} in {currency}": "{what} in {currency}",
    "Reserved before a session": "Vor einem Ladevorgang reserviert",
    "What isn't used is given back when the session is billed.": (
        "Was nicht gebraucht wird, kommt mit der Rechnung zurück."
    ),
    "When the payment provider doesn't answer": "Wenn der Zahlungsdienst nicht antwortet",
    "When somebody owes for an earlier session": "Wenn jemand noch etwas schuldet",
    "Limit of debt": "Grenze der Schulden",
    "Where people may charge without paying at once, they owe at most this.": (
        "Wer laden darf, ohne gleich zu zahlen, schuldet höchstens so viel."
    ),
    "A payment that fails is tried again after hours": "Erneuter Versuch nach Stunden",
    "The driver gets a letter each time. After the last try it is a debt.": (
        "Jedes Mal geht ein Brief hinaus. Nach dem letzten Versuch ist es eine Schuld."
    ),
    "Rules": "Regeln",
    "Provider and keys, what is reserved, and what happens when a payment fails.": (
        "Zahlungsdienst und Schlüssel, was reserviert wird und was bei einer gescheiterten Zahlung geschieht."
    ),
    "Write the hours with commas, such as 1, 24, 72.": "Schreiben Sie die Stunden mit Kommas, etwa 1, 24, 72.",
    "A tariff has the currency that the operator is paid in.": (
        "Ein Tarif hat die Währung, in der der Betreiber bezahlt wird."
    ),
    "Stripe needs its secret key.": "Stripe braucht seinen geheimen Schlüssel.",
    "The debt limit is an amount from 0 to 10000.": "Die Grenze der Schulden ist ein Betrag von 0 bis 10000.",
    "A named secret is written as env:WATTLINE_PAY_ and the rest of its name.": (
        "Ein benanntes Geheimnis wird env:WATTLINE_PAY_ und dann sein Name geschrieben."
    ),
    # The provider's own list
    "Read it now": "Jetzt lesen",
    "Every night the provider's charges, refunds, disputes and fees are read.": (
        "Jede Nacht werden Zahlungen, Erstattungen, Einsprüche und Gebühren des Zahlungsdienstes gelesen."
    ),
    "The provider has listed nothing yet": "Der Zahlungsdienst hat noch nichts aufgelistet",
    "The demo provider keeps no list. With Stripe, each day stands here after its night.": (
        "Die Demo führt keine Liste. Mit Stripe steht jeder Tag nach seiner Nacht hier."
    ),
    "Against the payment provider": "Gegen den Zahlungsdienst",
    "Not read": "Nicht gelesen",
    "Taken": "Eingenommen",
    "Disputed": "Einsprüche",
    "Fees": "Gebühren",
    "Paid out": "Ausgezahlt",
    "In our ledger": "In unserem Buch",
    "we count {ours}, the provider {theirs}": "wir zählen {ours}, der Zahlungsdienst {theirs}",
    "The provider took money that no payment here knows of.": (
        "Der Zahlungsdienst hat Geld genommen, das hier zu keiner Zahlung gehört."
    ),
    "Look it up at the provider. If it isn't for a session or a top-up, refund it there.": (
        "Sieh beim Zahlungsdienst nach. Gehört es zu keinem Ladevorgang und keiner Aufladung, erstatte es dort."
    ),
    "We count money as taken that the provider doesn't know of.": (
        "Wir zählen Geld als eingenommen, von dem der Zahlungsdienst nichts weiß."
    ),
    "Look the payment up at the provider. If nothing was taken there, collect the bill another way.": (
        "Suchen Sie die Zahlung beim Zahlungsdienst. Wurde dort nichts genommen, fordern Sie die Rechnung anders ein."
    ),
    "The provider took another amount than we count.": "Der Zahlungsdienst nahm einen anderen Betrag, als wir zählen.",
    "Open the payment. Refund what is too much; what is missing stays a debt.": (
        "Öffnen Sie die Zahlung. Erstatten Sie, was zu viel ist; was fehlt, bleibt eine Schuld."
    ),
    "The provider gave back money that we don't know of.": (
        "Der Zahlungsdienst hat Geld erstattet, von dem wir nichts wissen."
    ),
    "It was refunded at the provider. Its report takes it over here; if none came, check the webhook.": (
        "Es wurde dort erstattet. Seine Meldung übernimmt es hier; kam keine, prüfen Sie den Webhook."
    ),
    "We count a refund that the provider doesn't list.": (
        "Wir zählen eine Erstattung, die der Zahlungsdienst nicht aufführt."
    ),
    "Open the payment: a refund that failed at the bank must be given back another way.": (
        "Öffnen Sie die Zahlung: Was bei der Bank scheiterte, muss anders zurückgegeben werden."
    ),
    "Money was taken back in a dispute and isn't booked here.": (
        "Bei einem Einspruch wurde Geld zurückgeholt und ist hier nicht gebucht."
    ),
    "Answer the dispute at the provider; check that its webhook sends charge.dispute events.": (
        "Beantworten Sie den Einspruch dort; prüfen Sie, dass der Webhook Ereignisse charge.dispute sendet."
    ),
    "A dispute is booked here that the provider doesn't list.": (
        "Hier ist ein Einspruch gebucht, den der Zahlungsdienst nicht aufführt."
    ),
    "Check the dispute at the provider.": "Prüfen Sie den Einspruch beim Zahlungsdienst.",
    "The bank wants to hear from the cardholder. Enter the card anew, or use another one.": (
        "Die Bank will von Ihnen hören. Geben Sie die Karte neu ein oder nehmen Sie eine andere."
    ),
    "The bank didn't take the money back to this card: give it back another way.": (
        "Die Bank hat das Geld für diese Karte nicht angenommen: Geben Sie es anders zurück."
    ),
    # Owners of locations, exports
    "Owners": "Eigentümer",
    "New owner": "Neuer Eigentümer",
    "No owners yet": "Noch keine Eigentümer",
    "Where a location belongs to somebody else, their share of a month is reckoned here.": (
        "Wo ein Standort jemand anderem gehört, wird hier dessen Anteil an einem Monat berechnet."
    ),
    "Nothing was earned in this month.": "In diesem Monat wurde nichts eingenommen.",
    "{share} % of net": "{share} % vom Netto",
    "less {fee} a session": "abzüglich {fee} je Ladevorgang",
    "Their share": "Ihr Anteil",
    "Payout, net": "Auszahlung, netto",
    "Issue": "Ausstellen",
    "Issue the statement for {name}?": "Abrechnung für {name} ausstellen?",
    "It gets a number and never changes from then on. Corrections are in the next statement.": (
        "Sie bekommt eine Nummer und ändert sich nicht mehr. Korrekturen stehen in der nächsten Abrechnung."
    ),
    "Issued as {number} on {date}": "Ausgestellt als {number} am {date}",
    "Stays with you": "Bleibt bei Ihnen",
    "Not paid by drivers": "Nicht bezahlt",
    "Share of the net earnings in percent": "Anteil am Netto-Erlös in Prozent",
    "Your fee for each session, net": "Ihre Gebühr je Ladevorgang, netto",
    "VAT on the payout in percent (0: none)": "Umsatzsteuer auf die Auszahlung in Prozent (0: keine)",
    "Give the owner a name.": "Geben Sie dem Eigentümer einen Namen.",
    "Forget {name}?": "{name} vergessen?",
    "The locations stay. Months that are over are no longer reckoned for this owner.": (
        "Die Standorte bleiben. Vergangene Monate werden für diesen Eigentümer nicht mehr berechnet."
    ),
    "Forget": "Vergessen",
    "Forget this owner": "Diesen Eigentümer vergessen",
    "Refunds": "Erstattungen",
    "What was given back, to whom, why and by whom.": "Was zurückgegeben wurde, an wen, warum und von wem.",
    "Top-ups": "Aufladungen",
    "Money that drivers put into their wallets.": "Geld, das in Geldbörsen eingezahlt wurde.",
    "Wallet movements": "Bewegungen der Geldbörsen",
    "Each change of a wallet: put in, spent, reserved, given back, credit.": (
        "Jede Änderung einer Geldbörse: eingezahlt, ausgegeben, reserviert, zurückgegeben, Guthaben."
    ),
    "What could not be taken, with when and how it was settled or written off.": (
        "Was nicht eingezogen werden konnte, mit wann und wie es beglichen oder erlassen wurde."
    ),
}
