"""What somebody without an account can do: look, start, follow, stop, and have the receipt."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend import jobs
from backend.accounts.rules import Throttle
from backend.cdrs import service as cdrs
from backend.context import Context, Unit
from backend.driver_reports import rules as report_rules
from backend.driver_reports import service as driver_reports
from backend.errors import InvalidInput, NotFound, PaymentRefused, StationTimeout, TooManyRequests, WattlineError
from backend.events import BillCorrected, CdrIssued, Event
from backend.guests import rules, store
from backend.mail import rules as mail_rules
from backend.mail import service as mail
from backend.meters import service as meters
from backend.papers import service as papers
from backend.payments import cards, owing
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.model import ConnectorRef
from backend.stations.rules import connector_label
from backend.tenants import service as tenants
from backend.transactions import explaining, requests, views
from backend.transactions.rules import why_not_start
from shared.cdrs import Correction
from shared.driver_reports import DriverReport
from shared.meters import SignedSession
from shared.money import Money, Receipt, TargetNew
from shared.stations import Connector, Registration, StationForDriver
from shared.tariffs import PriceExplanation
from shared.transactions import TransactionDetail

EMAIL_KEPT = timedelta(days=90)
MOST_NEIGHBOURS = 4
starts = Throttle(limit=10, window=timedelta(minutes=10))
letters = Throttle(limit=5, window=timedelta(minutes=10))


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A place that is free now. `path`: its own page, empty for another location."""

    name: str
    about: str
    path: str
    distance_m: int | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A connector as somebody who stands in front of it sees it."""

    tenant_id: UUID
    connector_id: UUID
    identity: str
    station: StationForDriver
    connector: Connector
    ref: ConnectorRef
    hold: Money | None
    explained: PriceExplanation
    obstacle: tuple[str, str] | None
    neighbours: list[Neighbour]

    @property
    def path(self) -> str:
        return rules.address("", self.identity, self.connector.label)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: UUID
    email: str
    language: str
    back: str
    """The page of its connector."""
    session: TransactionDetail | None
    receipt: Receipt | None
    corrections: list[Correction]
    signed: SignedSession | None
    reports: list[DriverReport]
    failure: tuple[str, str] | None
    needs_card: bool
    """Nothing was asked for yet: the card isn't entered."""
    owes: bool
    """The card didn't pay, and another one can now."""


# --- looking -------------------------------------------------------------------------------------------------


async def outlets(ctx: Context, identity: str) -> list[Place]:
    """The connectors of a station. Raises NotFound."""
    rows = await store.place(identity) if identity.isprintable() else []
    if not rows:
        raise NotFound("This charger is not known")
    return [await _place(ctx, row, neighbours=False) for row in rows]


async def place(ctx: Context, identity: str, label: str) -> Place:
    """One connector, by what is written beside it. Raises NotFound."""
    found = rules.outlet(label)
    rows = await store.place(identity, *found) if found and identity.isprintable() else []
    if not rows:
        raise NotFound("This charger is not known")
    return await _place(ctx, rows[0], neighbours=True)


async def _place(ctx: Context, row: store.Row, *, neighbours: bool) -> Place:
    ref = await stations.connector(ctx, row["tenant"], row["id"])
    station = await catalog.connector_page(ctx, row["tenant"], row["id"])
    connector = station.connectors[0]
    obstacle = why_not_start(
        accepted=ref.station.registration is Registration.ACCEPTED,
        online=ref.online,
        operative=ref.operative,
        status=ref.status,
        taken=connector.transaction_id is not None,
        own_sessions=0,
    )
    price = connector.price
    held = await tenants.hold_amount(ctx, row["tenant"])
    hold = Money(amount=held, currency=price.currency) if price else None
    near = neighbours and obstacle is not None
    return Place(
        tenant_id=row["tenant"],
        connector_id=row["id"],
        identity=row["identity"],
        station=station,
        connector=connector,
        ref=ref,
        hold=hold,
        explained=await explaining.explained(ctx, ref),
        obstacle=obstacle,
        neighbours=await _neighbours(ctx, ref) if near else [],
    )


async def _neighbours(ctx: Context, ref: ConnectorRef) -> list[Neighbour]:
    """What is free now: at the same location first, then at the nearest others."""
    if ref.location_id is None:
        return []
    tenant_id = ref.station.tenant_id
    here = await catalog.location_detail(ctx, tenant_id, ref.location_id, empty=True)
    found = [
        Neighbour(
            name=f"{station.name or station.identity} · {one.label}",
            about=one.standard,
            path=rules.address("", station.identity, one.label),
        )
        for station in here.stations
        for one in station.connectors
        if station.online and one.status == "available" and UUID(one.id) != ref.id
    ]
    others, _ = await catalog.locations(
        ctx, tenant_id, latitude=here.latitude, longitude=here.longitude, available=True, limit=MOST_NEIGHBOURS
    )
    away = [
        Neighbour(name=one.name, about=f"{one.address}, {one.city}".strip(", "), path="", distance_m=one.distance_m)
        for one in others
        if one.id != here.id
    ]
    return [*found[:MOST_NEIGHBOURS], *away][: MOST_NEIGHBOURS + 1]


