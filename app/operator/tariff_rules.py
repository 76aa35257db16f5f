"""A tariff in the fields of a form, and back. What the form can't say is written as JSON. Pure."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

FIELDS = (
    "energy",
    "time",
    "parking",
    "flat",
    "vat",
    "grace",
    "cap",
    "least",
    "most",
    "night",
    "night_from",
    "night_to",
    "reserved",
    "unused",
)
RESERVING = (("reserved", "TIME", "RESERVATION"), ("unused", "FLAT", "RESERVATION_EXPIRES"))
KINDS = (("energy", "ENERGY"), ("time", "TIME"), ("parking", "PARKING_TIME"), ("flat", "FLAT"))
STEPS = {"ENERGY": 1, "TIME": 60, "PARKING_TIME": 60, "FLAT": 1}
TO_THE_SECOND = {"time": "TIME", "parking": "PARKING_TIME", "reserved": "TIME"}
"""Prices of time that may be counted by the second too: `step_` and the name says so in a form, which shows none."""
MOST_GRACE = 1440
Form = dict[str, str]


def number(text: str) -> Decimal | None:
    """`0,49` and `0.49`. None for what is no number; raises nothing."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def wrong_fields(form: Form) -> list[str]:
    """The fields that hold no number, and of minutes no whole one."""
    found = []
    for name in FIELDS:
        value = form.get(name, "").strip()
        if not value or name in ("night_from", "night_to"):
            continue
        meant = number(value)
        if meant is None or (name == "grace" and not (meant == int(meant) and 0 <= meant <= MOST_GRACE)):
            found.append(name)
    return found


def currency_of(definition_: dict[str, Any]) -> str:
    return str(definition_.get("currency") or "EUR")


def definition(form: Form, currency: str) -> dict[str, Any]:
    """As the API takes it. Prices are without VAT."""

    def given(name: str) -> str | None:
        value = number(form.get(name, ""))
        return None if value is None else str(value)

    def part(name: str, kind: str, price: str) -> dict[str, Any]:
        made: dict[str, Any] = {"type": kind, "price": price, "step_size": int(form.get(f"step_{name}", STEPS[kind]))}
        vat = given("vat")
        return made if vat is None else made | {"vat": vat}

    parts = [part(name, kind, price) for name, kind in KINDS if (price := given(name)) is not None]
    elements: list[dict[str, Any]] = []
    night = given("night")
    if night is not None:
        hours = {"start_time": form.get("night_from", "").strip(), "end_time": form.get("night_to", "").strip()}
        elements.append({"price_components": [part("night", "ENERGY", night)], "restrictions": hours})
    if parts:
        elements.append({"price_components": parts})
    for name, kind, when in RESERVING:
        if (price := given(name)) is not None:
            elements.append({"price_components": [part(name, kind, price)], "restrictions": {"reservation": when}})
    made: dict[str, Any] = {"currency": currency, "elements": elements}
    if grace := number(form.get("grace", "")):
        # What is no whole number goes on as it is, and is refused as such.
        made["parking_grace_minutes"] = int(grace) if grace == int(grace) else str(grace)
    if cap := given("cap"):
        made["parking_cap"] = cap
    for name, limit in (("least", "min_price"), ("most", "max_price")):
        if amount := given(name):
            made[limit] = {"excl_vat": amount}
    return made


def form_of(definition_: dict[str, Any]) -> Form | None:
    """The fields that say the same. None: the form can't say it."""
    form: Form = {}
    elements = list(definition_.get("elements", []))
    for name, _, when in reversed(RESERVING):
        if elements and elements[-1].get("restrictions") == {"reservation": when}:
            part = elements.pop()["price_components"][0]
            form |= {name: _text(part["price"])} | _step(name, part)
    if len(elements) == 2 and (rule := elements[0].get("restrictions")):
        parts = elements[0]["price_components"]
        if set(rule) != {"start_time", "end_time"} or len(parts) != 1 or parts[0]["type"] != "ENERGY":
            return None
        form |= {"night": _text(parts[0]["price"]), "night_from": rule["start_time"], "night_to": rule["end_time"]}
        elements = elements[1:]
    if len(elements) != 1 or elements[0].get("restrictions"):
        return None
    names = {kind: name for name, kind in KINDS}
    for part in elements[0]["price_components"]:
        name = names[part["type"]]
        form |= {name: _text(part["price"])} | _step(name, part)
        if part.get("vat") is not None:
            form["vat"] = _text(part["vat"])
    for name, limit in (("least", "min_price"), ("most", "max_price")):
        if definition_.get(limit):
            form[name] = _text(definition_[limit]["excl_vat"])
    if definition_.get("parking_grace_minutes"):
        form["grace"] = str(definition_["parking_grace_minutes"])
    if definition_.get("parking_cap") is not None:
        form["cap"] = _text(definition_["parking_cap"])
    return form if _same(definition(form, currency_of(definition_)), definition_) else None


def _step(name: str, part: dict[str, Any]) -> Form:
    """A step of a second, which the form keeps. Any other is the house's own, or none that the form can say."""
    return (
        {f"step_{name}": "1"} if TO_THE_SECOND.get(name) == part["type"] and (part.get("step_size") or 1) == 1 else {}
    )


def _text(value: Any) -> str:
    return str(value)


def _same(one: Any, other: Any) -> bool:
    return _plain({"currency": "EUR"} | one) == _plain({"currency": "EUR"} | other)


def _plain(value: Any) -> Any:
    """Without what stands for nothing: numbers as numbers, defaults left out, the parts of a price in one order. A fee
    has no step."""
    if isinstance(value, dict):
        found = {name: _plain(part) for name, part in value.items() if part not in (None, [], 0)}
        if "type" in found:
            found["step_size"] = Decimal(1) if found["type"] == "FLAT" else found.get("step_size", Decimal(1))
        if "price_components" in found:
            found["price_components"].sort(key=lambda part: str(part.get("type")))
        return found
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, str) and (amount := number(value)) is not None:
        return amount
    return Decimal(str(value)) if isinstance(value, int | float) else value


def written(definition_: dict[str, Any]) -> str:
    return json.dumps(definition_, indent=2)


def read(text: str) -> dict[str, Any] | None:
    """None: this is no JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
