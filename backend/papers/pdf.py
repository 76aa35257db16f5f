"""Papers as PDF. The numbers come from the document alone: nothing is computed here."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec

from backend.papers import rules
from backend.papers.sheet import BAD, GOOD, INK, MUTED, NEUTRAL, WIDTH, Sheet
from backend.papers.words import EXPLAINED, Voice
from shared.accounts import Brand
from shared.money import ReceiptLine, TaxLine
from shared.papers import Paid, PaperKind

TITLES = {
    PaperKind.RECEIPT: "Receipt",
    PaperKind.INVOICE: "Invoice",
    PaperKind.CREDIT_NOTE: "Credit note",
    PaperKind.SUPPLEMENT: "Supplementary bill",
}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter signed in a session. state: verified, failed or unverified; texts: (title, the data as it came)."""

    state: str
    texts: list[tuple[str, str]]
    public_key: str
    link: str = ""


def drawn(
    document: rules.Document,
    brand: Brand,
    language: str,
    paid: Paid | None,
    proof: Proof | None = None,
) -> bytes:
    """Blocks for some hundredths of a second: for a thread."""
    voice = Voice(language, document.time_zone)
    sheet = Sheet(brand, foot(document.seller, voice), voice("Page {page} of {pages}"))
    sheet.set_title(f"{voice(TITLES[document.kind])} {document.number}")
    sheet.set_lang("de-DE" if voice.language == "de" else "en-GB")
    sheet.set_creation_date(document.issued_at)
    sheet.add_page()
    _head(sheet, document, voice)
    if document.kind is PaperKind.INVOICE:
        _totals(sheet, document, voice, paid)
        sheet.gap(6)
        _cover(sheet, document, voice)
        _details(sheet, document, voice)
    else:
        for session in document.sessions:
            _facts(sheet, session, voice)
            _lines(sheet, session, document.currency, voice)
        _totals(sheet, document, voice, paid)
    if proof is not None:
        _proof(sheet, proof, voice)
    return sheet.bytes()


def foot(seller: rules.Party, voice: Voice) -> str:
    tax = f"{voice('Tax ID')} {seller.tax_id}" if seller.tax_id else ""
    parts = [seller.name, seller.register, tax, seller.bank.replace(" ", "\xa0")]  # an account is read in one line
    return "\n".join(part for part in (" · ".join(one for one in parts if one), seller.footer) if part)


def _head(sheet: Sheet, document: rules.Document, voice: Voice) -> None:
    seller, buyer = document.seller, document.buyer
    sheet.letterhead(seller.name, [*seller.address.splitlines(), seller.email, seller.phone])
    sheet.say(voice(TITLES[document.kind]), 22, bold=True, leading=1.2)
    sheet.gap(3)
    sheet.pair(voice("Number"), document.number, bold=True)
    sheet.pair(voice("Date"), voice.date(document.issued_at))
    if document.period:
        sheet.pair(voice("Period"), voice.month(document.period))
    if document.corrects:
        sheet.pair(voice("Corrects"), voice("Receipt {number}", number=document.corrects))
        sheet.pair(voice("Reason"), document.reason)
    if buyer.name or buyer.email:
        sheet.pair(voice("For"), " · ".join(part for part in (buyer.name, buyer.email) if part))
    for line in buyer.address.splitlines():
        sheet.pair("", line)
    sheet.gap(3)
    sheet.rule()
    sheet.gap(5)


def _facts(sheet: Sheet, session: rules.Charged, voice: Voice) -> None:
    sheet.say(session.location or session.station, 11, bold=True)
    if session.address:
        sheet.say(session.address, 9, MUTED)
    sheet.gap(2)
    where = session.station
    if session.connector:
        where += f" · {voice('Connector {name}', name=session.connector)}"
    sheet.pair(voice("Charger"), where)
    begun, ended = ("Reserved from", "Until") if session.reservation else ("Begun", "Ended")
    sheet.pair(voice(begun), voice.moment(session.begun_at, session.time_zone))
    sheet.pair(voice(ended), voice.moment(session.ended_at, session.time_zone))
    sheet.pair(voice("Duration"), voice.duration(session.ended_at - session.begun_at))
    if not session.reservation:
        _meter(sheet, session, voice)
    sheet.gap(5)