async def visit(ctx: Context, token: str) -> Visit:
    """What became of a start. Raises NotFound for a link that we never made."""
    row = await visit_row(ctx, token)
    session = await views.of_guest(ctx, row["id"])
    receipt = await views.guest_receipt(ctx, row["id"]) if session is not None and session.has_receipt else None
    return Visit(
        id=row["id"],
        tenant_id=row["tenant"],
        email=row["email"],
        language=row["language"],
        back=rules.address("", row["identity"], connector_label(row["evse"], row["number"])),
        session=session,
        receipt=receipt,
        corrections=await cdrs.of_bill(row["id"]) if receipt is not None else [],
        signed=await meters.signed(ctx, row["id"]) if receipt is not None else None,
        reports=await driver_reports.own(ctx, visitor(row["id"])),
        failure=(row["failure_code"], row["failure"]) if row["failure_code"] else None,
        needs_card=bool(row["payer"]) and session is None,
        owes=receipt is not None and await owing.payment_of(row["id"]) is not None,
    )


def visitor(visit_id: UUID) -> driver_reports.Reporter:
    """As whom a guest reports problems."""
    return driver_reports.Reporter(report_rules.of_visit(visit_id), visit_id=visit_id)


def count(throttle: Throttle, address: str, ctx: Context) -> None:
    """Raises TooManyRequests."""
    if wait_s := throttle.wait_s(address, ctx.now()):
        raise TooManyRequests("Too many tries", retry_after_s=wait_s)
    throttle.failed(address, ctx.now())


async def visit_row(ctx: Context, token: str) -> store.Row:
    """Raises NotFound."""
    visit_id = rules.visit_of(ctx.settings.secret, token)
    row = await store.get(visit_id) if visit_id else None
    if row is None:
        raise NotFound("This link is not known")
    return row


# --- doing ---------------------------------------------------------------------------------------------------


def form_key(ctx: Context, place: Place) -> str:
    return rules.form_key(ctx.settings.secret, place.connector_id, uuid4(), ctx.now())


async def start(
    ctx: Context,
    place: Place,
    *,
    key: str,
    email: str,
    payer: str,
    language: str,
    address: str,
    wish: tuple[str, str] = ("", ""),
) -> str:
    """Begin a session; where to go on: its page, or the provider's where the card is entered first. The same form
    sent twice begins one session.

    Raises InvalidInput (form_old, invalid_email), TooManyRequests, and what `requests.start_as_guest` raises.
    """
    visit_id = rules.visit_of_form(ctx.settings.secret, place.connector_id, key, ctx.now())
    if visit_id is None:
        raise InvalidInput("Please look at the price once more", code="form_old")
    if email and not mail_rules.is_address(email):
        raise InvalidInput("That is no e-mail address.", code="invalid_email")
    try:
        target = rules.wished(*wish)
    except ValueError:
        raise InvalidInput("This target can't be reached.", code="target_impossible") from None
    if target is not None:
        await requests.check_target(ctx, place.ref, target)
    token = rules.visit_token(ctx.settings.secret, visit_id)
    path = f"/visit/{token}"
    if not await _begin(ctx, place, visit_id, email, language, address):
        return path
    if target is not None:
        await store.change(visit_id, {"target": msgspec.to_builtins(target)})
    if place.hold is not None and await cards.hosted(ctx, place.tenant_id):
        back_to = f"{ctx.settings.app_url}{path}/paid"
        away_to = f"{ctx.settings.app_url}{path}"
        payer, url = await cards.begin_guest(ctx, place.tenant_id, visit_id, email, back_to, away_to)
        await store.change(visit_id, {"payer": payer})
        return url
    await _ask(ctx, place.ref, visit_id, payer, target)
    return path


async def go_on(ctx: Context, token: str) -> None:
    """Back from the provider's page: reserve and start, once. What stands in the way is kept with the visit."""
    row = await visit_row(ctx, token)
    payer = await store.take_payer(row["id"])
    if not payer:
        return
    ref = await stations.connector(ctx, row["tenant"], row["connector"])
    with suppress(WattlineError):  # written down: the page of the visit tells it
        await _ask(ctx, ref, row["id"], payer, _target(row))


def _target(row: store.Row) -> TargetNew | None:
    return msgspec.convert(row["target"], TargetNew, strict=False) if row["target"] else None


async def _ask(ctx: Context, ref: ConnectorRef, visit_id: UUID, payer: str, target: TargetNew | None) -> None:
    try:
        await requests.start_as_guest(ctx, ref, visit_id, payer, target)
    except WattlineError as error:
        code = _code(error)
        await store.change(visit_id, {"failure_code": code, "failure": _said(code, error)})
        raise


