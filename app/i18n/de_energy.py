"""German texts of a site's power."""

TEXTS: dict[str, str] = {
    "Energy": "Energie",
    "Energy: {name}": "Energie: {name}",
    "What if": "Was wäre wenn",
    "No power tree yet": "Noch kein Stromnetz",
    "Tell what fuse this location has, and its stations share it: no limit is ever passed.": (
        "Nennen Sie die Sicherung dieses Standorts, und seine Stationen teilen sie sich: nichts wird überschritten."
    ),
    "Make it": "Anlegen",
    "No sites yet": "Noch keine Standorte",
    "A site is a location with stations. Put one at a location, and its power is seen and shared here.": (
        "Hier steht jeder Standort mit Stationen: seine Leistung, und wie sie geteilt wird."
    ),
    "Of its limit": "Von seiner Grenze",
    "Waiting for power": "Warten auf Strom",
    "{n} silent": "{n} stumm",
    "{percent} of {limit}": "{percent} von {limit}",
    "Not controlled": "Nicht gesteuert",
    "1 warning": "1 Warnung",
    "{n} warnings": "{n} Warnungen",
    "Limited by the grid": "Vom Netz begrenzt",
    "Within its limits": "Innerhalb der Grenzen",
    "silent: counts as its worst case": "stumm: zählt mit dem Höchstwert",
    "up to": "bis",
    "Power tree": "Stromnetz",
    "Cars": "Fahrzeuge",
    "Drawn": "Bezogen",
    "Planned": "Geplant",
    "Limit": "Grenze",
    "Price each kWh": "Preis je kWh",
    "The first plan is on its way.": "Der erste Plan ist unterwegs.",
    "Plan against the limits": "Plan und Grenzen",
    "Not controlled: this site is switched off.": "Nicht gesteuert: dieser Standort ist abgeschaltet.",
    "Not planned yet": "Noch nicht geplant",
    "Shared evenly": "Gleich verteilt",
    "Planned {ago}": "Geplant {ago}",
    "Nobody charges here now.": "Hier lädt gerade niemand.",
    "Silent": "Stumm",
    "Waits": "Wartet",
    "wants {energy}": "möchte {energy}",
    "leaves {at}": "fährt {at}",
    "{energy} so far": "bisher {energy}",
    "of {a} A": "von {a} A",
    "Nobody charged here this month.": "In diesem Monat hat hier niemand geladen.",
    "Cost of it": "Kosten dafür",
    "Uncontrolled it would have cost": "Ungesteuert hätte es gekostet",
    "Uncontrolled this power would have cost": "Ungesteuert hätte sie gekostet",
    "Last values": "Letzte Werte",
    "Coming": "Kommt",
    "In force": "Gilt",
    "Withdrawn": "Zurückgenommen",
    "The server can't be reached.": "Der Server ist nicht erreichbar.",
    "Not in the tree, so neither counted nor limited: {stations}.": (
        "Nicht im Stromnetz, also weder gezählt noch begrenzt: {stations}."
    ),
    "CO2 is not counted.": "CO2 wird nicht berücksichtigt.",
    "The sun is not counted.": "Die Sonne wird nicht berücksichtigt.",
    "Batteries are not counted.": "Batterien werden nicht berücksichtigt.",
    "Limits of the grid operator in these days are not counted.": (
        "Grenzen des Netzbetreibers in diesen Tagen werden nicht berücksichtigt."
    ),
    "Other loads count at their limit all the time: what they drew is not known.": (
        "Andere Lasten zählen immer mit ihrer Grenze: Was sie entnahmen, ist nicht bekannt."
    ),
    "Only sessions since {at}: more are too many to try.": (
        "Nur Ladevorgänge seit {at}: Mehr sind zu viele für einen Versuch."
    ),
    "There is no value in it.": "Es steht kein Wert darin.",
    "Its answer can't be used.": "Die Antwort ist nicht verwendbar.",
    "Nobody charged here in these days, so there is nothing to go by.": (
        "In diesen Tagen hat hier niemand geladen; es gibt nichts, wonach gerechnet werden kann."
    ),
    "This takes too long. Please ask for fewer days or connectors.": (
        "Das dauert zu lange. Bitte fragen Sie nach weniger Tagen oder Anschlüssen."
    ),
    "The server takes too long to answer.": "Der Server antwortet nicht rechtzeitig.",
    "Highest power": "Höchste Leistung",
    "Uncontrolled it would have been": "Ungesteuert wäre sie gewesen",
    "never heard": "nie gehört",
    "Signals": "Signale",
    "Grid connection": "Netzanschluss",
    "Transformer": "Transformator",
    "Feeder": "Abgang",
    "Connector": "Anschluss",
    "Other load": "Andere Last",
    "Solar plant": "Solaranlage",
    "Battery": "Batterie",
    "Everybody equally": "Alle gleich",
    "Who came first": "Wer zuerst kam",
    "Lowest battery first": "Leerste Batterie zuerst",
    "Cheapest energy": "Günstigster Strom",
    "Greenest energy": "Grünster Strom",
    "Cheap and green": "Günstig und grün",
    "{name}: a number is not right.": "{name}: eine Zahl stimmt nicht.",
    "Take {name} out": "{name} herausnehmen",
    "fallback {a} A": "Rückfall {a} A",
    "Fed by": "Gespeist von",
    "Limit of each phase, A": "Grenze je Phase, A",
    "Limit in total, kW": "Grenze gesamt, kW",
    "At least, A": "Mindestens, A",
    "At most, A": "Höchstens, A",
    "Fallback, A": "Rückfall, A",
    "The fallback holds in the station while Wattline is silent.": (
        "Der Rückfall gilt in der Station, solange Wattline schweigt."
    ),
    "Phases": "Phasen",
    "Phase rotation": "Phasenfolge",
    "Who gets power first": "Wer zuerst Strom bekommt",
    "Controlled by Wattline": "Von Wattline gesteuert",
    "Up to 200 connectors, as a number.": "Bis zu 200 Anschlüsse, als Zahl.",
    "The site's own sessions, once as they are and once with more connectors on the same fuse.": (
        "Die eigenen Ladevorgänge des Standorts, einmal wie sie sind und einmal mit mehr Anschlüssen an der Sicherung."
    ),
    "New connectors on": "Neue Anschlüsse an",
    "How many": "Wie viele",
    "Sessions of the last": "Ladevorgänge der letzten",
    "{n} days": "{n} Tage",
    "Now": "Jetzt",
    "Then": "Dann",
    "Energy delivered": "Gelieferte Energie",
    "Cars that get all": "Fahrzeuge, die alles bekommen",
    "Highest use of the connection": "Höchste Nutzung des Anschlusses",
    "No limit is in the way.": "Keine Grenze steht im Weg.",
    "Try it": "Ausprobieren",
    "The past is charged anew, twice. That may take a minute.": (
        "Die Vergangenheit wird zweimal neu geladen. Das kann eine Minute dauern."
    ),
    "I leave at {at}": "Ich fahre um {at}",
    "When do you leave?": "Wann fahren Sie?",
    "in {n} h": "in {n} h",
    "I want {energy}": "Ich möchte {energy}",
    "How much do you want?": "Wie viel möchten Sie?",
    "Saved so far by charging at the right time: {money}": "Bisher gespart durch Laden zur rechten Zeit: {money}",
    "Power is shared here. Who has time gets it later, and everybody leaves in time.": (
        "Hier wird Strom geteilt. Wer Zeit hat, bekommt ihn später, und alle fahren rechtzeitig."
    ),
    "Your plan": "Ihr Plan",
    "price": "Preis",
    "co2": "CO2",
    "solar": "Sonne",
    "held": "gehalten",
    "jumped": "gesprungen",
    "Not planned yet.": "Noch nicht geplant.",
    "It has what it wants.": "Es hat, was es möchte.",
    "Full power: as fast as car and outlet can.": "Volle Leistung: so schnell, wie Fahrzeug und Ladepunkt können.",
    "It needs no more than this to be full.": "Mehr braucht es nicht, um voll zu werden.",
    "It shares {limits}, which is full.": "Es teilt sich {limits}, und die Grenze ist erreicht.",
    "It shares {limits}, which is full; ahead: {ahead}.": (
        "Es teilt sich {limits}, und die Grenze ist erreicht; davor: {ahead}."
    ),
    "It waits for energy with less CO2 at {until}; there is time until it leaves.": (
        "Es wartet bis {until} auf Strom mit weniger CO2; bis zur Abfahrt ist Zeit."
    ),
    "It was just stopped: it waits a few minutes, so that it isn't switched again.": (
        "Es wurde gerade angehalten und wartet ein paar Minuten, damit es nicht gleich wieder schaltet."
    ),
    "It waits for cheaper energy at {until}; there is time until it leaves.": (
        "Es wartet auf günstigeren Strom um {until}; bis zur Abfahrt ist Zeit."
    ),
    "It has time and charges at {until}.": "Es hat Zeit und lädt um {until}.",
    "This is enough until it leaves.": "Das reicht bis zur Abfahrt.",
    "The car takes nothing now; it keeps the least, so that it can ask for more.": (
        "Das Fahrzeug nimmt gerade nichts; es behält das Mindeste, um mehr verlangen zu können."
    ),
    "The scheduler failed; it has what its station would give without Wattline.": (
        "Der Planer ist ausgefallen; es hat, was seine Station ohne Wattline gäbe."
    ),
    "Its station is silent: it counts with {counted} A until it is back.": (
        "Seine Station ist stumm: es zählt mit {counted} A, bis sie zurück ist."
    ),
    "It draws {drawn} A and was given {given} A; others get less meanwhile.": (
        "Es zieht {drawn} A und bekam {given} A; andere bekommen solange weniger."
    ),
    "Its station's own schedule differs from ours from second {second} on.": (
        "Der Plan der Station weicht ab Sekunde {second} von unserem ab."
    ),
    "Its station didn't take the limit: {said}": "Seine Station nahm die Grenze nicht an: {said}",
    "{outlet} draws {drawn} A without a session: others get less.": (
        "{outlet} zieht {drawn} A ohne Ladevorgang: Die anderen bekommen weniger."
    ),
    "{node} is not heard of: it counts as its worst case.": "{node} ist stumm und zählt mit dem Höchstwert.",
    "{outlet} didn't take its limit: {said}": "{outlet} nahm seine Grenze nicht an: {said}",
    "{outlet} never took its fallback: it counts with {most} A.": (
        "{outlet} nahm nie seinen Rückfall an: es zählt mit {most} A."
    ),
    "More could flow than allowed: {limits}. Nothing rises until it fits again.": (
        "Es könnte mehr fließen als erlaubt: {limits}. Nichts steigt, bis es wieder passt."
    ),
    "Most often in the way: {limit}": "Am häufigsten im Weg: {limit}",
    "Everybody gets the same share of what there is, at once.": (
        "Alle bekommen sofort den gleichen Anteil dessen, was da ist."
    ),
    "Who came first charges as fast as it can; the others share what is left.": (
        "Wer zuerst kam, lädt so schnell wie möglich; die anderen teilen sich den Rest."
    ),
    "Cars with an empty battery charge first; everybody leaves in time.": (
        "Fahrzeuge mit leerer Batterie laden zuerst; alle fahren rechtzeitig."
    ),
    "Cars that have time wait for cheap hours, and the sun; everybody leaves in time.": (
        "Wer Zeit hat, wartet auf günstige Stunden und die Sonne; alle fahren rechtzeitig."
    ),
    "Cars that have time wait for hours with little CO2; everybody leaves in time.": (
        "Wer Zeit hat, wartet auf Stunden mit wenig CO2; alle fahren rechtzeitig."
    ),
    "Price and CO2 both count, as much as you say; everybody leaves in time.": (
        "Preis und CO2 zählen so stark, wie Sie sagen; alle fahren rechtzeitig."
    ),
    "CO2 counts {share} %": "CO2 zählt {share} %",
    "What energy costs": "Was Strom kostet",
    "Price each kWh, {currency}": "Preis je kWh, {currency}",
    "Add a time of the day": "Tageszeit hinzufügen",
    "The first time that fits holds. Prices that are fetched or imported go before all of them.": (
        "Die erste passende Zeit gilt. Abgerufene oder eingespielte Preise gehen allen vor."
    ),
    "The peak that is paid for": "Die bezahlte Spitze",
    "Stay below, kW": "Bleibe unter, kW",
    "Costs each kW and month, {currency}": "Kostet je kW und Monat, {currency}",
    "With a cost the month's highest quarter of an hour isn't raised, unless a car would leave without its "
    "energy. With a limit too, cars stay below it in any case.": (
        "Mit einem Preis wird die höchste Viertelstunde des Monats nicht erhöht, es sei denn, ein Fahrzeug führe sonst "
        "ohne seine Energie ab. Mit einer Grenze bleiben die Fahrzeuge auf jeden Fall darunter."
    ),
    "Costs each kW and month": "Kostet je kW und Monat",
    "Highest power this month": "Höchste Leistung dieses Monats",
    "Cost of this power": "Kosten dieser Leistung",
    "Goes first": "Wer zuerst lädt",
    "Goes first: {name}": "Lädt zuerst: {name}",
    "Groups of drivers": "Fahrergruppen",
    "1 group of drivers": "1 Fahrergruppe",
    "{n} groups of drivers": "{n} Fahrergruppen",
    "gone": "gelöscht",
    "Their cars get power before all others, whatever is chosen above. No limit is passed for that.": (
        "Ihre Fahrzeuge bekommen Strom vor allen anderen, was auch immer oben gewählt ist. Keine Grenze wird dafür "
        "überschritten."
    ),
    "It shares what is left below the peak that is paid for.": (
        "Es teilt sich, was unter der bezahlten Spitze übrig ist."
    ),
    "{name}: a number or a time is not right.": "{name}: eine Zahl oder Zeit stimmt nicht.",
    "Sharing and prices": "Aufteilung und Preise",
    "Take this time out": "Diese Zeit herausnehmen",
    "Mo": "Mo",
    "Tu": "Di",
    "We": "Mi",
    "Th": "Do",
    "Fr": "Fr",
    "Sa": "Sa",
    "Su": "So",
    "Day-ahead prices": "Börsenpreise des nächsten Tags",
    "CO2 of the grid": "CO2 im Netz",
    "Solar forecast": "Sonnenprognose",
    "Prices each kWh, for example of the day-ahead market. They go before the tariff.": (
        "Preise je kWh, etwa der Strombörse für den nächsten Tag. Sie gehen dem Tarif vor."
    ),
    "Grams of CO2 each kWh. Greenest energy and Cheap and green go by them.": (
        "Gramm CO2 je kWh. Danach richten sich „Grünster Strom“ und „Günstig und grün“."
    ),
    "Watts that the solar plant is expected to give. They make energy cheaper, never a fuse larger.": (
        "Watt, die von der Solaranlage erwartet werden. Sie machen Strom günstiger, nie eine Sicherung größer."
    ),
    "Wattline points (JSON)": "Wattline-Punkte (JSON)",
    "aWATTar day-ahead": "aWATTar, nächster Tag",
    "Table (CSV): begin, end, value": "Tabelle (CSV): Beginn, Ende, Wert",
    "Address (https)": "Adresse (https)",
    "Format": "Format",
    "Fetched each hour. When it stops, its last day holds on; values that jump are left out.": (
        "Wird stündlich abgerufen. Bricht es ab, gilt sein letzter Tag weiter; springende Werte bleiben weg."
    ),
    "Stored. It is fetched now.": "Gespeichert. Es wird jetzt abgerufen.",
    "Stored. Nothing is fetched any more.": "Gespeichert. Es wird nichts mehr abgerufen.",
    "Grid operator": "Netzbetreiber",
    "Key for a meter": "Schlüssel für einen Zähler",
    "Key for the grid operator": "Schlüssel für den Netzbetreiber",
    "An administrator makes the keys of meters and of the grid operator.": (
        "Schlüssel für Zähler und Netzbetreiber macht ein Administrator."
    ),
    "With a key a meter tells what else draws here, or the grid operator limits it.": (
        "Mit einem Schlüssel meldet ein Zähler, was hier sonst zieht, oder der Netzbetreiber begrenzt den Standort."
    ),
    "Keys of meters and grid operator": "Schlüssel für Zähler und Netzbetreiber",
    "Copy it now: it is shown only once.": "Kopieren Sie ihn jetzt: er wird nur einmal gezeigt.",
    "used {ago}": "benutzt {ago}",
    "never used": "nie benutzt",
    "made {date}": "angelegt {date}",
    "Take this key away": "Diesen Schlüssel wegnehmen",
    "Take this key away?": "Diesen Schlüssel wegnehmen?",
    "What uses it is refused from now on.": "Was ihn benutzt, wird ab jetzt abgewiesen.",
    "Take away": "Wegnehmen",
    "Nothing has come yet; the tariff holds.": "Noch kam nichts; der Tarif gilt.",
    "It stopped. The same hours of its last day hold until it is back.": (
        "Es brach ab. Bis es zurück ist, gelten die gleichen Stunden seines letzten Tags."
    ),
    "Values that can't be right are left out.": "Werte, die nicht stimmen können, bleiben weg.",
    "It can't be fetched; what it told before holds.": "Es ist nicht abrufbar; was es zuletzt sagte, gilt.",
    "Stays below": "Bleibt unter",
    "Not set up.": "Nicht eingerichtet.",
    "Arrives": "Kommt an",
    "Jumped": "Gesprungen",
    "heard {ago}": "gehört {ago}",
    "known until {at}": "bekannt bis {at}",
    "by import": "durch Einspielen",
    "Set up": "Einrichten",
    "At most {power}": "Höchstens {power}",
    "Limits of the grid operator": "Grenzen des Netzbetreibers",
    "Saved {money}": "Gespart: {money}",
    "The month before": "Der Monat davor",
    "The month after": "Der Monat danach",
    "Against uncontrolled charging": "Gegen ungesteuertes Laden",
    "usually leaves {at}": "fährt meist {at}",
    "An outlet that differs": "Ein abweichender Anschluss",
    "Silent after, seconds": "Stumm nach, Sekunden",
    "May rise by, A": "Kann steigen um, A",
    "So much of each phase stays free for a rise within a quarter of an hour, as a station that is offline can't make "
    "room. Left empty, it is learned from the meter in a week; until then the load counts with its limit.": (
        "So viel bleibt je Phase frei, falls die Last in einer Viertelstunde steigt: Eine Station ohne Verbindung kann "
        "keinen Platz machen. Leer gelassen, wird es in einer Woche vom Zähler gelernt; bis dahin zählt die Last mit "
        "ihrer Grenze."
    ),
    "A meter that isn't heard of for so long counts with the limit.": (
        "Ein Zähler, der so lange stumm ist, zählt mit der Grenze."
    ),
    "Efficiency, 0 to 1": "Wirkungsgrad, 0 bis 1",
    "Of a direct-current station: what of the drawn energy reaches the car.": (
        "Bei Gleichstrom: was von der bezogenen Energie im Fahrzeug ankommt."
    ),
    "EVSE": "EVSE",
    "Day-ahead prices go before these, as long as they are known.": (
        "Börsenpreise gehen diesen vor, solange sie bekannt sind."
    ),
    "Saved by charging at the right time: {money}": "Gespart durch Laden zur rechten Zeit: {money}",
    "Saved this month by charging at the right time: {money}": (
        "In diesem Monat gespart durch Laden zur rechten Zeit: {money}"
    ),
}
