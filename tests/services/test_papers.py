"""Papers: numbers without gaps, totals that add up, once for each fact, by e-mail to the right person."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.cdrs import service as cdrs
from backend.context import Context, ForAll
from backend.db.engine import DB
from backend.errors import InvalidInput
from backend.events import CdrIssued
from backend.papers import issuing, rules, service, store
from backend.papers.words import Voice
from shared.papers import IssuerChange, PaperKind
from shared.payments import RefundTarget
from tests import world
from tests.conftest import Clock


async def add_bill(
    tenant_id: UUID, station_id: UUID, account_id: UUID | None, at: datetime, number: int, amount: str = "11.90"
) -> UUID:
    """A billed session of one line with 19 % VAT."""
    transaction_id = await world.add_transaction(
        station_id, state="ended", account=account_id, begun_at=at, ended_at=at, energy_wh=20_000
    )
    gross = Decimal(amount)
    net = round(gross / Decimal("1.19"), 4)
    line = {
        "kind": "energy",
        "label": "Energy",
        "quantity": "20",
        "unit": "kWh",
        "unit_price": str(net / 20),
        "amount": str(net),
        "vat_rate": "19",
        "amount_incl": amount,
    }
    facts = {
        "seller": "Nord",
        "location": "Harbour",
        "address": "Quay 1, 20457 Hamburg",
        "time_zone": "Europe/Berlin",
        "station": "CP-1",
        "connector": "1",
        "begun_at": at.isoformat(),
        "ended_at": at.isoformat(),
        "energy_wh": 20_000,
        "meter_start_wh": 0,
        "meter_stop_wh": 20_000,
        "estimated": False,
        "flags": [],
    }
    await DB.run(
        """INSERT INTO cdr (tenant, transaction, number, currency, lines, total_excl, total_incl, facts, issued_at)
        VALUES ($1, $2, $3, 'EUR', $4, $5, $6, $7, $8)""",
        tenant_id,
        transaction_id,
        f"2026-{number:06d}",
        [line],
        net,
        gross,
        facts,
        at,
    )
    return transaction_id


@pytest.fixture
async def place(db: str, clock: Clock) -> dict[str, Any]:
    ctx = world.make_context(clock, {CdrIssued: (ForAll(service.on_cdr),)}, smtp_host="mail.example.com")
    tenant_id = await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    return {"ctx": ctx, "tenant": tenant_id, "station": station_id}


FEBRUARY = datetime(2026, 2, 10, 12, tzinfo=UTC)


async def test_numbers_run_on_without_gaps_whatever_fails_beside(place: dict[str, Any]) -> None:
    ctx: Context = place["ctx"]
    people = [await world.add_account(place["tenant"], f"P{number}") for number in range(6)]
    for number, person in enumerate(people):
        await add_bill(place["tenant"], place["station"], person, FEBRUARY, number)

    async def fails() -> None:
        async with ctx.unit():
            await store.next_number(place["tenant"], "invoice")
            await asyncio.sleep(0)
            raise RuntimeError

    runs = [service.invoice_month(ctx, place["tenant"], "2026-02") for _ in range(3)]
    done = await asyncio.gather(*runs, *(fails() for _ in range(5)), return_exceptions=True)
    assert sum(one.made for one in done if not isinstance(one, BaseException)) == 6
    rows = await DB.run("SELECT number FROM paper WHERE kind = 'invoice' ORDER BY number")
    assert [row["number"] for row in rows] == [f"INV-2026-{number:05d}" for number in range(1, 7)]


async def test_an_invoice_holds_a_person_s_month_and_adds_up(place: dict[str, Any], clock: Clock) -> None:
    ctx: Context = place["ctx"]
    dana, other = [await world.add_account(place["tenant"], name) for name in ("Dana", "Otto")]
    edge = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)  # midnight in Berlin: February begins
    moments = [edge, FEBRUARY, datetime(2026, 2, 28, 22, 59, tzinfo=UTC)]
    for number, moment in enumerate(moments):
        await add_bill(place["tenant"], place["station"], dana, moment, number, f"{number + 1}.99")
    await add_bill(place["tenant"], place["station"], dana, datetime(2026, 2, 28, 23, 0, tzinfo=UTC), 10)
    await add_bill(place["tenant"], place["station"], None, FEBRUARY, 11)
    await add_bill(place["tenant"], place["station"], other, FEBRUARY, 12)
    await issuing.change(
        ctx, place["tenant"], IssuerChange(name="Nord GmbH", address="Quay 1\n20457 Hamburg", tax_id="DE1")
    )
    await service.invoice_month(ctx, place["tenant"], "2026-02")
    row = (await DB.run("SELECT * FROM paper WHERE account = $1", dana))[0]
    document = service.document_of(row)
    assert [one.number for one in document.sessions] == ["2026-000000", "2026-000001", "2026-000002"]
    assert document.total_incl == Decimal("8.97") == sum(one.total for one in document.sessions)
    assert sum(tax.gross for tax in document.taxes) == document.total_incl
    assert document.total_excl + document.total_vat == document.total_incl
    assert (document.seller.name, document.seller.tax_id) == ("Nord GmbH", "DE1")
    # A later change of the issuer changes no paper.
    await issuing.change(ctx, place["tenant"], IssuerChange(name="Süd GmbH"))
    name, content = await service.drawn(ctx, (await store.get(row["id"])) or {}, "de")
    assert name == f"invoice-{document.number}.pdf"
    assert content.startswith(b"%PDF-")
    assert service.document_of(row).seller.name == "Nord GmbH"
    with pytest.raises(InvalidInput, match="isn't over"):
        await service.invoice_month(ctx, place["tenant"], "2026-03")
    assert await DB.run("SELECT 1 FROM pgqueuer WHERE entrypoint = 'papers.mail_invoice'")


async def test_a_session_over_the_border_of_a_month_and_reservations_are_on_the_invoice(place: dict[str, Any]) -> None:
    """A session belongs to the month in which it is billed, however it began; reserved time and a reservation that
    nobody used are lines like others."""
    ctx: Context = place["ctx"]
    dana = await world.add_account(place["tenant"], "Dana")
    billed = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # half past midnight in Berlin: February
    await add_bill(place["tenant"], place["station"], dana, billed, 1, "11.90")
    await add_bill(place["tenant"], place["station"], dana, FEBRUARY, 2, "7.14")
    await DB.run(
        """UPDATE cdr SET facts = facts || '{"begun_at": "2026-01-31T22:30:00+00:00"}', lines = jsonb_build_array(
            '{"kind": "reservation", "label": "Reservation", "quantity": "0.5", "unit": "h", "unit_price": "6",
              "amount": "3", "vat_rate": "19", "amount_incl": "3.57"}'::jsonb,
            '{"kind": "energy", "label": "Energy", "quantity": "20", "unit": "kWh", "unit_price": "0.35",
              "amount": "7", "vat_rate": "19", "amount_incl": "8.33"}'::jsonb) WHERE number = '2026-000001'"""
    )
    await DB.run(
        """UPDATE cdr SET facts = facts || '{"reservation": true, "energy_wh": 0, "meter_stop_wh": 0}',
            lines = jsonb_build_array(
            '{"kind": "reservation_expired", "label": "Reservation not used", "quantity": "0.5", "unit": "h",
              "unit_price": "12", "amount": "6", "vat_rate": "19", "amount_incl": "7.14"}'::jsonb)
        WHERE number = '2026-000002'"""
    )
    january = await service.invoice_month(ctx, place["tenant"], "2026-01")
    await service.invoice_month(ctx, place["tenant"], "2026-02")
    assert january.made == 0
    (row,) = await DB.run("SELECT * FROM paper WHERE kind = 'invoice'")
    document = service.document_of(row)
    assert [(one.number, one.reservation) for one in document.sessions] == [
        ("2026-000001", False),
        ("2026-000002", True),
    ]
    assert document.sessions[0].begun_at.astimezone(ZoneInfo("Europe/Berlin")).month == 1
    kinds = [[line.kind for line in one.lines] for one in document.sessions]
    assert kinds == [["reservation", "energy"], ["reservation_expired"]]
    assert (document.total_incl, document.total_vat) == (Decimal("19.04"), Decimal("3.04"))
    assert sum(tax.gross for tax in document.taxes) == document.total_incl
    for language in ("de", "en"):
        _, content = await service.drawn(ctx, (await store.get(row["id"])) or {}, language)
        assert content.startswith(b"%PDF-")


