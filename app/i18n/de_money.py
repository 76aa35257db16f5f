"""German: money, papers, meters that sign, codes for guests."""

TEXTS: dict[str, str] = {
    "Signed by the meter": "Vom Zähler signiert",
    "Signature fits": "Signatur passt",
    "Signature doesn't fit": "Signatur passt nicht",
    "Not checked": "Nicht geprüft",
    "By the signed registers: {energy}": "Nach den signierten Zählerständen: {energy}",
    "To check it yourself, load the file of this session into the S.A.F.E. transparency software.": (
        "Zum eigenen Prüfen laden Sie die Datei dieses Ladevorgangs in die Transparenzsoftware von S.A.F.E."
    ),
    "The meter's signature was checked and fits.": "Die Signatur des Zählers wurde geprüft und passt.",
    "The meter's signature does not fit: ask the operator.": (
        "Die Signatur des Zählers passt nicht: Fragen Sie den Betreiber."
    ),
    "The meter's signature could not be checked here, as its key is not known.": (
        "Die Signatur des Zählers konnte hier nicht geprüft werden, weil ihr Schlüssel nicht bekannt ist."
    ),
    "Checked with the key that came with the data; enter the meter's own key for a full check.": (
        "Geprüft mit dem Schlüssel, der mit den Daten kam; für eine volle Prüfung den Schlüssel des Zählers eintragen."
    ),
    "The signature doesn't fit the data and the key.": "Die Signatur passt nicht zu Daten und Schlüssel.",
    "No key of this meter is known.": "Zu diesem Zähler ist kein Schlüssel bekannt.",
    "This is no OCMF record; it is kept as it came.": "Das ist kein OCMF-Datensatz; er bleibt, wie er kam.",
    "At the start": "Am Anfang",
    "At the end": "Am Ende",
    "During the session": "Während des Ladevorgangs",
    "File for the transparency software": "Datei für die Transparenzsoftware",
    "Copy the signed data": "Signierte Daten kopieren",
    "Copy the key": "Schlüssel kopieren",
    "Send by e-mail": "Per E-Mail",
    "Save as PDF": "Als PDF sichern",
    "It is on its way to your e-mail.": "Es ist unterwegs an Ihre E-Mail-Adresse.",
    "This operator can't send e-mail yet; download the PDF instead.": (
        "Dieser Betreiber kann noch keine E-Mails senden; laden Sie stattdessen das PDF."
    ),
    "Invoices": "Rechnungen",
    "Invoice": "Rechnung",
    "Credit note": "Rechnungskorrektur",
    "On its way by e-mail": "Per E-Mail unterwegs",
    "Sent by e-mail": "Per E-Mail gesendet",
    "The e-mail was refused": "Die E-Mail wurde abgelehnt",
    "Not sent: no mail server is set": "Nicht gesendet: kein Mailserver eingestellt",
    "Money": "Geld",
    "Payments": "Zahlungen",
    "Debts": "Offenes",
    "Settlement": "Abrechnung",
    "Reconciliation": "Abgleich",
    "Exports": "Exporte",
    "Without a location": "Ohne Standort",
    "Every night the bills of the last seven days are held against the payments.": (
        "Jede Nacht werden die Rechnungen der letzten sieben Tage mit den Zahlungen verglichen."
    ),
    "All days": "Alle Tage",
    "Differences": "Abweichungen",
    "No differences": "Keine Abweichungen",
    "No day was reconciled yet": "Noch kein Tag abgeglichen",
    "The first check is made this night.": "Der erste Abgleich läuft heute Nacht.",
    "Agrees": "Stimmt",
    "1 difference": "1 Abweichung",
    "{n} differences": "{n} Abweichungen",
    "{bills} bills, {billed} billed, {captured} paid, {account} on account": (
        "{bills} Belege, {billed} berechnet, {captured} bezahlt, {account} auf Rechnung"
    ),
    "On account": "Auf Rechnung",
    "billed {billed}, paid {captured}": "berechnet {billed}, bezahlt {captured}",
    "The payment failed: the bill is open.": "Die Zahlung schlug fehl: Der Beleg ist offen.",
    "The money should have been taken by now.": "Das Geld müsste längst eingezogen sein.",
    "Less was taken than was billed: the rest is owed.": "Weniger eingezogen als berechnet: Der Rest ist offen.",
    "More was taken than was billed: give it back.": "Es wurde mehr eingezogen als berechnet: Zurückgeben.",
    "Money was taken and there is no bill for it.": "Es wurde Geld eingezogen, zu dem es keinen Beleg gibt.",
    "Month before": "Monat davor",
    "Month after": "Monat danach",
    "Nothing was billed in this month": "In diesem Monat wurde nichts berechnet",
    "Here you see what each location earned: energy, net, VAT, what was paid and what is still owed.": (
        "Hier sehen Sie, was jeder Standort einbrachte: Energie, netto, MwSt., was bezahlt wurde und was offen ist."
    ),
    "VAT": "MwSt.",
    "Billed": "Berechnet",
    "Owed": "Offen",
    "Send to {person}": "An {person} senden",
    "{made} invoices written, {there} were there already.": ("{made} Rechnungen geschrieben, {there} waren schon da."),
    "Invoice {month}": "{month} abrechnen",
    "Search number or person": "Nummer oder Person suchen",
    "A month's invoices are written in the first night after it.": (
        "Die Rechnungen eines Monats werden in der ersten Nacht danach von selbst geschrieben."
    ),
    "Unpaid": "Unbezahlt",
    "No invoice fits": "Keine Rechnung passt",
    "No invoices yet": "Noch keine Rechnungen",
    "A person's sessions of a month become one invoice, with every receipt in it.": (
        "Die Ladevorgänge einer Person in einem Monat werden eine Rechnung, mit jedem Beleg darin."
    ),
    "Number": "Nummer",
    "No payment fits": "Keine Zahlung passt",
    "Nobody owes anything": "Niemand schuldet etwas",
    "What could not be taken from a card is listed here, with whom to ask.": (
        "Was von einer Karte nicht eingezogen werden konnte, steht hier, und wen Sie fragen können."
    ),
    "No payments yet": "Noch keine Zahlungen",
    "Each session that costs something reserves an amount first; here you see what became of it.": (
        "Jeder Ladevorgang, der etwas kostet, reserviert zuerst einen Betrag; hier sehen Sie, was daraus wurde."
    ),
    "When": "Wann",
    "Person": "Person",
    "Guest": "Gast",
    "{amount} still owed": "{amount} noch offen",
    "Search receipt, person, card or station": "Beleg, Person, Karte oder Ladesäule suchen",
    "Being reserved": "Wird reserviert",
    "Reserved": "Reserviert",
    "Being taken": "Wird eingezogen",
    "Being released": "Wird freigegeben",
    "Released": "Freigegeben",
    "Bills": "Belege",
    "Each session with its place, driver, energy, registers and cost.": (
        "Jeder Ladevorgang mit Ort, Fahrer, Energie, Zählerständen und Kosten."
    ),
    "Each charge detail record with net, VAT and total, as the receipts say.": (
        "Jeder Beleg mit netto, MwSt. und Summe, wie er geschrieben wurde."
    ),
    "Each payment with what was reserved, billed and taken, and the provider's reference.": (
        "Jede Zahlung mit dem, was reserviert, berechnet und eingezogen wurde, und der Referenz des Anbieters."
    ),
    "This month": "Dieser Monat",
    "Last month": "Letzter Monat",
    "This year": "Dieses Jahr",
    "Everything": "Alles",
    "Receipts and invoices": "Belege und Rechnungen",
    "Company name": "Firma",
    "VAT number": "USt-IdNr.",
    "Register entry": "Registereintrag",
    "Bank account": "Bankverbindung",
    "E-mail for questions": "E-Mail für Fragen",
    "Phone": "Telefon",
    "Line at the end of each paper": "Zeile am Ende jedes Belegs",
    "Send each receipt by e-mail when it is written": "Jeden Beleg per E-Mail senden, sobald er geschrieben ist",
    "Send each invoice by e-mail when it is written": "Jede Rechnung per E-Mail senden, sobald sie geschrieben ist",
    "A tax office wants to see name, address and VAT number on each receipt and invoice.": (
        "Ein Finanzamt will auf jedem Beleg Name, Anschrift und USt-IdNr. sehen."
    ),
    "Saved. It counts for what is written from now on.": "Gesichert. Es gilt für alles, was ab jetzt geschrieben wird.",
    "Connector (0: all)": "Anschluss (0: alle)",
    "Public key": "Öffentlicher Schlüssel",
    "Label, such as the meter's number": "Bezeichnung, etwa die Zählernummer",
    "Hexadecimal, base64 or PEM, as on the meter or in its papers.": (
        "Hexadezimal, Base64 oder PEM, wie auf dem Zähler oder in seinen Papieren."
    ),
    "Key of a meter": "Schlüssel eines Zählers",
    "A code on each connector opens a page to charge without app and account.": (
        "Ein Code an jedem Anschluss öffnet eine Seite zum Laden ohne App und Konto."
    ),
    "Print the codes (PDF)": "Codes drucken (PDF)",
    "Keys of signing meters": "Schlüssel signierender Zähler",
    "All connectors": "Alle Anschlüsse",
    "None. A meter that signs its values is checked with its public key.": (
        "Keine. Ein Zähler, der signiert, wird mit seinem öffentlichen Schlüssel geprüft."
    ),
    "Enter a key": "Schlüssel eintragen",
    "Guests and meters": "Gäste und Zähler",
    "Saved. What could not be checked so far is checked again.": (
        "Gesichert. Was bisher nicht geprüft werden konnte, wird noch einmal geprüft."
    ),
    "The connector is a number.": "Der Anschluss ist eine Zahl.",
    "This is no public key of a meter: it must be an elliptic curve key as hexadecimal, base64 or PEM.": (
        "Das ist kein öffentlicher Schlüssel eines Zählers: Er muss hexadezimal, in Base64 oder als PEM vorliegen."
    ),
    "Payment": "Zahlung",
    "Amount": "Betrag",
    "Reason": "Grund",
    "Open the session": "Zum Ladevorgang",
    "Give back": "Zurückgeben",
    "Give money back": "Geld zurückgeben",
    "Given back": "Zurückgegeben",
    "On its way": "Unterwegs",
    "From the wallet": "Vom Guthaben",
    "Disputed": "Angefochten",
    "Trouble": "Problem",
    "To the card": "Auf die Karte",
    "Into the wallet": "Aufs Guthaben",
    "At most {amount} can be given back.": "Höchstens {amount} können zurückgegeben werden.",
    "Type an amount such as 12.50.": "Geben Sie einen Betrag wie 12,50 ein.",
    "The refund is on its way.": "Die Rückzahlung ist unterwegs.",
    "Settled": "Beglichen",
    "Written off": "Ausgebucht",
    "Written off.": "Ausgebucht.",
    "Write off": "Ausbuchen",
    "Write off {amount} of {person}?": "{amount} von {person} ausbuchen?",
    "Nobody is asked for this money any more, and the person can charge again.": (
        "Niemand wird mehr nach diesem Geld gefragt, und die Person kann wieder laden."
    ),
    "None": "Keine",
    "Date": "Datum",
}