def _meter(sheet: Sheet, session: rules.Charged, voice: Voice) -> None:
    sheet.pair(voice("Meter at start"), voice.kwh(session.meter_start_wh))
    sheet.pair(voice("Meter at end"), voice.kwh(session.meter_stop_wh))
    sheet.pair(voice("Energy"), voice.kwh(session.energy_wh), bold=True)
    if session.target is not None:
        sheet.gap(1)
        sheet.say(voice("Stopped at your target: {target}", target=voice.target(session.target)), 8.5, MUTED)
    if session.waited_s >= 60:
        sheet.gap(1)
        waited = voice.duration(timedelta(seconds=session.waited_s))
        sheet.say(voice("Your car waited {time} for power: that time is free.", time=waited), 8.5, MUTED)
    if session.estimated:
        sheet.gap(1)
        note = "The station's own numbers for the end can't be used: this is its last reliable reading."
        sheet.say(voice(note), 8.5, MUTED)


COLUMNS = (WIDTH * 0.40, WIDTH * 0.16, WIDTH * 0.18, WIDTH * 0.10, WIDTH * 0.16)


def _lines(sheet: Sheet, session: rules.Charged, currency: str, voice: Voice) -> None:
    if not session.lines:
        sheet.say(voice("This session cost nothing."), 9.5, MUTED)
        return
    head = [voice(word) for word in ("Position", "Quantity", "Price", "VAT", "Amount")]
    sheet.columns(head, COLUMNS, "LRRRR", size=8, ink=MUTED, bold=True, fill=True)
    for line in session.lines:
        sheet.columns(_cells(line, currency, voice), COLUMNS, "LRRRR", bold=False)
        if why := EXPLAINED.get(line.kind):
            sheet.columns([voice(why)], [WIDTH * 0.72], "L", size=7.5, ink=MUTED)
    if session.rounding:
        sheet.columns([voice("Rounding"), "", "", "", voice.amount(session.rounding, currency)], COLUMNS, "LRRRR")
    sheet.rule()


def _cells(line: ReceiptLine, currency: str, voice: Voice) -> list[str]:
    """Prices as they stood on the sign: with VAT."""
    gross = line.unit_price * (1 + (line.vat_rate or Decimal(0)) / 100)
    quantity, price = "", ""
    if line.unit == "kWh":
        quantity, price = f"{voice.number(line.quantity, 3)} kWh", f"{voice.price(gross, currency)}/kWh"
    elif line.unit == "h":
        minutes = round(line.quantity * 60, 1)
        places = 0 if minutes == int(minutes) else 1
        quantity, price = f"{voice.number(minutes, places)} min", f"{voice.price(gross, currency)}/h"
    rate = voice.rate(line.vat_rate) if line.vat_rate else ""
    return [voice(line.label), quantity, price, rate, voice.amount(line.amount_incl, currency)]


COVER = (WIDTH * 0.17, WIDTH * 0.37, WIDTH * 0.16, WIDTH * 0.14, WIDTH * 0.16)


def _cover(sheet: Sheet, document: rules.Document, voice: Voice) -> None:
    words = ("Date", "Place", "Receipt", "Energy", "Amount")
    sheet.columns([voice(word) for word in words], COVER, "LLLRR", size=8, ink=MUTED, bold=True, fill=True)
    for session in document.sessions:
        cells = [
            voice.date(session.begun_at),
            session.location or session.station,
            session.number,
            _what(session, voice),
            voice.amount(session.total, document.currency),
        ]
        sheet.columns(cells, COVER, "LLLRR", size=8.5)
    sheet.rule()
    sheet.gap(1)
    sessions = [session for session in document.sessions if not session.corrects]
    energy = sum(session.energy_wh for session in sessions)
    sheet.pair(f"{len(sessions)} {voice('Sessions')}", voice.kwh(energy))


def _what(session: rules.Charged, voice: Voice) -> str:
    if session.corrects:
        return voice("Correction")
    return voice("Reservation") if session.reservation else voice.kwh(session.energy_wh)


TAXES = (WIDTH * 0.46, WIDTH * 0.18, WIDTH * 0.18, WIDTH * 0.18)


