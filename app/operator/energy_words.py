"""What the scheduler and the safety machine say of a site, in the language of the person who reads it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.i18n import clock

Words = Callable[[str], str]
SENTENCES: dict[str, str] = {
    "full": "It has what it wants.",
    "at_maximum": "Full power: as fast as car and outlet can.",
    "nearly_full": "It needs no more than this to be full.",
    "limit": "It shares {limits}, which is full.",
    "limit_ahead": "It shares {limits}, which is full; ahead: {ahead}.",
    "peak": "It shares what is left below the peak that is paid for.",
    "price": "It waits for cheaper energy at {until}; there is time until it leaves.",
    "carbon": "It waits for energy with less CO2 at {until}; there is time until it leaves.",
    "rests": "It was just stopped: it waits a few minutes, so that it isn't switched again.",
    "later": "It has time and charges at {until}.",
    "steady": "This is enough until it leaves.",
    "idle": "The car takes nothing now; it keeps the least, so that it can ask for more.",
    "fallback": "The scheduler failed; it has what its station would give without Wattline.",
    "silent": "Its station is silent: it counts with {counted} A until it is back.",
    "over": "It draws {drawn} A and was given {given} A; others get less meanwhile.",
    "schedule_differs": "Its station's own schedule differs from ours from second {second} on.",
    "station_refused": "Its station didn't take the limit: {said}",
    "unplanned": "Not planned yet.",
    "meter_silent": "{node} is not heard of: it counts as its worst case.",
    "not_in_tree": "Not in the tree, so neither counted nor limited: {stations}.",
    "refused": "{outlet} didn't take its limit: {said}",
    "no_session": "{outlet} draws {drawn} A without a session: others get less.",
    "no_fallback": "{outlet} never took its fallback: it counts with {most} A.",
    "exceeded": "More could flow than allowed: {limits}. Nothing rises until it fits again.",
}


def said(code: str, text: str, values: Mapping[str, str], words: Words) -> str:
    """The sentence of this code; what an older or newer backend says else stays as it is."""
    known = dict(values)
    if "until" in known:
        known["until"] = clock(datetime.fromisoformat(known["until"]))
    if "limits" in known and code == "limit":
        known["limits"] = known["limits"].split(", ")[0]
    if code == "limit" and known.get("ahead"):
        code = "limit_ahead"
    if "said" in known:
        known["said"] = words(known["said"])
    template = SENTENCES.get(code)
    try:
        return words(template).format(**known) if template is not None else words(text)
    except KeyError:
        return words(text)
