"""German: the lines of an incident's timeline, and what playbooks did."""

STEPS = {
    "Wait": "Warten",
    "Ask for a message": "Nachricht anfordern",
    "Unlock the cable": "Kabel entriegeln",
    "Soft restart": "Sanfter Neustart",
    "Hard restart": "Harter Neustart",
    "Out of service and back": "Außer Betrieb und zurück",
    "Clear charging profiles": "Ladeprofile löschen",
    "Restart the session": "Ladevorgang neu starten",
    "Update the firmware": "Firmware aktualisieren",
}
TEXTS = {
    # --- states
    "Its condition ended.": "Der Anlass ist vorbei.",
    "Its condition ended; watched for a day.": "Der Anlass ist vorbei; sie wird einen Tag beobachtet.",
    "It came back while it was watched.": "Sie kam wieder, während sie beobachtet wurde.",
    "It stayed away for a day.": "Sie blieb einen Tag lang fort.",
    "It was watched for a day, and is still reported.": "Sie wurde einen Tag lang beobachtet und wird noch gemeldet.",
    "Somebody takes care of it.": "Jemand kümmert sich darum.",
    "Opened again.": "Wieder offen.",
    "Being repaired.": "Wird repariert.",
    "Repaired, and watched for a day.": "Repariert, und wird einen Tag beobachtet.",
    "Closed.": "Geschlossen.",
    "For {name}.": "Für {name}.",
    "For nobody in particular.": "Für niemand Bestimmtes.",
    "{n} incidents became a part of this one.": "{n} Störungen wurden ein Teil von dieser.",
    "The others are back; this one isn't.": "Die anderen sind zurück, diese nicht.",
    # --- playbooks
    "Playbook begins: {what}": "Ablaufplan beginnt: {what}",
    "The playbook waits for somebody's yes to: {what}": "Der Ablaufplan wartet auf ein Ja zu: {what}",
    "The playbook waits. {why}": "Der Ablaufplan wartet. {why}",
    "The playbook couldn't mend it. {why}": "Der Ablaufplan konnte es nicht beheben. {why}",
    "The playbook ends. {why}": "Der Ablaufplan endet. {why}",
    "It turned out to be {code}, which this playbook leaves alone.": (
        "Es stellte sich als {code} heraus, und das lässt dieser Ablaufplan in Ruhe."
    ),
    "The playbook may go on.": "Der Ablaufplan darf weitermachen.",
    "The playbook was stopped.": "Der Ablaufplan wurde angehalten.",
    "It ended before the playbook did anything.": "Es endete, bevor der Ablaufplan etwas tat.",
    "Mended: {what}": "Behoben: {what}",
    # --- service tickets
    "Ticket {ticket} goes to {name}.": "Auftrag {ticket} geht an {name}.",
    "Ticket {ticket} couldn't be delivered: {error}": "Auftrag {ticket} war nicht zustellbar: {error}",
    "{partner} takes care of ticket {number}.": "{partner} kümmert sich um Auftrag {number}.",
    "{partner} says that ticket {number} is done.": "{partner} meldet Auftrag {number} als erledigt.",
    "{partner} doesn't take ticket {number}.": "{partner} nimmt Auftrag {number} nicht an.",
    **{f"{english} helped.": f"{german} half." for english, german in STEPS.items()},
    **{f"{english}: refused. {{answer}}": f"{german}: abgelehnt. {{answer}}" for english, german in STEPS.items()},
    **{f"{english}: {{answer}}": f"{german}: {{answer}}" for english, german in STEPS.items()},
    **STEPS,
}
