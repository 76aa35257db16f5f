"""German: how stations fail and are mended."""

TEXTS = {
    "How do stations fail, and how are they mended?": "Wie fallen Stationen aus, und wie werden sie wieder gesund?",
    "Failures": "Ausfälle",
    "Between failures": "Zwischen Ausfällen",
    "Until seen": "Bis gesehen",
    "Until taken": "Bis übernommen",
    "Until mended": "Bis behoben",
    "Mended at once": "Auf Anhieb behoben",
    "Without a visit": "Ohne Anfahrt",
    "Visits": "Anfahrten",
    "By site": "Nach Standort",
    "By model": "Nach Modell",
    "No location": "Ohne Standort",
    "Unknown model": "Unbekanntes Modell",
    "Failures are incidents that cost business at a station. Between failures: hours in which stations worked, divided "
    "by failures. Seen, taken, mended: medians. Mended at once: with one visit at most, and the same didn't come back "
    "within seven days. A visit is a ticket that a service partner answered as done.": (
        "Ausfälle sind Störungen, die an einer Station Geschäft kosten. Zwischen Ausfällen: Stunden, in denen Stationen"
        " arbeiteten, geteilt durch Ausfälle. Gesehen, übernommen, behoben: Mediane. Auf Anhieb: mit höchstens einer "
        "Anfahrt, und dasselbe kam sieben Tage lang nicht wieder. Eine Anfahrt ist ein Auftrag, den ein Servicepartner "
        "als erledigt gemeldet hat."
    ),
}