async def test_corrections_are_on_the_invoice_of_the_month_they_were_written_in(
    place: dict[str, Any], clock: Clock
) -> None:
    ctx: Context = place["ctx"]
    dana, otto = [await world.add_account(place["tenant"], name) for name in ("Dana", "Otto")]
    january = datetime(2026, 1, 10, 12, tzinfo=UTC)
    old = await add_bill(place["tenant"], place["station"], otto, january, 1)
    first = await add_bill(place["tenant"], place["station"], dana, FEBRUARY, 2)
    await add_bill(place["tenant"], place["station"], dana, FEBRUARY, 3)
    clock.set(FEBRUARY)
    await cdrs.credit(ctx, first, Decimal("2.38"), "Slow", RefundTarget.CARD, None)
    await cdrs.supplement(ctx, first, Decimal("1.19"), "Meter", None)
    await cdrs.credit(ctx, old, None, "Wrong car", RefundTarget.CARD, None)
    clock.set(datetime(2026, 3, 2, tzinfo=UTC))
    await cdrs.credit(ctx, first, Decimal("1.19"), "Next month's", RefundTarget.CARD, None)
    done = await service.invoice_month(ctx, place["tenant"], "2026-02")
    assert (done.made, done.there_already) == (2, 0), "also of whom nothing but a correction was written to"

    row = (await DB.run("SELECT * FROM paper WHERE account = $1 AND kind = 'invoice'", dana))[0]
    document = service.document_of(row)
    assert [(one.number, one.total, one.corrects) for one in document.sessions] == [
        ("2026-000002", Decimal("11.90"), ""),
        ("2026-000003", Decimal("11.90"), ""),
        ("CN-2026-00001", Decimal("-2.38"), "2026-000002"),
        ("SUP-2026-00001", Decimal("1.19"), "2026-000002"),
    ]
    assert (row["total_incl"], row["total_excl"], row["sessions"]) == (Decimal("22.61"), 19, 2)
    assert [(tax.rate, tax.gross) for tax in document.taxes] == [(19, Decimal("22.61"))]
    assert row["energy_wh"] == 40_000, "no energy is counted twice"
    paid = await service.paid(ctx, document)
    assert (paid.owed, paid.amount, paid.state) == (Decimal("21.42"), 0, "open"), "what was credited since is not asked"
    drawn = await service.drawn(ctx, await store.get(row["id"]) or {}, "de")
    assert drawn[1].startswith(b"%PDF-")

    row = (await DB.run("SELECT * FROM paper WHERE account = $1 AND kind = 'invoice'", otto))[0]
    paid = await service.paid(ctx, service.document_of(row))
    assert (row["total_incl"], row["sessions"]) == (Decimal("-11.90"), 0)
    assert (paid.owed, paid.state) == (0, "credited")


