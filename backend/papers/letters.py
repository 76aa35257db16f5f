"""The letter around a paper. Pure."""

from html import escape

import msgspec

from backend.papers.rules import Document
from backend.papers.words import Voice
from shared.accounts import Brand
from shared.papers import PaperKind

SUBJECTS = {
    PaperKind.RECEIPT: "Your receipt {number} of {total}",
    PaperKind.INVOICE: "Your invoice {number} of {total}",
    PaperKind.CREDIT_NOTE: "Your credit note {number} of {total}",
    PaperKind.SUPPLEMENT: "Your supplementary bill {number} of {total}",
}


class Letter(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str


def letter(document: Document, brand: Brand, language: str) -> Letter:
    voice = Voice(language, document.time_zone)
    total = voice.amount(document.total_incl, document.currency)
    energy = voice.kwh(sum(one.energy_wh for one in document.sessions))
    first = document.sessions[0]
    said = {
        PaperKind.RECEIPT: voice(
            "here is your receipt for the connector that was kept for you at {place} on {date} and not used: {total}."
            if first.reservation
            else "here is your receipt for charging at {place} on {date}: {energy} for {total}.",
            place=first.location or first.station,
            date=voice.date(first.begun_at),
            energy=energy,
            total=total,
        ),
        PaperKind.INVOICE: voice(
            "here is your invoice for {period}: {count} sessions, {energy}, {total}.",
            period=voice.month(document.period) if document.period else "",
            count=len(document.sessions),
            energy=energy,
            total=total,
        ),
        PaperKind.CREDIT_NOTE: voice("here is your credit note: {total}.", total=total),
        PaperKind.SUPPLEMENT: voice("here is what is to pay on top of an earlier receipt: {total}.", total=total),
    }[document.kind]
    seller = document.seller
    sign = "\n".join(part for part in (seller.name, seller.address, seller.email, seller.phone) if part)
    parts = [voice("Hello,"), said, voice("Everything is in the attached PDF."), sign]
    return Letter(
        voice(SUBJECTS[document.kind], number=document.number, total=total), "\n\n".join(parts), _html(parts, brand)
    )


def _html(parts: list[str], brand: Brand) -> str:
    said = "".join(f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>' for part in parts)
    return (
        f'<div style="font:16px/1.5 system-ui,sans-serif;color:#1a2024;max-width:560px;'
        f'border-top:4px solid {escape(brand.seed_color)};padding:24px">{said}</div>'
    )
