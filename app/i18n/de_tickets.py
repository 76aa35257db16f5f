"""German: service partners, tickets, and one's own messages."""

TEXTS = {
    "No messages yet": "Noch keine Nachrichten",
    "What concerns you stands here: as it happens, and for a while after.": (
        "Was Sie betrifft, steht hier: wenn es geschieht und eine Weile danach."
    ),
    "All read": "Alles gelesen",
    "{place}, {n} unread": "{place}, {n} ungelesen",
    "Service tickets": "Serviceaufträge",
    "Service partner": "Servicepartner",
    "Service partners": "Servicepartner",
    "No service partners": "Keine Servicepartner",
    "Nobody is named yet who repairs stations.": "Noch ist niemand benannt, der Stationen repariert.",
    "Add a service partner": "Servicepartner hinzufügen",
    "Add a partner": "Partner hinzufügen",
    "Whoever is for this site": "Wer für diesen Standort da ist",
    "Message to them (not required)": "Nachricht dazu (freiwillig)",
    "Send a ticket": "Auftrag senden",
    "There was none.": "Es gab keinen.",
    "asked by {name}": "beauftragt von {name}",
    "Their answer: {text}": "Antwort: {text}",
    "E-mail address": "E-Mail-Adresse",
    "Web address (https)": "Webadresse (https)",
    "Webhook (signed JSON)": "Webhook (signiertes JSON)",
    "Asked by": "Beauftragt per",
    "All sites": "Alle Standorte",
    "For these sites": "Für diese Standorte",
    "They get service tickets from incidents, and answer by a link: taken, done, or not taken.": (
        "Sie bekommen Serviceaufträge aus Störungen und antworten über einen Link: übernommen, erledigt oder nicht."
    ),
    "Add who repairs your stations; then incidents can be sent to them.": (
        "Tragen Sie ein, wer Ihre Stationen repariert; dann können Sie Störungen dorthin senden."
    ),
    "Open tickets: {n}": "Offene Aufträge: {n}",
    "Signing secret": "Geheimnis der Signatur",
    "Taken": "Übernommen",
    "Not taken": "Nicht übernommen",
    "Not delivered": "Nicht zugestellt",
}
