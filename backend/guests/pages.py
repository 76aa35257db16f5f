"""Guests' pages as HTML: plain forms, one small style, no script. A page weighs some kilobytes."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from markupsafe import Markup

from backend.guests import rules
from backend.guests.service import Place, Visit
from backend.guests.words import GuestVoice
from backend.papers.words import EXPLAINED
from backend.web import plain
from shared.accounts import Brand
from shared.driver_reports import DriverReport, ProblemKind, ReportState
from shared.money import Receipt, ReceiptLine
from shared.stations import ConnectorStatus as Status
from shared.transactions import Transaction, TransactionState

ENVIRONMENT = plain.environment(Path(__file__).parent / "templates")
STATES = {
    Status.AVAILABLE: ("Available", "good"),
    Status.OCCUPIED: ("Connected", "busy"),
    Status.CHARGING: ("In use", "busy"),
    Status.SUSPENDED: ("In use", "busy"),
    Status.FINISHING: ("In use", "busy"),
    Status.RESERVED: ("Reserved", "busy"),
    Status.UNAVAILABLE: ("Out of order", "off"),
    Status.FAULTED: ("Faulted", "bad"),
    Status.OFFLINE: ("Offline", "off"),
    Status.UNKNOWN: ("Unknown", "off"),
}
CHARGING = {
    "charging": "Charging",
    "suspended_ev": "The car pauses",
    "suspended_evse": "The charger pauses",
}
PAID = {
    "captured": "Paid",
    "released": "Nothing to pay",
    "failed": "Payment failed",
    "credited": "Nothing more to pay",
}
PROBLEMS = {
    ProblemKind.WONT_START: "Charging doesn't start",
    ProblemKind.SCREEN_DARK: "The screen is dark",
    ProblemKind.CABLE_STUCK: "The cable is stuck",
    ProblemKind.PAYMENT: "Paying doesn't work",
    ProblemKind.BLOCKED: "A car blocks the place",
    ProblemKind.DAMAGE: "Something is damaged",
    ProblemKind.OTHER: "Something else",
}
BECAME = {
    ReportState.OPEN: "Thank you. Somebody looks after it.",
    ReportState.MENDED: "It works again.",
    ReportState.CHARGED: "It works again.",
    ReportState.EXPIRED: "Nobody reported it again.",
}
FOLLOW_S, WAIT_S = 5, 20


def policy(seed: str, *form_targets: str) -> str:
    return plain.policy(seed, " ".join(("form-action 'self'", *form_targets)))


def _page(name: str, brand: Brand, voice: GuestVoice, *, title: str, again_s: int = 0, **values: Any) -> str:
    css = Markup(plain.style(brand.seed_color)[0])
    return ENVIRONMENT.get_template(name).render(
        brand=brand, voice=voice, title=title, again_s=again_s, css=css, states=STATES, advice=rules.ADVICE, **values
    )


def station(places: list[Place], brand: Brand, voice: GuestVoice) -> str:
    return _page("station.html", brand, voice, title=voice("Charge here"), places=places)


def connector(
    place: Place,
    brand: Brand,
    voice: GuestVoice,
    *,
    key: str,
    lang: str,
    hosted: bool = False,
    email: str = "",
    problem: tuple[str, str] | None = None,
    wish: tuple[str, str] = ("", ""),
) -> str:
    return _page(
        "connector.html",
        brand,
        voice,
        title=voice("Charge here"),
        again_s=WAIT_S if place.obstacle and not problem else 0,
        place=place,
        explained=place.explained,
        key=key,
        lang=lang,
        hosted=hosted,
        email=email,
        problem=problem,
        wish={"kind": wish[0], "value": wish[1]},
        units=[(kind, unit) for kind, unit in rules.units(place.connector.price) if unit],
    )


def report(
    brand: Brand,
    voice: GuestVoice,
    *,
    action: str,
    back: str,
    where: str,
    reports: list[DriverReport],
    sent: bool = False,
    problem: tuple[str, str] | None = None,
    kept: dict[str, str] | None = None,
) -> str:
    return _page(
        "report.html",
        brand,
        voice,
        title=voice("Report a problem"),
        action=action,
        back=back,
        where=where,
        told=[(PROBLEMS[one.kind], one, BECAME[one.state]) for one in reports],
        sent=sent,
        problem=problem,
        kept={"kind": "", "words": ""} | (kept or {}),
        kinds=PROBLEMS,
    )


def target(
    visit: Visit,
    brand: Brand,
    voice: GuestVoice,
    *,
    path: str,
    lang: str,
    wish: tuple[str, str],
    problem: tuple[str, str] | None,
) -> str:
    """Of a page of its own: the one of the session reloads while it runs."""
    return _page(
        "target.html",
        brand,
        voice,
        title=voice("Stop by itself"),
        path=path,
        lang=lang,
        where=visit.session.transaction.station_name if visit.session else "",
        wish={"kind": wish[0], "value": wish[1]},
        units=[(kind, unit) for kind, unit in rules.units(visit.session.headline if visit.session else None) if unit],
        problem=problem,
    )


def lost(brand: Brand, voice: GuestVoice, title: str, what_next: str) -> str:
    return _page("lost.html", brand, voice, title=voice(title), title_key=title, next_key=what_next)


def visit(
    visit: Visit,
    brand: Brand,
    voice: GuestVoice,
    *,
    path: str,
    now: datetime,
    timeout_s: int,
    lang: str,
    can_mail: bool,
    hosted: bool = False,
    sent_to: str = "",
    problem: tuple[str, str] | None = None,
) -> str:
    step, session = _step(visit), visit.session.transaction if visit.session else None
    receipt = visit.receipt
    begun = session.begun_at if session else None
    # A page with a form in it doesn't reload under somebody's fingers.
    follows = step in ("requested", "active") or (step == "ended" and receipt is None) or _settling(receipt)
    titles = {
        "card": "Enter your card",
        "failed": "It didn't begin",
        "requested": "Now plug in your car",
        "active": "Charging",
        "ended": "Done",
    }
    return _page(
        "visit.html",
        brand,
        voice,
        title=voice(titles[step]),
        again_s=FOLLOW_S if follows else 0,
        visit=visit,
        step=step,
        told=[(PROBLEMS[one.kind], one, BECAME[one.state]) for one in visit.reports],
        failure=visit.failure or ("", session.failure if session else ""),
        session=session,
        charging=CHARGING.get(str(session.charging_state) if session else "", "Connected"),
        target=_target(session, voice) if session else None,
        lasted=voice.duration(now - begun) if begun else "",
        receipt=receipt,
        waited=_waited(receipt, voice),
        lines=[_line(one, receipt.total_incl.currency, voice) for one in receipt.lines] if receipt else [],
        paid=_paid(receipt, voice) if receipt else "",
        owed=voice.amount(receipt.owed, receipt.total_incl.currency) if receipt and receipt.owed > 0 else "",
        hosted=hosted,
        path=path,
        timeout_s=timeout_s,
        lang=lang,
        can_mail=can_mail,
        signed=visit.signed,
        sent_to=sent_to,
        problem=problem,
    )


def _step(visit: Visit) -> str:
    if visit.needs_card:
        return "card"
    if visit.session is None:
        return "failed" if visit.failure else "requested"
    state = visit.session.transaction.state
    return {
        TransactionState.REQUESTED: "requested",
        TransactionState.ACTIVE: "active",
        TransactionState.ENDED: "ended",
        TransactionState.FAILED: "failed",
    }[state]


def _target(session: Transaction, voice: GuestVoice) -> dict[str, Any] | None:
    one = session.target
    if one is None:
        return None
    text = voice("Stops by itself at {target}", target=voice.target(one))
    return {"text": text, "share": one.share, "trouble": voice(one.trouble) if one.trouble else ""}


def _waited(receipt: Receipt | None, voice: GuestVoice) -> str:
    """How long the car was made to wait; empty for less than a minute."""
    seconds = receipt.waited_s if receipt else 0
    return voice.duration(timedelta(seconds=seconds)) if seconds >= 60 else ""


def _settling(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.payment_state not in (*PAID, "invoiced")


def _paid(receipt: Receipt, voice: GuestVoice) -> str:
    if receipt.payment_state == "captured":
        return f"✓ {voice('Paid with {method}', method=receipt.payment_method)}: {voice.money(receipt.paid)}"
    return voice(PAID.get(receipt.payment_state, "Payment under way"))


def _line(line: ReceiptLine, currency: str, voice: GuestVoice) -> dict[str, str]:
    gross = line.unit_price * (1 + (line.vat_rate or Decimal(0)) / 100)
    count = ""
    if line.unit == "kWh":
        count = f"{voice.number(line.quantity, 3)} kWh × {voice.price(gross, currency)}"
    elif line.unit == "h":
        count = f"{voice.number(line.quantity * 60, 1)} min × {voice.price(gross, currency)}/h"
    return {
        "label": voice(line.label),
        "count": count,
        "why": voice(EXPLAINED.get(line.kind, "")),
        "amount": voice.amount(line.amount_incl, currency),
    }