async def _begin(ctx: Context, place: Place, visit_id: UUID, email: str, language: str, address: str) -> bool:
    if await store.get(visit_id) is not None:
        return False
    count(starts, address, ctx)
    async with ctx.unit():
        return await store.begin(visit_id, place.tenant_id, place.connector_id, email, language, ctx.now())


def _code(error: WattlineError) -> str:
    if isinstance(error, PaymentRefused) and error.problem_code not in rules.ADVICE:
        return "payment_declined"
    return "station_timeout" if isinstance(error, StationTimeout) else error.problem_code


def problem(error: WattlineError) -> tuple[str, str]:
    """(code, words) for the page."""
    code = "too_many" if isinstance(error, TooManyRequests) else _code(error)
    return code, _said(code, error)


def _said(code: str, error: WattlineError) -> str:
    """In words that the pages speak; a station's own word is for operators."""
    known = {
        "start_rejected": "The charger refused to start.",
        "station_timeout": "The charger doesn't answer.",
        "target_impossible": "This target can't be reached.",
    }
    return known.get(code, error.detail)


async def stop(ctx: Context, token: str) -> None:
    """Raises NotFound, Conflict when it doesn't run any more, and the errors of a command."""
    row = await visit_row(ctx, token)
    await requests.stop_as_guest(ctx, row["id"])


async def send_receipt(ctx: Context, token: str, email: str, address: str) -> None:
    """Raises InvalidInput for what is no address, TooManyRequests, and NotFound while there is no receipt."""
    row = await visit_row(ctx, token)
    if not mail_rules.is_address(email):
        raise InvalidInput("That is no e-mail address.", code="invalid_email")
    count(letters, address, ctx)
    paper = await papers.receipt_of(ctx, row["id"])
    await papers.mail_to(ctx, paper, email, row["language"])
    await store.change(row["id"], {"email": email})


async def receipt_pdf(ctx: Context, token: str, language: str) -> tuple[str, bytes]:
    """Raises NotFound while there is none."""
    row = await visit_row(ctx, token)
    return await papers.drawn(ctx, await papers.receipt_of(ctx, row["id"]), language)


async def correction_pdf(ctx: Context, token: str, number: str, language: str) -> tuple[str, bytes]:
    """(file name, content) of a credit note or a supplement to the receipt. Raises NotFound."""
    row = await visit_row(ctx, token)
    for one in await cdrs.of_bill(row["id"]):
        paper = await papers.get(UUID(one.paper_id)) if one.number == number else None
        if paper is not None:
            return await papers.drawn(ctx, paper, language)
    raise NotFound("This paper doesn't exist.")


async def signed_xml(ctx: Context, token: str) -> str:
    """Raises NotFound where the meter signed nothing."""
    return await meters.xml(ctx, (await visit_row(ctx, token))["id"])


# --- by itself -----------------------------------------------------------------------------------------------


async def on_cdr(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: who left an e-mail gets the receipt there."""
    if not mail.configured(ctx):
        return
    billed = [event.transaction_id for event in events if isinstance(event, CdrIssued)]
    known = [str(one) for one in await store.with_email(billed)]
    await jobs.enqueue_all(
        "guests.mail_receipt", [{"visit_id": one} for one in known], delay=papers.RECEIPT_SETTLES, dedupe=known
    )


async def on_correction(ctx: Context, unit: Unit, event: Event) -> None:
    """Handler: who left an e-mail gets the credit note there."""
    assert isinstance(event, BillCorrected)
    row = await store.get(event.transaction_id)
    if row is not None and row["email"] and mail.configured(ctx):
        payload = {"visit_id": str(row["id"]), "paper_id": str(event.paper_id)}
        await jobs.enqueue("guests.mail_paper", payload, dedupe=str(event.paper_id))


async def mail_paper(ctx: Context, payload: dict[str, Any]) -> None:
    """Job, as `mail_receipt`."""
    row, paper = await store.get(UUID(payload["visit_id"])), await papers.get(UUID(payload["paper_id"]))
    if row is not None and row["email"] and paper is not None and not paper["mailed"]:
        await papers.mail_to(ctx, paper, row["email"], row["language"])


async def mail_receipt(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. A receipt that was sent already isn't sent again."""
    row = await store.get(UUID(payload["visit_id"]))
    if row is None or not row["email"]:
        return
    paper = await papers.receipt_of(ctx, row["id"])
    if not paper["mailed"]:
        await papers.mail_to(ctx, paper, row["email"], row["language"])


async def forget_old(ctx: Context) -> None:
    """Cron: e-mail addresses of guests are kept for a season."""
    await store.forget_emails(ctx.now() - EMAIL_KEPT)
