"""German: why a power tree, a feed or a wish can't be as told. `{most}`, `{bound}`, `{loads}`: with their unit."""

TEXTS = {
    "This is no file in the format '{format}': line {n} is no begin, end and value": (
        "Das ist keine Datei im Format '{format}': In Zeile {n} stehen kein Beginn, kein Ende und kein Wert"
    ),
    "This is no file in the format '{format}': {why}": "Das ist keine Datei im Format '{format}': {why}",
    "Until then at most {possible} kWh are possible here.": "Bis dahin sind hier höchstens {possible} kWh möglich.",
    "{node}: while Wattline is silent up to {most} may flow through it, and its limit is {bound}. Lower the fallbacks "
    "below it, or what else may draw there.": (
        "{node}: Solange Wattline schweigt, können bis zu {most} hindurchfließen, und die Grenze ist {bound}. Die "
        "Rückfallwerte darunter senken, oder was dort sonst entnommen werden darf."
    ),
    "{node}: amperes are between 0 and {most}.": "{node}: Ampere liegen zwischen 0 und {most}.",
    "{node}: an efficiency is above 0, and at most 1.": "{node}: Ein Wirkungsgrad liegt über 0 und ist höchstens 1.",
    "{node}: the least current is more than the most.": "{node}: Der kleinste Strom ist größer als der größte.",
    "{node} needs a limit: amperes of its fuse, or watts.": (
        "{node} braucht eine Grenze: Ampere der Sicherung oder Watt."
    ),
    "{node} needs the most it can draw: it counts so while its meter is silent.": (
        "{node} braucht die größte Entnahme: So zählt sie, solange ihr Zähler schweigt."
    ),
    "{node}: no such station stands at this location.": "{node}: An diesem Standort steht keine solche Station.",
    "{node} is in the tree twice.": "{node} steht zweimal im Stromnetz.",
    "{node} can't feed so many connectors even while they are silent: {why}.": (
        "{node} kann so viele Anschlüsse nicht einmal mit ihren Rückfallwerten versorgen: {why}."
    ),
    "the fallbacks of its connectors add up to {most}, more than its {bound}": (
        "Die Rückfallwerte seiner Anschlüsse ergeben {most}, mehr als die Grenze von {bound}"
    ),
    "the fallbacks of its connectors add up to {most} beside other loads of up to {loads}, more than its {bound}": (
        "Die Rückfallwerte seiner Anschlüsse ergeben {most}, neben anderen Lasten bis {loads} mehr als die Grenze von "
        "{bound}"
    ),
}
