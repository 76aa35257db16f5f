"""The words of the page that turns push on. English is the key."""

from backend.papers.words import Voice

GERMAN = {
    "Notifications on this device": "Benachrichtigungen auf diesem Gerät",
    "for {name}": "für {name}",
    "One moment …": "Einen Moment …",
    "They are off": "Sie sind aus",
    "Turned on, messages reach you here when the app is closed, too.": (
        "Eingeschaltet erreichen Sie Meldungen hier auch, wenn die App geschlossen ist."
    ),
    "Turn on": "Einschalten",
    "They are on": "Sie sind an",
    "Messages reach you here when the app is closed, too. When you sign out of the app, they end.": (
        "Meldungen erreichen Sie hier auch, wenn die App geschlossen ist. Melden Sie sich in der App ab, enden sie."
    ),
    "Send a test": "Test senden",
    "A test is on its way. Nothing comes? Then look whether the device shows no notifications now (do not disturb).": (
        "Ein Test ist unterwegs. Es kommt nichts? Dann sehen Sie nach, ob das Gerät gerade keine Benachrichtigungen "
        "zeigt („Nicht stören“)."
    ),
    "Turn off": "Ausschalten",
    "They are blocked": "Sie sind blockiert",
    "This browser doesn't let us show notifications. You can allow it:": (
        "Dieser Browser lässt keine Benachrichtigungen von uns zu. So erlauben Sie sie:"
    ),
    "Computer: press the sign left of the address, then allow notifications.": (
        "Computer: auf das Zeichen links neben der Adresse drücken, dann Benachrichtigungen erlauben."
    ),
    "Android: press the sign left of the address, then Permissions, then Notifications.": (
        "Android: auf das Zeichen links neben der Adresse drücken, dann Berechtigungen, dann Benachrichtigungen."
    ),
    "iPhone: open Settings, then Notifications, then this app.": (
        "iPhone: Einstellungen öffnen, dann Mitteilungen, dann diese App."
    ),
    "Then come back to this page.": "Kommen Sie dann auf diese Seite zurück.",
    "First add the app to your home screen": "Zuerst die App auf den Home-Bildschirm legen",
    "On an iPhone or iPad only apps on the home screen get notifications (iOS 16.4 or newer).": (
        "Auf iPhone und iPad bekommen nur Apps auf dem Home-Bildschirm Benachrichtigungen (ab iOS 16.4)."
    ),
    "In Safari, press Share, then Add to Home Screen.": "In Safari auf Teilen drücken, dann Zum Home-Bildschirm.",
    "Open {name} from your home screen and sign in.": "{name} vom Home-Bildschirm öffnen und anmelden.",
    "Open Notifications on this device there.": "Dort Benachrichtigungen auf diesem Gerät öffnen.",
    "This browser can't do it": "Dieser Browser kann es nicht",
    "Chrome, Edge, Firefox and Safari can, in a window that isn't private. Messages stand in the app as well.": (
        "Chrome, Edge, Firefox und Safari können es, außer im privaten Fenster. Meldungen stehen auch in der App."
    ),
    "This address isn't secure": "Diese Adresse ist nicht sicher",
    "Notifications need an address that begins with https://. Ask your operator.": (
        "Benachrichtigungen brauchen eine Adresse, die mit https:// beginnt. Fragen Sie Ihren Betreiber."
    ),
    "This page was open for long": "Diese Seite war lange offen",
    "Its link has run out. Go back to the app and open it once more.": (
        "Ihr Link ist abgelaufen. Gehen Sie zur App zurück und öffnen Sie sie noch einmal."
    ),
    "It didn't work": "Es hat nicht geklappt",
    "We or your browser's push service can't be reached. Check your connection and try again.": (
        "Wir oder der Push-Dienst Ihres Browsers sind nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie "
        "es noch einmal."
    ),
    "Try again": "Noch einmal versuchen",
    "Back to the app": "Zurück zur App",
    "This page needs JavaScript.": "Diese Seite braucht JavaScript.",
    "Help: {email}": "Hilfe: {email}",
}


class PageVoice(Voice):
    """The page's words first, then those of papers."""

    def __call__(self, text: str, **values: str | int) -> str:
        if self.language == "de" and text in GERMAN:
            return GERMAN[text].format(**values) if values else GERMAN[text]
        return super().__call__(text, **values)
