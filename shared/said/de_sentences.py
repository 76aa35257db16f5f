"""German: sentences of the backend that hold values."""

TEXTS = {
    "Connector {label}": "Anschluss {label}",
    "The station": "Die Station",
    # --- reported
    "{outlet} reports {what} and is out of service.": "{outlet} meldet {what} und ist außer Betrieb.",
    "{outlet} reports {what} and is still in service.": "{outlet} meldet {what} und ist noch in Betrieb.",
    "{error} (vendor's code {code})": "{error} (Herstellercode {code})",
    "It says: {info}": "Sie sagt: {info}",
    "{part}/{variable} is {value} ({code}).": "{part}/{variable} ist {value} ({code}).",
    "{part}/{variable} is {value}.": "{part}/{variable} ist {value}.",
    "Seen at or reported by the station: {kind}.": "An der Station gesehen oder von ihr gemeldet: {kind}.",
    "{outlet}: one driver reports a problem, 0 of them tried to charge here.": (
        "{outlet}: Ein Fahrer meldet ein Problem, der hier nicht zu laden versucht hat."
    ),
    "{outlet}: one driver reports a problem, 1 of them tried to charge here.": (
        "{outlet}: Ein Fahrer meldet ein Problem, der hier zu laden versucht hat."
    ),
    "{outlet}: {count} drivers report a problem, {n} of them tried to charge here.": (
        "{outlet}: {count} Fahrer melden ein Problem, {n} von ihnen haben hier zu laden versucht."
    ),
    "{name}: {n} of {all} stations failed or refused, this one last.": (
        "{name}: {n} von {all} Stationen scheiterten oder lehnten ab, diese zuletzt."
    ),
    # --- connection
    "It is connected, but has said nothing for more than {n} seconds.": (
        "Sie ist verbunden, sagt aber seit mehr als {n} Sekunden nichts."
    ),
    "The connection was lost {n} times within an hour.": "Die Verbindung brach in einer Stunde {n}-mal ab.",
    "It is connected over radio. {seen}": "Sie ist über Funk verbunden. {seen}",
    "It is connected over a cable, as far as it is known. {seen}": (
        "Sie ist, soweit bekannt, über ein Kabel verbunden. {seen}"
    ),
    "{n} % of its pings are lost.": "{n} % ihrer Pings gehen verloren.",
    "An answer takes {seconds} seconds.": "Eine Antwort braucht {seconds} Sekunden.",
    "The station sends more than {n} messages a second; it is read more slowly, nothing is lost.": (
        "Die Station sendet mehr als {n} Nachrichten in der Sekunde; sie wird langsamer gelesen, nichts geht verloren."
    ),
    # --- power and meters
    "{outlet} draws {amps} A and was given {given} A.": "{outlet} zieht {amps} A, zugeteilt sind {given} A.",
    "{outlet}: {volts} V while charging; {low} to {high} V are in order.": (
        "{outlet}: {volts} V beim Laden; {low} bis {high} V sind in Ordnung."
    ),
    "{outlet}: the voltages of its phases are {volts} V.": "{outlet}: Die Spannungen der Phasen sind {volts} V.",
    "{outlet}: the currents of its phases are {amps} A.": "{outlet}: Die Ströme der Phasen sind {amps} A.",
    "{outlet}: {kw} kW for {n} minutes, while {offered} kW are offered.": (
        "{outlet}: {kw} kW seit {n} Minuten, während {offered} kW angeboten sind."
    ),
    "{outlet}: the energy register rose by {kwh} kWh, where {possible} kWh were possible (session {number}).": (
        "{outlet}: Der Zählerstand stieg um {kwh} kWh, möglich waren {possible} kWh (Ladevorgang {number})."
    ),
    "{outlet}: {kw} kW flow, and the register shows the same for {n} minutes (session {number}).": (
        "{outlet}: {kw} kW fließen, und der Zähler zeigt seit {n} Minuten dasselbe (Ladevorgang {number})."
    ),
    "{outlet}: the energy register of session {number} fell while it was charging.": (
        "{outlet}: Der Zählerstand von Ladevorgang {number} fiel während des Ladens."
    ),
    # --- sessions
    "{outlet}: {n} starts failed within an hour and none succeeded since.": (
        "{outlet}: {n} Starts sind in einer Stunde gescheitert, seither gelang keiner."
    ),
    "The last one: {why}": "Der letzte: {why}",
    "{outlet}: a plug has been in for {n} minutes and no session has begun.": (
        "{outlet}: Seit {n} Minuten ist angesteckt, und kein Ladevorgang hat begonnen."
    ),
    "{outlet}: its session ended {n} hours ago and it is still occupied.": (
        "{outlet}: Der Ladevorgang endete vor {n} Stunden, und der Anschluss ist noch belegt."
    ),
    "{outlet} says it is {status}, and for {n} minutes there is no session.": (
        "{outlet} meldet „{status}“, und seit {n} Minuten gibt es keinen Ladevorgang."
    ),
    "{outlet}: session {number} says it charges; {wh} Wh came in {n} minutes.": (
        "{outlet}: Ladevorgang {number} lädt angeblich; {wh} Wh kamen in {n} Minuten."
    ),
    "{outlet}: session {number} is still open, and {why} for {n} minutes.": (
        "{outlet}: Ladevorgang {number} ist noch offen, und seit {n} Minuten {why}."
    ),
    "its outlet says that it is free": "meldet der Anschluss, dass er frei ist",
    "nothing was heard of it": "war nichts von ihm zu hören",
    "{outlet}: the last {n} sessions gave less than {wh} Wh each.": (
        "{outlet}: Die letzten {n} Ladevorgänge gaben je weniger als {wh} Wh."
    ),
    "{outlet}: the last {n} sessions stopped within {s} seconds ({reasons}).": (
        "{outlet}: Die letzten {n} Ladevorgänge endeten binnen {s} Sekunden ({reasons})."
    ),
    "No session for {n} hours; {usual} a day are usual here.": (
        "Seit {n} Stunden kein Ladevorgang; {usual} am Tag sind hier üblich."
    ),
    # --- upkeep
    "The station's clock is {n} seconds ahead.": "Die Uhr der Station geht {n} Sekunden vor.",
    "The station's clock is {n} seconds behind.": "Die Uhr der Station geht {n} Sekunden nach.",
    "The station's clock is {n} minutes ahead.": "Die Uhr der Station geht {n} Minuten vor.",
    "The station's clock is {n} minutes behind.": "Die Uhr der Station geht {n} Minuten nach.",
    "The station's certificate has expired.": "Das Zertifikat der Station ist abgelaufen.",
    "The station's certificate expires in 1 day.": "Das Zertifikat der Station läuft in einem Tag ab.",
    "The station's certificate expires in {n} days.": "Das Zertifikat der Station läuft in {n} Tagen ab.",
    "The vendor's support of firmware {version} is over.": (
        "Die Unterstützung des Herstellers für Firmware {version} ist zu Ende."
    ),
    "The vendor's support of firmware {version} ends in 1 day.": (
        "Die Unterstützung des Herstellers für Firmware {version} endet in einem Tag."
    ),
    "The vendor's support of firmware {version} ends in {n} days.": (
        "Die Unterstützung des Herstellers für Firmware {version} endet in {n} Tagen."
    ),
    "The rule “{what}” failed and finds nothing any more: {error}": (
        "Die Regel „{what}“ ist gescheitert und findet nichts mehr: {error}"
    ),
    # --- many at once
    "{n} of {all} stations of this site lost their connection together and didn't come back.": (
        "{n} von {all} Stationen dieses Standorts verloren zugleich die Verbindung und kamen nicht wieder."
    ),
    "{n} stations at {all} places lost their connection together.": (
        "{n} Stationen an {all} Orten verloren zugleich die Verbindung."
    ),
    "{n} faults within two minutes at this site; the first one: {what}.": (
        "{n} Störungen in zwei Minuten an diesem Standort; die erste: {what}."
    ),
    "{n} faults within two minutes at many places; the first one: {what}.": (
        "{n} Störungen in zwei Minuten an vielen Orten; die erste: {what}."
    ),
    # --- messages
    "The file of WATTLINE_FCM_CREDENTIALS can't be used. {text}": (
        "Die Datei von WATTLINE_FCM_CREDENTIALS ist nicht brauchbar. {text}"
    ),
    "It got worse: {what}": "Es ist schlimmer geworden: {what}",
    "Nobody has taken it yet: {what}": "Noch von niemandem übernommen: {what}",
    "Over: {what}": "Vorbei: {what}",
    "Couldn't be mended from here: {what}": "Ließ sich von hier nicht beheben: {what}",
    "Waits for your yes: {what}": "Wartet auf Ihr Ja: {what}",
    "Next: {what}": "Als Nächstes: {what}",
    "Waits for a yes to: {what}": "Wartet auf ein Ja zu: {what}",
    "The limit of {n} runs a day at this station is reached.": (
        "Die Grenze von {n} Läufen am Tag an dieser Station ist erreicht."
    ),
    "{n} stations are being treated already.": "{n} Stationen werden schon behandelt.",
    "{why} It waited for {n} hours.": "{why} Es wartete {n} Stunden.",
    "{n} stations.": "{n} Stationen.",
    "Your digest: {head}": "Ihre Übersicht: {head}",
    "1 incident at {place}": "1 Störung: {place}",
    "{n} incidents at {all} places": "{n} Störungen an {all} Orten",
    "{n} incidents at {place}": "{n} Störungen: {place}",
    "1 needs somebody.": "1 braucht jemanden.",
    "{n} need somebody.": "{n} brauchen jemanden.",
    "1 is over.": "1 ist vorbei.",
    "{n} are over.": "{n} sind vorbei.",
    "{n} × {what}": "{n}-mal: {what}",
    "and {n} kinds more": "und {n} weitere Arten",
    "{energy} kWh charged.": "{energy} kWh geladen.",
    "{energy} kWh charged until then: {why}. Look after your car, or start again.": (
        "{energy} kWh geladen, dann: {why}. Sehen Sie nach Ihrem Auto, oder starten Sie neu."
    ),
}