def entry(here: str, owed: str, kept: str, state: str = "captured") -> rules.Part:
    captured = Decimal(kept)
    return rules.Part(
        here=Decimal(here), owed=Decimal(owed), captured=captured, kept=captured, method="Visa", state=state
    )


@pytest.mark.parametrize(
    ("total", "parts", "paid"),
    [
        ("12", [entry("12", "0", "12")], ("12", "0", "captured")),
        ("7", [entry("7", "0", "7")], ("7", "0", "captured")),
        ("12", [entry("12", "12", "0", "failed")], ("0", "12", "failed")),
        ("12", [entry("12", "0", "0", "credited")], ("0", "0", "credited")),
        ("2", [entry("2", "0", "14")], ("2", "0", "captured")),
        ("2", [entry("2", "14", "0", "failed")], ("0", "2", "failed")),
        ("-5", [entry("-5", "0", "7")], ("0", "0", "credited")),
        ("0", [entry("0", "0", "0", "released")], ("0", "0", "released")),
        ("24", [entry("12", "0", "12"), entry("12", "12", "0", "failed")], ("12", "12", "open")),
        ("12", [entry("12", "12", "0", "invoiced")], ("0", "12", "open")),
    ],
)  # fmt: skip
def test_how_far_an_invoice_is_paid(total: str, parts: list[rules.Part], paid: tuple[str, str, str]) -> None:
    document = rules.Document(
        kind=PaperKind.INVOICE, number="", issued_at=FEBRUARY, currency="EUR", seller=rules.Party(),
        buyer=rules.Party(), sessions=[], taxes=[], total_excl=Decimal(0), total_vat=Decimal(0),
        total_incl=Decimal(total),
    )  # fmt: skip
    found = rules.paid(document, parts)
    assert (found.amount, found.owed, found.state) == (Decimal(paid[0]), Decimal(paid[1]), paid[2])


