"""German texts of the driver's pages."""

TEXTS: dict[str, str] = {
    "No charge": "Kostenlos",
    "{amount} fee": "{amount} Gebühr",
    "never": "nie",
    "just now": "gerade eben",
    "{n} min ago": "vor {n} min",
    "{n} h ago": "vor {n} h",
}
