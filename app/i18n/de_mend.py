"""German: what is doubtful, incidents in full, playbooks and notifications."""

TEXTS = {
    "Doubtful": "Fraglich",
    "The operator knows of a fault here.": "Der Betreiber weiß von einer Störung.",
    "The last {n} starts failed.": "Die letzten {n} Starts sind fehlgeschlagen.",
    "Last charged here {when}": "Zuletzt geladen {when}",
    "Tell me when it works again": "Sag Bescheid, wenn sie wieder geht",
    "We tell you when it works again.": "Wir sagen Bescheid, wenn sie wieder geht.",
    "You will hear when it works again.": "Du hörst, wenn sie wieder geht.",
}