async def test_a_receipt_is_written_with_its_bill_and_once(place: dict[str, Any], clock: Clock) -> None:
    ctx: Context = place["ctx"]
    dana = await world.add_account(place["tenant"], "Dana")
    transaction_id = await add_bill(place["tenant"], place["station"], dana, FEBRUARY, 1)
    for _ in range(2):
        async with ctx.unit() as unit:
            unit.emit(
                CdrIssued(tenant_id=place["tenant"], at=clock.now(), cdr_id=uuid4(), transaction_id=transaction_id)
            )
    (row,) = await DB.run("SELECT * FROM paper")
    assert (row["kind"], row["number"]) == ("receipt", "2026-000001")
    first = await service.receipt_of(ctx, transaction_id)
    assert first["id"] == row["id"]
    for _ in range(2):
        await service.mail_receipt(ctx, {"transaction_id": str(transaction_id)})
    (letter,) = await DB.run("SELECT * FROM mail")
    assert letter["recipient"] == first["email"]
    assert "2026-000001" in letter["subject"]
    assert [one["name"] for one in letter["attachments"]] == ["receipt-2026-000001.pdf"]


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        ("2026-02", "2026-01-31T23:00:00+00:00", "2026-02-28T23:00:00+00:00"),
        ("2026-12", "2026-11-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("2026-03", "2026-02-28T23:00:00+00:00", "2026-03-31T22:00:00+00:00"),
    ],
)
def test_months_are_those_of_the_operator(period: str, begin: str, end: str) -> None:
    assert [one.isoformat() for one in rules.month(period, ZoneInfo("Europe/Berlin"))] == [begin, end]


@pytest.mark.parametrize(
    ("now", "period"), [("2026-01-01T00:30:00+01:00", "2025-12"), ("2026-11-30T23:59:00+01:00", "2026-10")]
)
def test_the_month_before(now: str, period: str) -> None:
    assert rules.month_before(datetime.fromisoformat(now), ZoneInfo("Europe/Berlin")) == period


def test_words_speak_the_person_s_language() -> None:
    german, english = Voice("de", "Europe/Berlin"), Voice("fr", "Europe/Berlin")
    amount = Decimal("1234.5")
    assert (german.amount(amount, "EUR"), english.amount(amount, "EUR")) == ("1.234,50\xa0€", "€1,234.50")
    assert german.amount(amount, "JPY") == "1.235\xa0¥"
    assert german.price(Decimal("0.4949"), "EUR") == "0,4949\xa0€"
    assert english.price(Decimal("0.490042"), "EUR") == "€0.49"
    assert german("Receipt") == "Beleg"
    assert german.month("2026-03") == "März 2026"
    assert german.moment(FEBRUARY).endswith("13:00 MEZ")


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.7,de;q=0.9", "de"),
        ("fr-FR", "en"),
        ("", "de"),
        ("en;q=x,de", "de"),
        ("de;q=0,en", "en"),
        ("en-GB; q=0.3, de-AT", "de"),
    ],
)
def test_the_language_is_the_browser_s(header: str, spoken: str) -> None:
    assert rules.language(header, "DE", foreign="en") == spoken


def test_languages() -> None:
    assert [rules.language(*pair) for pair in (("de-AT", ""), (None, "CH"), ("fr", "FR"), (None, ""))] == [
        "de",
        "de",
        "en",
        "en",
    ]
    assert rules.number(PaperKind.CREDIT_NOTE, 2026, 7) == "CN-2026-00007"