def _totals(sheet: Sheet, document: rules.Document, voice: Voice, paid: Paid | None) -> None:
    currency = document.currency
    if sheet.will_page_break(48):
        sheet.add_page()
    sheet.gap(5)
    sheet.columns(
        [voice(word) for word in ("Rate", "Net", "VAT", "Gross")],
        TAXES,
        "LRRR",
        size=8,
        ink=MUTED,
        bold=True,
        fill=True,
    )
    for one in document.taxes:
        sheet.columns(_tax(one, currency, voice), TAXES, "LRRR")
    sheet.rule()
    sheet.gap(3)
    sheet.pair(voice("Net"), voice.amount(document.total_excl, currency))
    sheet.pair(voice("VAT"), voice.amount(document.total_vat, currency))
    sheet.gap(1)
    sheet.pair(voice("Total"), voice.amount(document.total_incl, currency), bold=True, size=14)
    sheet.gap(2)
    if paid is not None:
        _paid(sheet, paid, currency, voice)
    if document.seller.email:
        sheet.gap(3)
        sheet.say(voice("Questions? {email}", email=document.seller.email), 8.5, MUTED)


def _tax(one: TaxLine, currency: str, voice: Voice) -> list[str]:
    name = voice("VAT {rate}", rate=voice.rate(one.rate)) if one.rate else voice("No VAT")
    return [name, *(voice.amount(amount, currency) for amount in (one.net, one.tax, one.gross))]


def _paid(sheet: Sheet, paid: Paid, currency: str, voice: Voice) -> None:
    if paid.amount > 0:
        how = voice("Paid with {method}", method=voice(paid.method)) if paid.method else voice("Paid")
        sheet.write_in(9.5, GOOD, bold=True)
        sheet.pair(how, voice.amount(paid.amount, currency))
    if paid.owed > 0 and paid.amount > 0:
        sheet.pair(voice("Still to pay"), voice.amount(paid.owed, currency), bold=True)
    elif paid.amount <= 0:
        word, ink = {
            "released": ("Nothing to pay", NEUTRAL),
            "credited": ("Nothing more to pay", NEUTRAL),
            "invoiced": ("On your invoice", NEUTRAL),
            "failed": ("Payment failed", BAD),
            "open": ("Still to pay", INK),
        }.get(paid.state, ("Payment under way", NEUTRAL))
        sheet.say(voice(word), 9.5, ink, bold=True)


def _details(sheet: Sheet, document: rules.Document, voice: Voice) -> None:
    sheet.add_page()
    sheet.say(voice("Details of the sessions"), 14, bold=True)
    sheet.gap(4)
    for session in document.sessions:
        if sheet.will_page_break(46):
            sheet.add_page()
        name = session.number if session.corrects else voice("Receipt {number}", number=session.number)
        sheet.say(f"{name} · {session.location or session.station}", 10.5)
        begun = voice.moment(session.begun_at, session.time_zone)
        lasted = voice.duration(session.ended_at - session.begun_at)
        meter = f"{voice('Meter')} {voice.kwh(session.meter_start_wh)} – {voice.kwh(session.meter_stop_wh)}"
        if session.reservation:
            meter = voice("Reservation")
        about = [begun, lasted, session.station, meter]
        if session.corrects:
            corrected = voice("Receipt {number}", number=session.corrects)
            about = [f"{voice('Corrects')} {corrected}", session.reason]
        sheet.say(" · ".join(about), 8, MUTED)
        sheet.gap(1.5)
        _lines(sheet, session, document.currency, voice)
        sheet.pair(voice("Total"), voice.amount(session.total, document.currency), bold=True)
        sheet.gap(6)


PROOFS = {
    "verified": ("The meter's signature was checked and fits.", GOOD),
    "failed": ("The meter's signature does not fit: ask the operator.", BAD),
    "unverified": ("The meter's signature could not be checked here, as its key is not known.", NEUTRAL),
}


def _proof(sheet: Sheet, proof: Proof, voice: Voice) -> None:
    if sheet.will_page_break(60):
        sheet.add_page()
    sheet.gap(6)
    sheet.rule()
    sheet.gap(4)
    sheet.say(voice("What the meter signed"), 11, bold=True)
    word, ink = PROOFS[proof.state]
    sheet.say(voice(word), 9, ink, bold=True)
    sheet.say(
        voice("To check it yourself, load the file of this session into the S.A.F.E. transparency software."), 8, MUTED
    )
    if proof.link:
        sheet.say(proof.link, 7.5, MUTED)
    sheet.gap(2)
    _small(sheet, [*((voice(title), text) for title, text in proof.texts), (voice("Public key"), proof.public_key)])


def _small(sheet: Sheet, texts: Sequence[tuple[str, str]]) -> None:
    for title, text in texts:
        if text:
            sheet.say(title, 8, bold=True)
            sheet.say(text, 6.5, MUTED)
            sheet.gap(2)
